"""`statuspool-mock certify`: a table of what a webhook receiver does, and reports for machines."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.commands.servers import check_address
from statuspool_mock.conformance.receivers import (
    FORMATS,
    CaseOutcome,
    CaseResult,
    ReceiverUnreachable,
    examine,
)

_SECRET_VARIABLE = "STATUSPOOL_WEBHOOK_SECRET"  # noqa: S105  (a name, not a secret)
_STYLES = {
    CaseOutcome.PASSED: "green",
    CaseOutcome.ADVICE: "yellow",
    CaseOutcome.FAILED: "bold red",
    CaseOutcome.UNPROVEN: "dim",
}


def run(arguments: argparse.Namespace) -> int:
    """Certify. Returns 0 where all is well, 1 for findings, 2 where nothing could be tested."""
    refuse: Callable[[str], NoReturn] = arguments.refuse
    check_address(
        arguments.url,
        refuse,
        name="URL",
        expected="one such as http://127.0.0.1:8000/hooks",
        instead="give the receiver's address without them",
    )
    secret = _secret(arguments.secret, refuse)
    for _, path in arguments.report:
        _check_writable(path, refuse)
    try:
        results = asyncio.run(_results(arguments.url, secret, arguments.timeout))
    except ReceiverUnreachable as error:
        sys.stderr.write(f"statuspool-mock certify: {error}\n")
        return 2
    _show(results)
    for name, path in arguments.report:
        try:
            write_whole(path, FORMATS[name](results, url=arguments.url), mode=0o644)
        except OSError as error:
            sys.stderr.write(f"statuspool-mock certify: {path}: {error.strerror}\n")
            return 2
    return int(any(result.verdict.outcome is CaseOutcome.FAILED for result in results))


async def _results(url: str, secret: str, timeout_seconds: float) -> list[CaseResult]:
    return [result async for result in examine(url, secret=secret, timeout_seconds=timeout_seconds)]


def _secret(given: str | None, refuse: Callable[[str], NoReturn]) -> str:
    secret = os.environ.get(_SECRET_VARIABLE) if given is None else given
    if secret is None:
        refuse(f"give the secret that the receiver knows: --secret S, or {_SECRET_VARIABLE}=S")
    if not secret:
        refuse("the secret is empty; anyone could sign with it. Give the receiver a real one")
    try:
        secret.encode()
    except UnicodeEncodeError:
        refuse("the secret is not UTF-8 text")
    return secret


def _check_writable(path: Path, refuse: Callable[[str], NoReturn]) -> None:
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        refuse(f"argument --report: cannot write {path}; name a file in a folder that is writable")


def _show(results: Sequence[CaseResult]) -> None:
    console = Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("", "Case", "The receiver should", "It"):
        table.add_column(title, overflow="fold")
    for result in results:
        outcome = result.verdict.outcome
        table.add_row(
            Text(outcome.value, style=_STYLES[outcome]),
            result.case.name,
            result.case.should,
            Text(result.verdict.seen),
        )
    console.print(table)
    if results[0].verdict.outcome is CaseOutcome.FAILED:
        _explain(console, results[0])
        if results[0].verdict.got_response:
            console.print("All else hangs on this one: does the receiver know the same secret?\n")
    else:
        for result in results:
            if result.verdict.outcome in {CaseOutcome.FAILED, CaseOutcome.ADVICE}:
                _explain(console, result)
    console.print(_summary(results))


def _explain(console: Console, result: CaseResult) -> None:
    outcome = result.verdict.outcome
    console.print(Text(f"{outcome.value}: {result.case.name}", style=_STYLES[outcome]))
    text = Text(f"{result.case.because}\n{result.verdict.advice}\n")
    console.print(Padding(text, (0, 0, 0, 2)))


def _summary(results: Sequence[CaseResult]) -> str:
    outcomes = [result.verdict.outcome for result in results]
    counts = [
        f"{outcomes.count(outcome)} {outcome.value}"
        for outcome in CaseOutcome
        if outcome in outcomes
    ]
    return f"{len(results)} cases: {', '.join(counts)}"
