"""What a verb returns, and the parts of which its output is made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line, or a paragraph; words that name a state have its colour."""

    words: Sequence[str]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titles, or a sentence if there are none."""

    titles: Sequence[str]
    rows: Iterable[Iterable[Any]]
    empty: str = ""


View = Callable[[Any], Iterable[Line | Table]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Data for scripts, the view that shows it to people, and the exit code."""

    data: Any
    view: View
    code: int = 0


def text(content: str, style: str = "") -> Line:
    """Return a line of plain text."""
    return Line((content,), style)


def done() -> Outcome:
    """Return the outcome of a verb that has nothing to show."""
    return Outcome({"done": True}, lambda _: [text("Done.")])
