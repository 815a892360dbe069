"""A fresh clone on a machine that has Python, git, make and curl, and nothing of ours."""

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clone.machine import Machine, is_open
from tests.docs.test_written_code import blocks_of

ROOT = Path(__file__).parents[2]


def installation(program):
    """Return the block of docs/index.md that installs with this program."""
    (code,) = (
        block.code
        for block in blocks_of("docs/index.md")
        if re.search(rf"^{program} .*install ", block.code, re.MULTILINE)
    )
    return code


def pytest_collection_modifyitems(items):
    """Put tests on one worker that use the ports that the pages name, or share an installation."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            together = {"port_4747", "installed"} & set(item.fixturenames)
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.xdist_group("clone" if together else item.path.stem))


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A repository that holds this checkout as its only commit."""
    folder = tmp_path_factory.mktemp("fresh") / "statuspool-mock"
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    patterns = [name.rstrip("/") for name in ignored]
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", *patterns))
    author = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
    for command in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("add", "--all"),
        (*author, "commit", "--quiet", "--message", "Clone"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def python3(tmp_path_factory):
    """A folder for the PATH in which `python3` is the interpreter below this environment."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "python3").symlink_to(Path(sys._base_executable).resolve())
    return folder


@pytest.fixture
def machine(python3, tmp_path):
    """A machine with a new home, whose shells start in an empty folder."""
    folders = [tmp_path / name for name in ("home", "work")]
    for folder in folders:
        folder.mkdir()
    with Machine(*folders, path=(python3,)) as machine:
        yield machine


@pytest.fixture(scope="session")
def installed(clone, python3, tmp_path_factory):
    """The folder with the programs that the commands for pip under Install make."""
    folders = [tmp_path_factory.mktemp(name) for name in ("home", "work")]
    with Machine(*folders, path=(python3,)) as machine:
        done = machine.run(installation("pip"), cwd=clone)
    assert done.returncode == 0, done.stderr
    return clone / "env" / "bin"


@pytest.fixture
def port_4747(tmp_path_factory):
    """Have the port that the pages name alone; skip where something else listens on it."""
    with (tmp_path_factory.getbasetemp().parent / "port-4747").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if is_open(4747):
            pytest.skip("port 4747 is in use, so what the pages say about it was not tried")
        yield
