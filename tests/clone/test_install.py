"""The commands under Install make the program, with everything that it can do."""

import shlex

import pytest

from tests.clone.conftest import installation
from tests.clone.machine import Machine
from tests.docs.test_written_code import blocks_of
from tests.mock_process import serving


@pytest.fixture(scope="module")
def server():
    with serving("--rate-limit", "off") as served:
        yield served


def verify(machine, url):
    return machine.run(
        f"statuspool-mock verify {shlex.quote(url)} --api-key sp_test_install --profile quick"
    )


@pytest.fixture(scope="module")
def installers(python3, tmp_path_factory):
    """A folder for the PATH with pipx and uv, which the reader of their commands has."""
    home, work = (tmp_path_factory.mktemp(name) for name in ("home", "work"))
    with Machine(home, work, path=(python3,)) as machine:
        done = machine.run("python3 -m venv env && env/bin/pip install --quiet pipx uv")
    assert done.returncode == 0, done.stderr
    programs = tmp_path_factory.mktemp("installers")
    for name in ("pipx", "uv"):
        (programs / name).symlink_to(work / "env" / "bin" / name)
    return programs


def test_pip_installs_it(machine, installed, server):
    machine.find_first(installed)
    done = verify(machine, server.url)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", ["pipx", "uv"])
def test_installers_of_programs_install_it(program, machine, installers, clone, server):
    machine.find_first(installers)
    done = machine.run(installation(program), cwd=clone)
    assert done.returncode == 0, done.stderr
    machine.find_first(machine.home / ".local" / "bin")
    done = verify(machine, server.url)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_has_the_same_commands():
    lines = {
        line.partition("#")[0].strip()
        for block in blocks_of("README.md")
        for line in block.code.splitlines()
        if " install " in line
    }
    assert lines == {installation(name).splitlines()[-1] for name in ("pip", "pipx", "uv")}


def test_without_the_extra_verify_names_a_command_that_works(machine, clone, server):
    script = f"python3 -m venv env && env/bin/pip install --quiet {shlex.quote(str(clone))}"
    assert machine.run(script).returncode == 0
    machine.find_first(machine.work / "env" / "bin")
    refused = verify(machine, server.url)
    assert refused.returncode == 2
    hint = refused.stderr.partition("Jinja: ")[2]
    assert machine.run(hint).returncode == 0, hint
    assert verify(machine, server.url).returncode == 0
