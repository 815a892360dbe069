"""What nothing changes is shown alike by all responses of a run. Reference: each resource.

Nothing is sent for it. Each response is compared with the earlier ones, whichever clause and key
asked for it: a replica that differs, or a key that is shown something else, contradicts them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, first_and_last
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.all_lists import query_of
from statuspool_mock.conformance.active.clauses.creation import FIELDS
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.time_parsing import moment

group = ClauseGroup("agreement", section="Monitors; Status; Logs; Incidents; Webhooks")
groups = (group,)
_NEVER = datetime.max.replace(tzinfo=UTC)
_MARGIN = timedelta(seconds=1)
"""How far inside of a range an entry must be that the range has to show."""


class Change(Enum):
    """How the value of a fact may change."""

    NEVER = auto()
    GROWS = auto()
    """It may be replaced by a later one, and by no null."""
    ONCE = auto()
    """It may be replaced, and does not come back."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of a thing."""

    thing: str
    name: str
    value: Any
    change: Change = Change.NEVER


Facts = Callable[[Context, ServerResponse], Iterator[Fact]]


def _items(response: ServerResponse) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in response.results if isinstance(item, dict) and "id" in item)


def _incidents(_: Context, response: ServerResponse) -> Iterator[Fact]:
    for item in _items(response):
        thing, ended = str(item["id"]), moment(item.get("resolved_at"))
        yield Fact(thing, "monitor_id", item.get("monitor_id"))
        yield Fact(thing, "started_at", moment(item.get("started_at")))
        yield Fact(thing, "resolved_at", ended, Change.GROWS)
        name = f"duration_seconds {'once over' if ended else 'while open'}"
        seconds = item.get("duration_seconds")
        if isinstance(seconds, int | float):
            yield Fact(thing, name, seconds, Change.GROWS)
        if ended:
            yield Fact(thing, "affected_regions", _as_set(item.get("affected_regions")))


def _webhooks(_: Context, response: ServerResponse) -> Iterator[Fact]:
    for item in _items(response):
        thing = str(item["id"])
        yield Fact(thing, "url", item.get("url"))
        yield Fact(thing, "events", _as_set(item.get("events")))
        yield Fact(thing, "last_triggered_at", moment(item.get("last_triggered_at")), Change.GROWS)


def _monitors(context: Context, response: ServerResponse) -> Iterator[Fact]:
    """Yield what nobody changed: of monitors of others, as long as they have one updated_at."""
    own = context.api.ledger
    shown = [response.fields] if response.operation == "getMonitor" else list(_items(response))
    for item in shown:
        thing, changed = str(item.get("id")), moment(item.get("updated_at"))
        yield Fact(thing, "updated_at", changed, Change.GROWS)
        if changed and not own.is_own(thing):
            for name in FIELDS:
                if name in item:
                    yield Fact(f"{thing}, updated at {changed}", name, item[name])


def _checks(_: Context, response: ServerResponse) -> Iterator[Fact]:
    """Yield the last check of a monitor, and the status that it led to."""
    monitor_id, checked = response.monitor_id, moment(response.fields.get("last_check_at"))
    thing = f"{monitor_id} ({response.operation})"
    yield Fact(thing, "last_check_at", checked, Change.GROWS)
    if checked:
        thing = f"{thing}, checked at {checked}"
        yield Fact(thing, "status", response.fields.get("status"), Change.ONCE)


