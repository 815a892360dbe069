"""Promises about every list of a run, checked after all others. Reference: all four lists.

Nothing is sent for it: each list, whichever clause and key asked for it, is compared with its
filters and with the lists before and after it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock.conformance.active.assertions import expect, first_and_last, ids
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.contract.tolerances import DURATION_ROUNDING_SECONDS
from statuspool_mock.time_parsing import moment

group = ClauseGroup("all-lists", section="Monitors; Logs; Incidents; Webhooks")
groups = (group,)
_PRECISION = timedelta(seconds=1)
"""How much more precise the time of a log entry may be than it is shown."""
_LISTS = ("listMonitors", "listMonitorLogs", "listIncidents", "listWebhooks")
_FLAGS = {"true": True, "false": False}
Fits = Callable[[Mapping[str, Any], str], bool]


def _is_of_status(item: Mapping[str, Any], text: str) -> bool:
    return item.get("status") == text


def _is_of_monitor(item: Mapping[str, Any], text: str) -> bool:
    return str(item.get("monitor_id")).lower() == text.lower()


def _is_resolved(item: Mapping[str, Any], text: str) -> bool:
    return text not in _FLAGS or (item.get("resolved_at") is not None) is _FLAGS[text]


def _is_active(item: Mapping[str, Any], text: str) -> bool:
    return text not in _FLAGS or item.get("active") is _FLAGS[text]


def _is_since(item: Mapping[str, Any], text: str) -> bool:
    at, bound = moment(item.get("timestamp")), moment(text)
    return at is None or bound is None or at >= bound - _PRECISION


def _is_until(item: Mapping[str, Any], text: str) -> bool:
    at, bound = moment(item.get("timestamp")), moment(text)
    return at is None or bound is None or at <= bound + _PRECISION


_FILTERS: Mapping[str, Mapping[str, Fits]] = {
    "listMonitors": {"status": _is_of_status},
    "listMonitorLogs": {"from": _is_since, "to": _is_until},
    "listIncidents": {"monitor_id": _is_of_monitor, "resolved": _is_resolved},
    "listWebhooks": {"active": _is_active},
}
_LASTING: Mapping[str, frozenset[str]] = {
    "listMonitors": frozenset(),
    "listIncidents": frozenset({"monitor_id", "resolved"}),
    "listWebhooks": frozenset({"active"}),
}
"""The filters that an item does not fit again once it no longer fits them."""


def query_of(response: ServerResponse) -> dict[str, str] | None:
    """Return the parameters of a request; None where one of them was sent twice."""
    pairs = parse_qsl(urlsplit(response.url).query, keep_blank_values=True)
    query = dict(pairs)
    return query if len(query) == len(pairs) else None


@group.clause("filters", "Every list of the run holds only what its filters select.", requests=0)
def holds_what_filters_select(context: Context) -> None:
    compared = 0
    for response in context.successes(*_LISTS):
        query = query_of(response) or {}
        for name, fits in _FILTERS[response.operation].items():
            compared += name in query
            for item in response.results if name in query else ():
                if isinstance(item, dict):
                    got = f"{item!r:.120}"
                    expect(fits(item, query[name]), got, f"of {name}={query[name]}", response)
    if not compared:
        raise NotVerified("no other clause filtered a list in this run")


@group.clause(
    "incident-times",
    "No incident that the run has listed ends before it starts, or lasts longer or shorter.",
    section="Incidents, GET /incidents",
    requests=0,
)
def lists_incidents_with_their_times(context: Context) -> None:
    compared = 0
    for response in context.successes("listIncidents"):
        for item in response.results if response.has_own_key else ():
            began, ended = moment(item.get("started_at")), moment(item.get("resolved_at"))
            if began is None or ended is None:
                continue
            compared += 1
            expect(ended >= began, f"{began} to {ended}", "an end after the start", response)
            seconds, lasted = item.get("duration_seconds"), (ended - began).total_seconds()
            is_number = isinstance(seconds, int | float)
            is_right = not is_number or abs(seconds - lasted) <= DURATION_ROUNDING_SECONDS
            got = f"duration_seconds {seconds} for {began} to {ended}"
            expect(is_right, got, f"{lasted:.0f}", response)
    if not compared:
        raise NotVerified("no incident is resolved")


@dataclass(frozen=True, slots=True)
class _WholeList:
    """A list on one page, and when it was requested: alike for those sent at the same time."""

    order: int
    shown: frozenset[str]
    response: ServerResponse


def _whole_lists(context: Context) -> Iterator[list[_WholeList]]:
    """Yield the whole lists of one team and filter in the order of the run."""
    found: dict[tuple[Any, ...], list[_WholeList]] = {}
    for number, response in enumerate(context.successes(*_LASTING)):
        query, team = query_of(response), response.team
        if query is None:
            continue
        filters = {name: text for name, text in query.items() if name not in {"limit", "page"}}
        is_first = query.get("page", "1") == "1" and response.has_own_key and team != ""
        if not is_first or not filters.keys() <= _LASTING[response.operation]:
            continue
        if (response.fields.get("total_pages") or 1) == 1:
            kind = (team, response.operation, *sorted(filters.items()))
            order = -response.group if response.group else number
            whole = _WholeList(order, frozenset(ids(response.results)), response)
            found.setdefault(kind, []).append(whole)
    yield from found.values()


@group.clause(
    "nothing-comes-back",
    "What a list lacks once, and had before, does not come back: an id is given once.",
    level=Level.INFERRED,
    requests=0,
)
def brings_nothing_back(context: Context) -> None:
    compared = 0
    for lists in _whole_lists(context):
        places = first_and_last([each.shown for each in lists])
        for place, each in enumerate(lists):
            compared += 1
            missing = sorted(
                item
                for item, (first, last) in places.items()
                if first < place < last
                and item not in each.shown
                and each.order not in {lists[first].order, lists[last].order}
            )
            got = f"a list without {missing[:2]}, which lists before and after it have"
            expect(not missing, got, "the same items with each key", each.response)
    if not compared:
        raise NotVerified("no other clause read a whole list in this run")
