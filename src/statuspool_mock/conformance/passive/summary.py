"""Summaries of what was checked: for people, and as JSON."""

from collections import Counter
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from statuspool_mock.conformance.passive.checker import ExchangeChecker
from statuspool_mock.conformance.passive.observation import Kind, Observation
from statuspool_mock.exchanges import Exchange, masked_query

_STYLES = {Kind.VIOLATION: "bold red", Kind.CLIENT: "yellow", Kind.NOTE: "dim"}
_WORDS = {Kind.VIOLATION: "server", Kind.CLIENT: "client", Kind.NOTE: "note"}
_MAX_QUERY_LENGTH = 40


def show(checker: ExchangeChecker, console: Console) -> None:
    """Print which responses were seen and what was found in them."""
    met = Counter({cell: n for cell, n in checker.coverage.met.items() if cell.state is None})
    if met:
        statuses = sorted({cell.status for cell in met})
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("Operation")
        for status in statuses:
            table.add_column(str(status), justify="right")
        for operation in checker.document.operations:
            counts = {cell.status: n for cell, n in met.items() if cell.operation == operation}
            cells = (str(counts[one]) if one in counts else "" for one in statuses)
            table.add_row(operation, *cells, style=None if counts else "dim")
        console.print(table)
    if checker.groups:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for title in ("", "Rule", "Operation"):
            table.add_column(title)
        table.add_column("Times", justify="right")
        table.add_column("First", overflow="fold")
        for (kind, rule, operation), group in sorted(checker.groups.items(), key=_severity):
            first = f"#{group.exchange.number} {group.observation.message}"
            word = Text(_WORDS[kind], style=_STYLES[kind])
            table.add_row(word, rule, operation or "–", str(group.count), Text(first))
        console.print(table)
    console.print(Text(in_one_line(checker)))


def in_one_line(checker: ExchangeChecker) -> str:
    """Return the result in one line."""
    parts = [_count(checker.exchanges, "exchange")]
    parts += [f"{n} not checked ({reason})" for reason, n in checker.unchecked.items()]
    parts.append(_count(checker.total(Kind.VIOLATION), "violation") + " by the server")
    parts.append(_count(checker.total(Kind.CLIENT), "mistake") + " of the client")
    parts.append(_count(checker.total(Kind.NOTE), "note"))
    return ", ".join(parts)


def line(exchange: Exchange, observations: list[Observation]) -> Text:
    """Return one exchange in a line, with the findings below it."""
    query = masked_query(exchange.query)
    if len(query) > _MAX_QUERY_LENGTH:
        query = f"{query[: _MAX_QUERY_LENGTH - 1]}…"
    address = f"{exchange.path}?{query}" if query else exchange.path
    took = f"{exchange.milliseconds:.0f} ms"
    text = Text(f"#{exchange.number} {exchange.method} {address} {exchange.status} {took}")
    for one in observations:
        if one.kind is not Kind.NOTE:
            text.append(f"\n  {_WORDS[one.kind]}  {one.rule}: {one.message}", _STYLES[one.kind])
    return text


def as_data(checker: ExchangeChecker) -> dict[str, Any]:
    """Return the summary as plain data for JSON."""
    return {
        "exchanges": checker.exchanges,
        "unchecked": dict(checker.unchecked),
        "totals": {kind.value: checker.total(kind) for kind in Kind},
        "observations": [
            {
                "kind": kind.value,
                "rule": rule,
                "operation": operation,
                "count": group.count,
                "first": {"number": group.exchange.number, "message": group.observation.message},
            }
            for (kind, rule, operation), group in checker.groups.items()
        ],
        "coverage": [
            {"operation": cell.operation, "status": cell.status, "met": n}
            for cell, n in checker.coverage.met.items()
            if cell.state is None
        ],
    }


def _severity(item: tuple[tuple[Kind, str, str], Any]) -> tuple[int, int]:
    (kind, _, _), group = item
    return list(Kind).index(kind), -group.count


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
