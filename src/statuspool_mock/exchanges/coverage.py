"""Which responses a world's clients have received, and which they never did.

A cell is an operation with one of its documented statuses or, if it succeeds, with a state that a
client may have to handle: a `degraded` monitor, an empty list, the last page.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from statuspool_mock.contract import Operation


class Cell(NamedTuple):
    """An operation and a status, and a state of the domain if `state` is not None."""

    operation: str
    status: int
    state: str | None = None


Seen = Callable[[Any], set[str]]


class KeptBody(dict[str, Any]):
    """A body that may be sent again, with the states that it shows once they were looked for."""

    states: set[str] | None = None


def _status(response: Any) -> set[str]:
    return {response["status"]}


def _page(response: Any) -> str:
    if not response["results"]:
        return "empty list"
    return "more pages" if response["page"] < response["total_pages"] else "last page"


def _monitors(response: Any) -> set[str]:
    return {_page(response), *[monitor["status"] for monitor in response["results"]]}


def _rows(response: Any) -> set[str]:
    failed = {row["error_message"] is not None for row in response["results"]}
    return {_page(response), *("failed check" if one else "null error_message" for one in failed)}


def _incidents(response: Any) -> set[str]:
    if not response["results"]:
        return {"empty list"}
    is_open = {incident["resolved_at"] is None for incident in response["results"]}
    return {"open incident" if one else "resolved incident" for one in is_open}


def _webhooks(response: Any) -> set[str]:
    if not response["results"]:
        return {"empty list"}
    seen = {
        "active webhook" if one["active"] else "inactive webhook" for one in response["results"]
    }
    if any(webhook["last_triggered_at"] is None for webhook in response["results"]):
        seen.add("never triggered")
    return seen


_MONITOR_STATES = ("up", "down", "degraded", "paused")
_PAGE_STATES = ("empty list", "more pages", "last page")
STATES: Mapping[str, tuple[tuple[str, ...], Seen]] = {
    "listMonitors": ((*_MONITOR_STATES, *_PAGE_STATES), _monitors),
    "getMonitor": (_MONITOR_STATES, _status),
    "getMonitorStatus": (("up", "down", "degraded"), _status),
    "listMonitorLogs": (("null error_message", "failed check", *_PAGE_STATES), _rows),
    "listIncidents": (("open incident", "resolved incident", "empty list"), _incidents),
    "listWebhooks": (
        ("active webhook", "inactive webhook", "never triggered", "empty list"),
        _webhooks,
    ),
}
"""By operation: the states a client may have to handle, and how a response shows them."""


def _states(operation: str, response: Any) -> set[str]:
    if not isinstance(response, KeptBody):
        return STATES[operation][1](response)
    if response.states is None:
        response.states = STATES[operation][1](response)
    return response.states


class Coverage:
    """Counts the cells that were covered. States are no longer looked for once all were seen."""

    def __init__(self) -> None:
        self.met: dict[Cell, int] = {}
        self._unseen = {name: set(states) for name, (states, _) in STATES.items()}

    def note(self, operation: str, status: int, response: Any) -> None:
        """Count a response; `response` is its JSON value before it was serialized."""
        met, cell = self.met, (operation, status, None)
        if cell in met:  # a tuple equals a cell, and takes less time to make
            met[cell] += 1
        else:
            met[Cell(*cell)] = 1
        if status == 200 and response is not None:
            unseen = self._unseen.get(operation)
            if unseen and (seen := _states(operation, response) & unseen):
                unseen -= seen
                met.update((Cell(operation, status, state), 1) for state in seen)

    def clear(self) -> None:
        """Reset the counts."""
        self.met.clear()
        self._unseen = {name: set(states) for name, (states, _) in STATES.items()}


def cells(operations: Iterable[Operation]) -> list[Cell]:
    """Return every cell that a client of these operations can cover."""
    found = []
    for operation in operations:
        found += [Cell(operation.id, status) for status in sorted(operation.statuses)]
        states, _ = STATES.get(operation.id, ((), None))
        found += [Cell(operation.id, operation.success_status, state) for state in states]
    return found
