"""Outcomes on the terminal. Names come from anybody: nothing in them is markup."""

import json
import sys
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from statuspool_mock.cli import terminal
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table
from statuspool_mock.cli.printable_text import printable

_STYLES = {
    "up": "green",
    "down": "bold red",
    "degraded": "yellow",
    "paused": "dim",
    "live": "green",
    "frozen": "cyan",
    "scaled": "yellow",
    "delivered": "green",
    "failed": "bold red",
    "withheld": "yellow",
    "lost": "yellow",
}
_NEVER_WRAPPED = frozenset({"Status", "Uptime 30d", "At", "Interval", "ID", "ms", "Number"})


def show(outcome: Outcome, *, as_json: bool) -> None:
    """Print an outcome for people, or as JSON."""
    if as_json:
        sys.stdout.write(json.dumps(outcome.data, ensure_ascii=False) + "\n")
    else:
        # Files and pipes have no width to fold lines to.
        width = None if sys.stdout.isatty() else 500
        console = terminal.console(soft_wrap=True, width=width)
        for part in outcome.view(outcome.data):
            console.print(_rendered(part))
    sys.stdout.flush()


def _rendered(part: Line | Table) -> RenderableType:
    if isinstance(part, Line):
        return Text.assemble(*map(_word, part.words), style=part.style)
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in part.titles:
        table.add_column(title, overflow="fold", no_wrap=title in _NEVER_WRAPPED)
    for row in part.rows:
        table.add_row(*map(_word, row))
    return table if table.row_count else Text(part.empty)


def _word(value: Any) -> Text:
    plain = "" if value is None else printable(str(value))
    return Text(plain, style=_STYLES.get(plain, ""))
