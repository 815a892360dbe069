"""The program as a whole: help, version, one line for what cannot be done."""

import os
import subprocess
import sys

import pytest

from statuspool_mock import __version__, cli
from statuspool_mock.cli.command import first_line
from statuspool_mock.cli.program import COMMANDS, program
from tests.mock_process import command

HEAVY = {"asyncio", "connexion", "faker", "httpx", "pytest", "rich", "starlette", "uvicorn", "yaml"}


def imported_by(*arguments):
    """Return the modules that are there when the program has printed its help."""
    code = (
        "import sys; from statuspool_mock.cli import main; "
        f"code = main({list(arguments)!r}); print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.process
def test_the_version_is_printed(run):
    assert run("--version").stdout == f"statuspool-mock {__version__}\n"


@pytest.mark.process
@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_import_no_command(arguments):
    """What makes help slow is imports; counting those does not depend on the machine."""
    ours = {name for name in imported_by(*arguments) if name.startswith("statuspool_mock.")}
    assert ours == {
        f"statuspool_mock.cli{part}"
        for part in ("", ".command", ".errors", ".printable_text", ".program")
    }


@pytest.mark.process
@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_nothing_heavy(name):
    assert imported_by(name, "--help").isdisjoint(HEAVY)


def test_the_summaries_in_the_table_are_the_first_lines_of_the_commands_help():
    told = {name: first_line(program.get_command(None, name)) for name in COMMANDS}
    assert told == COMMANDS


@pytest.mark.parametrize("group", [[], ["ctl"], ["ctl", "clock"]])
def test_a_group_without_a_command_prints_its_help_and_fails(group, capsys):
    assert cli.main(group) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith(f"Usage: {' '.join(['statuspool-mock', *group])} ")
    assert "Commands:" in printed.out
    assert printed.err == ""


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frob"], "no such command 'frob' (see statuspool-mock --help)"),
        (["sreve"], "no such command 'sreve'; did you mean serve?"),
        (["ctl", "clock", "advnce"], "no such command 'advnce'; did you mean advance?"),
        (["serve", "--frob"], "statuspool-mock serve: no such option '--frob'"),
        (["serve", "--seeds", "1"], "no such option '--seeds'; did you mean --seed"),
        (["serve", "--port"], "--port' requires an argument"),
        (["serve", "--tls=yes"], "--tls' does not take a value"),
        (["serve", "8000"], "unexpected extra argument (8000)"),
        (["certify"], "URL is required: URL that the receiver listens at"),
        (["proxy"], "--upstream is required: base URL of the server"),
        (["spec", "a\nb"], "unexpected extra argument (a b)"),
    ],
)
def test_a_wrong_call_is_one_line_that_names_the_command(run, arguments, words):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "see statuspool-mock" in done.stderr


@pytest.mark.process
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_read_enough_is_no_error(unbuffered):
    writer = subprocess.Popen(
        command("fixtures", "--monitors", "2000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.readline()
        writer.stdout.close()
        assert writer.stderr.read() == b""
        assert writer.wait(30) == 141
