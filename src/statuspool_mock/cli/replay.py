"""`statuspool-mock replay`: the exchanges of a case file once more."""

from pathlib import Path

import click

from statuspool_mock.cli.command import Command
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.printable_text import printable
from statuspool_mock.cli.types import InputFile


@click.command(cls=Command)
@click.argument(
    "file", type=InputFile(), metavar="FILE", help="Case file, saved by `statuspool-mock ctl case`."
)
def replay(*, file: Path) -> int:
    """Replay a case file and compare the responses.

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
    difference = case_replay.replay(case)
    if difference is not None:
        click.echo(printable(str(difference)))
        return 1
    compared = sum(step.compared for step in case.steps)
    click.echo(
        f"No difference in {compared} response{'' if compared == 1 else 's'}, byte for byte."
    )
    return 0
