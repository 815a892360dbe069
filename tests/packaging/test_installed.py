"""The wheel works where nothing but it was installed."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.examples.flask_receiver import SECRET, receiving
from tests.packaging.conftest import ROOT, clean_environment, serving

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def mock(bare) -> Iterator[dict[str, Any]]:
    with serving(bare, "--strict") as ready:
        yield ready


def test_a_mock_alone_pulls_neither_schemathesis_nor_pytest(bare):
    lists = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    names = set(bare.run("python", "-c", lists).stdout.lower().split())
    assert "statuspool-mock" in names
    assert not names & {"schemathesis", "pytest", "hypothesis"}


def test_the_api_its_documents_and_the_console_are_served(mock):
    headers = {"Authorization": "Bearer sp_test_wheel"}
    assert httpx.get(f"{mock['url']}/monitors", headers=headers).json()["results"]
    assert httpx.get(f"{mock['url']}/openapi.json").json()["openapi"].startswith("3.0")
    assert "<html" in httpx.get(f"{mock['control_url']}/_mock/").text
    assert httpx.get(f"{mock['control_url']}/docs").status_code == 200


def test_ctl_drives_it(bare, mock):
    url = ("--url", mock["control_url"], "--api-key", "sp_test_wheel")
    frozen = bare.run("statuspool-mock", "ctl", "clock", "freeze", *url)
    assert (frozen.returncode, frozen.stderr) == (0, "")
    listed = bare.run("statuspool-mock", "ctl", "monitor", "list", *url)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "checkout" in listed.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("scenarios",), "sla-breach"),
        (("mutants",), "put-not-stored"),
        (("spec",), "openapi: 3.0"),
        (("fixtures", "--monitors", "3"), "monitors:"),
        (("--version",), "statuspool-mock 0."),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_what_prints_prints(bare, arguments, shown):
    done = bare.run("statuspool-mock", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout


def test_a_receiver_is_certified(bare):
    with receiving() as receiver:
        done = bare.run("statuspool-mock", "certify", receiver.url, "--secret", SECRET)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_runs_against_it_unchanged(bare):
    asks = (
        "import httpx; print(httpx.get('https://api.statuspool.io/v1/monitors',"
        "headers={'Authorization': 'Bearer sp_test_demo'}).status_code)"
    )
    done = bare.run("statuspool-mock", "run", "--", bare.bin / "python", "-c", asks)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def test_verify_without_its_extra_says_what_to_install(bare, mock):
    """It names the extra's packages: they can be installed wherever this one came from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    packages = " ".join(f"'{need}'" for need in project["optional-dependencies"]["verify"])
    done = bare.run("statuspool-mock", "verify", mock["url"], "--api-key", "sp_test_judge")
    assert done.returncode == 2
    python = bare.bin / "python"
    assert done.stderr == (
        "statuspool-mock verify: needs pytest, Schemathesis and Jinja: "
        f"{python} -m pip install {packages}\n"
    )


def test_a_type_checker_sees_its_types(bare):
    """Mypy, asked about the installed package, reads it: that is what py.typed is for."""
    program = bare.folder / "typed.py"
    program.write_text(
        "from statuspool_mock.testing import StatuspoolMock\n"
        "with StatuspoolMock() as mock:\n"
        "    reveal_type(mock)\n"
    )
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(bare.folder))
    done = subprocess.run(
        [*mypy, "--python-executable", str(bare.bin / "python"), str(program)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=bare.folder,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stdout
    assert 'Revealed type is "statuspool_mock.testing.StatuspoolMock"' in done.stdout


def test_mcp_without_its_extra_says_what_to_install(bare):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (need,) = project["optional-dependencies"]["mcp"]
    done = bare.run("statuspool-mock", "mcp")
    assert done.returncode == 2
    python = bare.bin / "python"
    assert done.stderr == (
        f"statuspool-mock mcp: needs the SDK of the protocol: {python} -m pip install '{need}'\n"
    )
