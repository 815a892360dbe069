"""`statuspool-mock replay`: the exchanges of a case file once more."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.printable_text import printable
from statuspool_mock.cli.types import InputFile, OutputFile

if TYPE_CHECKING:
    from statuspool_mock.sandbox import CaseFile


@click.command(cls=Command)
@click.argument(
    "file", type=InputFile(), metavar="FILE", help="Case file, saved by `statuspool-mock ctl case`."
)
@option(
    "--to-pytest",
    "module",
    type=OutputFile(),
    metavar="PATH",
    show_default="none",
    help="Write a module for pytest that repeats the requests, instead of replaying them.",
)
def replay(*, file: Path, module: Path | None) -> int:
    """Replay a case file and compare the responses, or write a test that does.

    Exit code 0: every response was the same; 1: one differed; 2: the file cannot be used.
    """
    from statuspool_mock import replay as case_replay
    from statuspool_mock.bounded_documents import DocumentRejected, read_json
    from statuspool_mock.sandbox import InvalidInput, case_from

    try:
        case = case_from(read_json(file))
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}") from error
    except DocumentRejected as error:
        raise CommandFailed(f"{file} {error}") from error
    except InvalidInput as error:
        raise CommandFailed(f"{file}: {error.field}: {error}") from error
    if module is not None:
        return _write_test(case, file, module)
    difference = case_replay.replay(case)
    if difference is not None:
        click.echo(printable(str(difference)))
        return 1
    compared = sum(step.compared for step in case.steps)
    click.echo(
        f"No difference in {compared} response{'' if compared == 1 else 's'}, byte for byte."
    )
    return 0


def _write_test(case: "CaseFile", file: Path, module: Path) -> int:
    """Write the test, and a copy of the case file beside it if it lies elsewhere."""
    from statuspool_mock.atomic_files import write_whole
    from statuspool_mock.cli.case_tests import pytest_module
    from statuspool_mock.replay import instants

    text = pytest_module(case, instants(case), file=file.name)
    try:
        write_whole(module, text.encode("utf-8", "backslashreplace"), mode=0o644)
        beside = module.with_name(file.name)
        if not beside.exists() or not beside.samefile(file):
            write_whole(beside, file.read_bytes(), mode=0o600)
    except OSError as error:
        raise CommandFailed(f"{error.filename or module}: {error.strerror}") from error
    click.echo(f"Wrote {printable(str(module))}. Run it with pytest; {file.name} stays beside it.")
    return 0
