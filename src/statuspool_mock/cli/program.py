"""The program: its commands, and how they end.

Each command is a module that is imported only when it is called or completed, and imports what it
needs only when it runs: `--help` must not wait for a web framework.
"""

import os
import signal
import sys
from collections.abc import Sequence

import click

from statuspool_mock import __version__
from statuspool_mock.cli.command import LazyGroup
from statuspool_mock.cli.errors import one_line

PROGRAM = "statuspool-mock"
_COMPLETION_VARIABLE = "_STATUSPOOL_MOCK_COMPLETE"
_UNUSABLE, _INTERRUPTED, _PIPE_CLOSED = 2, 128 + signal.SIGINT, 141

# The summaries are the first lines of the commands' help; they stand here too so that `--help`
# need not import the commands. A test holds the two equal.
COMMANDS = {
    "serve": "Serve the API on this machine.",
    "run": "Run a program against the mock instead of the real API.",
    "ctl": "Control a running mock: its clock, outages, faults and state.",
    "verify": "Check that a server keeps the documented contract.",
    "proxy": "Forward requests to a server and check both sides against the contract.",
    "check": "Check recorded traffic against the contract.",
    "drift": "Compare the meaning of a server's responses with the mock's.",
    "certify": "Test a webhook receiver.",
    "seed-from": "Write a scenario modelled on an existing account.",
    "fixtures": "Print a scenario file with generated monitors.",
    "scenarios": "List the scenarios that ship with the package.",
    "mutants": "List the ways in which `serve --mutant` can break the contract.",
    "replay": "Replay a case file and compare the responses, or write a test that does.",
    "mcp": "Let an agent control the mock, by the Model Context Protocol on stdin and stdout.",
    "spec": "Print the API's OpenAPI document.",
}


@click.group(
    cls=LazyGroup,
    package="statuspool_mock.cli",
    summaries=COMMANDS,
    help="A local, stateful stand-in for the Statuspool uptime-monitoring REST API.",
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
)
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
def program() -> None:
    """Do nothing itself: the work is the commands'."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for findings, 2 for errors, 130 for Ctrl-C."""
    if instruction := os.environ.get(_COMPLETION_VARIABLE):
        return _complete(instruction)
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # `… | head` has read enough; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    return code


def _run(arguments: list[str]) -> int:
    # Click's own `main` would exit the process, and print usage errors over several lines.
    try:
        with program.make_context(PROGRAM, arguments) as context:
            code: int | None = program.invoke(context)
            return code or 0
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.message)
        return _UNUSABLE
    except click.ClickException as error:
        sys.stdout.flush()
        click.echo(one_line(error), err=True)
        return error.exit_code


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(program, {}, PROGRAM, _COMPLETION_VARIABLE, instruction)
