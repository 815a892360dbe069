"""`statuspool-mock certify`: a table of what a webhook receiver does, and reports for machines."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.printable_text import printable
from statuspool_mock.cli.types import Number, ReportFile, WebAddress

if TYPE_CHECKING:
    from rich.console import Console

    from statuspool_mock.conformance.receivers import CaseResult

_SECRET_VARIABLE = "STATUSPOOL_WEBHOOK_SECRET"  # noqa: S105  (a name, not a secret)
_STYLES = {"passed": "green", "advice": "yellow", "failed": "bold red", "unproven": "dim"}


@click.command(cls=Command)
@click.argument(
    "url",
    type=WebAddress("http://127.0.0.1:8000/hooks"),
    metavar="URL",
    help="URL that the receiver listens at.",
)
@option(
    "--secret",
    metavar="SECRET",
    envvar=_SECRET_VARIABLE,
    show_envvar=True,
    show_default="none; required",
    help="Secret that the receiver verifies signatures with. Other users of this machine can read "
    "options, but not environment variables.",
)
@option(
    "--timeout",
    type=Number(0, 3_600, min_open=True),
    default=15,
    metavar="SECONDS",
    help="Time that a response may take.",
)
@option(
    "--report",
    "reports",
    type=ReportFile("junit", "json"),
    multiple=True,
    metavar="FORMAT=PATH",
    show_default="none",
    help="Also write a report, as junit or json; repeatable.",
)
def certify(
    *, url: str, secret: str | None, timeout: float, reports: Sequence[tuple[str, Path]]
) -> int:
    """Test a webhook receiver.

    It gets deliveries that it should take and others that it should refuse. Exit code 0: all is
    well; 1: findings; 2: the receiver cannot be reached.
    """
    import asyncio

    from statuspool_mock.atomic_files import write_whole
    from statuspool_mock.conformance.receivers import (
        FORMATS,
        CaseOutcome,
        ReceiverUnreachable,
        examine,
    )

    known = _checked(secret)

    async def examined() -> "list[CaseResult]":
        return [each async for each in examine(url, secret=known, timeout_seconds=timeout)]

    try:
        results = asyncio.run(examined())
    except ReceiverUnreachable as error:
        raise CommandFailed(str(error)) from error
    _show(results)
    for form, path in reports:
        try:
            write_whole(path, FORMATS[form](results, url=url), mode=0o644)
        except OSError as error:
            raise CommandFailed(f"{path}: {error.strerror}") from error
    return int(any(result.verdict.outcome is CaseOutcome.FAILED for result in results))


def _checked(secret: str | None) -> str:
    if secret is None:
        raise click.UsageError(
            "the receiver's secret is required, and must not be empty: --secret SECRET, or "
            f"{_SECRET_VARIABLE}=SECRET"
        )
    try:
        secret.encode()
    except UnicodeEncodeError:
        raise click.BadParameter(
            "expected UTF-8 text, got other bytes", param_hint="--secret"
        ) from None
    return secret


def _show(results: "Sequence[CaseResult]") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from statuspool_mock.cli import terminal

    console = terminal.console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Result", "Case", "Expected", "Got"):
        table.add_column(title, overflow="fold")
    for result in results:
        outcome = result.verdict.outcome.value
        table.add_row(
            Text(outcome, style=_STYLES[outcome]),
            result.case.name,
            result.case.should,
            Text(printable(result.verdict.seen)),
        )
    console.print(table)
    first = results[0].verdict
    if first.outcome.value == "failed":
        _explain(console, results[0])
        if first.got_response:
            console.print("All other cases depend on it: does the receiver know the same secret?\n")
    else:
        for result in results:
            if result.verdict.outcome.value in {"failed", "advice"}:
                _explain(console, result)
    console.print(_summary(results))


def _explain(console: "Console", result: "CaseResult") -> None:
    from rich.padding import Padding
    from rich.text import Text

    outcome = result.verdict.outcome.value
    console.print(Text(f"{outcome}: {result.case.name}", style=_STYLES[outcome]))
    text = Text(f"{result.case.because}\n{result.verdict.advice}\n")
    console.print(Padding(text, (0, 0, 0, 2)))


def _summary(results: "Sequence[CaseResult]") -> str:
    outcomes = [result.verdict.outcome.value for result in results]
    counts = [f"{outcomes.count(name)} {name}" for name in _STYLES if name in outcomes]
    return f"{len(results)} cases: {', '.join(counts)}"
