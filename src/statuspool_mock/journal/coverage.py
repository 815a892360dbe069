"""Which answers a world's clients have met, and which never: their tests' blind spots.

A cell is an operation with one of its documented statuses, or, where it succeeds, with something
that a client may have to handle: a `degraded` monitor, an empty list, the last page.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from statuspool_mock.contract import Operation


class Cell(NamedTuple):
    """An operation × status, and a state of the domain where `state` is not None."""

    operation: str
    status: int
    state: str | None = None


Seen = Callable[[Any], Iterable[str]]


def _statuses(answer: Any) -> Iterable[str]:
    return (answer["status"],)


def _pages(answer: Any) -> Iterable[str]:
    if not answer["results"]:
        yield "empty list"
    elif answer["page"] < answer["total_pages"]:
        yield "more pages"
    else:
        yield "last page"


def _monitors(answer: Any) -> Iterable[str]:
    yield from _pages(answer)
    for monitor in answer["results"]:
        yield monitor["status"]


def _rows(answer: Any) -> Iterable[str]:
    yield from _pages(answer)
    for row in answer["results"]:
        yield "null error_message" if row["error_message"] is None else "failed check"


def _incidents(answer: Any) -> Iterable[str]:
    if not answer["results"]:
        yield "empty list"
    for incident in answer["results"]:
        yield "open incident" if incident["resolved_at"] is None else "resolved incident"


def _webhooks(answer: Any) -> Iterable[str]:
    if not answer["results"]:
        yield "empty list"
    for webhook in answer["results"]:
        yield "active webhook" if webhook["active"] else "inactive webhook"
        if webhook["last_triggered_at"] is None:
            yield "never triggered"


_MONITOR_STATES = ("up", "down", "degraded", "paused")
_PAGE_STATES = ("empty list", "more pages", "last page")
STATES: Mapping[str, tuple[tuple[str, ...], Seen]] = {
    "listMonitors": ((*_MONITOR_STATES, *_PAGE_STATES), _monitors),
    "getMonitor": (_MONITOR_STATES, _statuses),
    "getMonitorStatus": (("up", "down", "degraded"), _statuses),
    "listMonitorLogs": (("null error_message", "failed check", *_PAGE_STATES), _rows),
    "listIncidents": (("open incident", "resolved incident", "empty list"), _incidents),
    "listWebhooks": (
        ("active webhook", "inactive webhook", "never triggered", "empty list"),
        _webhooks,
    ),
}
"""By operation: the states a client may have to handle, and how an answer shows them."""


class Coverage:
    """Counts the cells that were met. Looking for states ends once all of them were seen."""

    def __init__(self) -> None:
        self.met: dict[Cell, int] = {}
        self._unseen = {name: set(states) for name, (states, _) in STATES.items()}

    def note(self, operation: str, status: int, answer: Any) -> None:
        """Count an answer; `answer` is its JSON value before it was written."""
        cell = Cell(operation, status)
        self.met[cell] = self.met.get(cell, 0) + 1
        if status == 200 and self._unseen.get(operation) and isinstance(answer, dict):
            for state in set(STATES[operation][1](answer)):
                self._unseen[operation].discard(state)
                self.met.setdefault(Cell(operation, status, state), 1)

    def clear(self) -> None:
        """Forget what was met."""
        self.met.clear()
        self._unseen = {name: set(states) for name, (states, _) in STATES.items()}


def cells(operations: Iterable[Operation]) -> list[Cell]:
    """Return every cell that a client of these operations can meet."""
    found = []
    for operation in operations:
        found += [Cell(operation.id, status) for status in sorted(operation.statuses)]
        states, _ = STATES.get(operation.id, ((), None))
        found += [Cell(operation.id, operation.success_status, state) for state in states]
    return found
