"""What was built, and fresh environments that have it installed as users install it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Distribution(NamedTuple):
    """The two files that a release is."""

    wheel: Path
    sdist: Path


class Environment(NamedTuple):
    """A virtual environment: its folder, and how to run what is in it."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def run(self, program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a program of the environment in its folder, far from the checkout."""
        return subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=self.folder,
            env=clean_environment(),
        )


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead Python back to the checkout.

    Nothing is compiled ahead: an environment is used for a minute.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PIP_NO_COMPILE": "1"}


@contextmanager
def serving(environment: Environment, *arguments: str) -> Iterator[dict[str, Any]]:
    """Serve on a free port until the block ends; yield what the ready line says."""
    process = subprocess.Popen(
        [environment.bin / "statuspool-mock", "serve", "--port=0", "--ready-json", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=environment.folder,
        env=clean_environment(),
    )
    with process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def dist() -> Distribution:
    """What `scripts/package` has built."""
    folder = os.environ.get("STATUSPOOL_DIST")
    if not folder:
        pytest.skip("the wheel was not built, so it was not tried: scripts/package does both")
    (wheel,) = Path(folder).glob("*.whl")
    (sdist,) = Path(folder).glob("*.tar.gz")
    return Distribution(wheel, sdist)


@pytest.fixture(scope="session")
def install(dist, tmp_path_factory) -> Callable[[str], Environment]:
    """Install the wheel, with the extras that are given as `[verify]`, into a new environment."""

    def install_with(extras: str) -> Environment:
        environment = Environment(tmp_path_factory.mktemp("environment"))
        python = [sys.executable, "-m"]
        subprocess.run([*python, "venv", "--without-pip", environment.folder], check=True)
        subprocess.run(
            [
                *(*python, "pip", "--python", environment.bin / "python", "install", "--quiet"),
                *("--disable-pip-version-check", "-c", ROOT / "constraints.txt"),
                f"{dist.wheel}{extras}",
            ],
            check=True,
            env=clean_environment(),
        )
        return environment

    return install_with


@pytest.fixture(scope="session")
def bare(install) -> Environment:
    """The mock alone."""
    return install("")


@pytest.fixture(scope="session")
def judging(install) -> Environment:
    """The mock with its judge."""
    return install("[verify]")
