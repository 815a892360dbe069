"""What the image is made of and does, as far as that can be tried without a container engine.

The build stage is carried out in a folder that holds just what it copies; the command of the image
then runs in what it made. Its base image, users and file system are not there.
"""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.packaging.conftest import ROOT, clean_environment

PORT = "4747"


class Instruction(NamedTuple):
    """A line of the Dockerfile, continued ones joined."""

    name: str
    text: str


def stages() -> list[list[Instruction]]:
    """Return the instructions of each stage."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", "").splitlines()
    found: list[list[Instruction]] = []
    for name, _, rest in (line.strip().partition(" ") for line in lines if line.strip()):
        if name == "ARG":
            continue
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, " ".join(rest.split())))
    return found


BUILD, IMAGE = stages()


def told(name: str) -> str:
    """Return what the image's last instruction of this name says."""
    return [instruction.text for instruction in IMAGE if instruction.name == name][-1]


def healthcheck() -> list[str]:
    return list(json.loads(told("HEALTHCHECK").partition("CMD ")[2]))


@pytest.fixture(scope="module")
def installed(dist, tmp_path_factory) -> Path:
    """Carry out the build stage; return the folder that the image takes from it."""
    assert dist.wheel.exists()  # where the package index is at hand
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    for instruction in BUILD:
        if instruction.name == "COPY":
            *copied, target = instruction.text.split()
            for name in copied:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, source / (name if target == "./" else target))
        elif instruction.name == "RUN":
            script = instruction.text.replace("/opt/", f"{made}/").replace("/wheels", f"{made}/w")
            script = script.replace("--no-cache-dir", "").replace(
                "python -m", f"{shlex.quote(sys.executable)} -m"
            )
            subprocess.run(
                ["sh", "-euc", script],
                check=True,
                cwd=source,
                capture_output=True,
                env=clean_environment(),
            )
    return made / "statuspool-mock"


@pytest.fixture
def container(installed, tmp_path) -> Iterator["subprocess.Popen[str]"]:
    """Run the image's command, on a port of its own."""
    program, *arguments = json.loads(told("ENTRYPOINT"))
    process = subprocess.Popen(
        [installed / "bin" / program, *arguments, "--port", "0", "--ready-json", "--data", "."],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**clean_environment(), "STATUSPOOL_CONTROL_TOKEN": ""},
    )
    with process:
        yield process
        process.kill()


def port_of(process: "subprocess.Popen[str]") -> str:
    ready: dict[str, Any] = json.loads(process.stdout.readline())
    return str(ready["url"].partition("//")[2].partition("/")[0].rpartition(":")[2])


def is_healthy(installed: Path, port: str) -> int:
    program, *arguments = healthcheck()
    arguments = [text.replace(PORT, port) for text in arguments]
    environment = {**clean_environment(), "http_proxy": "http://127.0.0.1:9"}
    return subprocess.run(
        [installed / "bin" / program, *arguments],
        check=False,
        stderr=subprocess.DEVNULL,
        env=environment,
    ).returncode


@pytest.mark.process
def test_the_image_has_what_a_fleet_needs(installed, free_port):
    program, *arguments = json.loads(told("ENTRYPOINT"))
    ledger = ["--ledger", f"valkey://127.0.0.1:{free_port}", "--advertise", "replica-1:4747"]
    done = subprocess.run(
        [installed / "bin" / program, *arguments, *ledger],
        check=False,
        capture_output=True,
        text=True,
        env=clean_environment(),
    )
    assert done.returncode == 2
    assert "The ledger at" in done.stderr


@pytest.mark.process
def test_the_image_runs_a_server_that_its_healthcheck_finds_and_sigterm_ends(container, installed):
    port = port_of(container)
    assert is_healthy(installed, port) == 0
    container.send_signal(signal.SIGTERM)
    _, errors = container.communicate(timeout=20)
    assert container.returncode == 0, errors
    assert "Traceback" not in errors
    assert is_healthy(installed, port) == 1


@pytest.mark.process
def test_the_control_plane_stays_closed_without_a_token(container, installed):
    """Compose passes an empty variable on where none is set: that is no token."""
    url = f"http://127.0.0.1:{port_of(container)}/_mock/health"
    asks = (
        "import httpx, sys\n"
        "for given in ({}, {'X-Control-Token': ''}):\n"
        "    print(httpx.get(sys.argv[1], headers=given).status_code)"
    )
    done = subprocess.run(
        [installed / "bin" / "python", "-c", asks, url], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["403", "403"]


def test_the_image_is_nobodys_root_and_says_where_it_listens():
    user = told("USER").split(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert told("EXPOSE") == PORT
    assert not any(instruction.name in {"ADD", "VOLUME"} for instruction in [*BUILD, *IMAGE])


def test_the_image_takes_nothing_from_the_checkout_but_what_was_installed():
    copies = [instruction.text for instruction in IMAGE if instruction.name == "COPY"]
    assert copies == ["--from=build /opt/statuspool-mock /opt/statuspool-mock"]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    needed = {
        name
        for instruction in BUILD
        if instruction.name == "COPY"
        for name in instruction.text.split()[:-1]
    }
    assert (ignored[0], kept) == ("*", needed)


def test_compose_runs_the_image_with_the_healthcheck_that_it_has():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["statuspool"]
    assert service["healthcheck"]["test"] == ["CMD", *healthcheck()]
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["read_only"] is True