def _as_set(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _agrees(operations: tuple[str, ...], facts: Facts) -> Check:
    def check(context: Context) -> None:
        known: dict[tuple[str, str], Any] = {}
        for response in context.successes(*operations):
            for fact in facts(context, response) if response.has_own_key else ():
                _compare(fact, known, response)
        if not known:
            raise NotVerified("no response of this run shows any")

    return named(check, f"agrees_on_facts_of_{operations[-1]}")


def _compare(fact: Fact, known: dict[tuple[str, str], Any], response: ServerResponse) -> None:
    if fact.change is not Change.NEVER and not response.is_alone:
        return  # of requests at the same time, nobody knows which was first
    earlier = known.setdefault((fact.thing, fact.name), [fact.value])
    if fact.value == earlier[-1]:
        return
    got = f"{fact.name} {fact.value!s:.80} of {fact.thing}"
    expected = f"{earlier[-1]!s:.80}, as another response showed"
    expect(_may_follow(fact, earlier), got, expected, response)
    earlier.append(fact.value)


def _may_follow(fact: Fact, earlier: list[Any]) -> bool:
    if fact.change is Change.GROWS:
        return earlier[-1] is None or (fact.value is not None and fact.value > earlier[-1])
    return fact.change is Change.ONCE and fact.value not in earlier


for _name, _says, _operations, _facts in (
    (
        "incident-values",
        "An incident keeps its monitor and its times in all responses, and its regions once over.",
        ("listIncidents",),
        _incidents,
    ),
    ("webhook-values", "A webhook is alike in all responses.", ("listWebhooks",), _webhooks),
    (
        "monitor-values",
        "A monitor is alike in all responses as long as nobody changes it.",
        ("listMonitors", "getMonitor"),
        _monitors,
    ),
    (
        "last-checks",
        "A monitor's last check is never an earlier one, and its status stays until the next.",
        ("getMonitor", "getMonitorStatus"),
        _checks,
    ),
):
    group.clause(_name, _says, level=Level.INFERRED, requests=0)(_agrees(_operations, _facts))


@dataclass(frozen=True, slots=True)
class _ShownLog:
    """A page of a log: its entries by time and region, and the range that they fill."""

    monitor_id: str
    rows: Mapping[tuple[datetime, str], tuple[Any, ...]]
    low: datetime | None
    high: datetime | None
    response: ServerResponse

    def must_show(self, at: datetime) -> bool:
        """Whether an entry of a time belongs on the page."""
        return (self.low is None or at > self.low) and (self.high is None or at < self.high)


def _shown_logs(context: Context) -> Iterator[_ShownLog]:
    for response in context.successes("listMonitorLogs"):
        if not response.has_own_key or not response.is_alone:
            continue
        rows: dict[tuple[datetime, str], tuple[Any, ...]] = {}
        for row in response.results:
            at = moment(row.get("timestamp")) if isinstance(row, dict) else None
            if at:
                rows[at, str(row.get("region"))] = tuple(
                    row.get(name) for name in ("status_code", "response_time_ms", "error_message")
                )
        if len(rows) == len(response.results):  # each entry has a time, and a region of its own
            low, high = _range_of(response, [at for at, _ in rows])
            yield _ShownLog(response.monitor_id, rows, low, high, response)


def _range_of(
    response: ServerResponse, times: list[datetime]
) -> tuple[datetime | None, datetime | None]:
    """Return the range that a page fills: what was requested, or between its own entries."""
    query = query_of(response)
    is_whole = response.fields.get("total_pages") == 1
    if is_whole and query is not None and query.get("page", "1") == "1":
        low, high = moment(query.get("from")), moment(query.get("to"))
        return low and low + _MARGIN, high and high - _MARGIN
    return (min(times), max(times)) if times else (_NEVER, _NEVER)


@group.clause(
    "log-entries",
    "A log entry is alike in all responses, and none of them lacks it between others.",
    level=Level.INFERRED,
    section="Logs, GET /monitors/{id}/logs",
    requests=0,
)
def agrees_on_log_entries(context: Context) -> None:
    by_monitor: dict[str, list[_ShownLog]] = {}
    for log in _shown_logs(context):
        by_monitor.setdefault(log.monitor_id, []).append(log)
    for logs in by_monitor.values():
        _expect_alike(logs)
    if not by_monitor:
        raise NotVerified("no log of this run has entries of different times or regions")


def _expect_alike(logs: list[_ShownLog]) -> None:
    values: dict[tuple[datetime, str], tuple[Any, ...]] = {}
    for log in logs:
        for row, shown in log.rows.items():
            if values.setdefault(row, shown) != shown:
                got = f"{shown} of {row[0]} in {row[1]}"
                raise Finding(got, f"{values[row]}, as another response showed", log.response)
    places = first_and_last([log.rows for log in logs])
    for place, log in enumerate(logs):
        missing = [
            row
            for row, (first, last) in places.items()
            if first < place < last and log.must_show(row[0]) and row not in log.rows
        ]
        got = f"a log without {[f'{at} in {region}' for at, region in missing[:1]]}"
        expect(not missing, got, "the entries that logs before and after it have", log.response)
