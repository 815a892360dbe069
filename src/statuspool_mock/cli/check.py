"""`statuspool-mock check`: recorded traffic against the contract."""

import json
import sys
from pathlib import Path

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.types import InputFile


@click.command(cls=Command)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=InputFile(),
    metavar="FILE...",
    help="HTTP archives (HAR) of the traffic.",
)
@option(
    "--base-url",
    metavar="URL",
    show_default="the vendor's host, and any /v1 with paths of the API",
    help="The API's base URL in the archives.",
)
@option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def check(*, files: tuple[Path, ...], base_url: str | None, as_json: bool) -> int:
    """Check recorded traffic against the contract.

    Nothing is sent. Exit code 0: no violations; 1: violations; 2: a file is not an HTTP archive,
    or holds no traffic of the API.
    """
    from statuspool_mock import contract
    from statuspool_mock.cli import terminal
    from statuspool_mock.conformance.passive import ExchangeChecker, Kind, summary
    from statuspool_mock.conformance.passive.archives import Archive, NotAnArchive, Roots

    document = contract.load()
    roots = Roots(document, base=base_url)
    judge = ExchangeChecker(document)
    console = terminal.console()
    skipped: dict[str, int] = {}
    try:
        for path in files:
            archive = Archive(path, roots)
            for exchange, unchecked in archive:
                found = judge.check(exchange, unchecked=unchecked)
                if not as_json and any(one.kind is not Kind.NOTE for one in found):
                    console.print(summary.line(exchange, found), soft_wrap=True)
            for host, count in archive.skipped.items():
                skipped[host] = skipped.get(host, 0) + count
    except NotAnArchive as error:
        raise CommandFailed(str(error)) from error
    if as_json:
        result = summary.as_data(judge) | {"skipped": skipped}
        sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    else:
        summary.show(judge, console)
        for host, count in skipped.items():
            console.print(f"Skipped {count:,} to {host}: not the API.", style="dim", markup=False)
    if judge.exchanges == sum(judge.unchecked.values()):
        raise CommandFailed("no exchange of the API was found; name its base: --base-url URL")
    return int(judge.broken)
