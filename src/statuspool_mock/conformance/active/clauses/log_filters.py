"""Filters of logs. Reference: Logs, ?from and ?to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.time_parsing import moment

group = ClauseGroup("filters", section="Logs, GET /monitors/{id}/logs")
groups = (group,)
_MILLISECONDS = 3
_MICROSECOND = timedelta(microseconds=1)
_PAGE = 2
_MAX_TIMES = 20
"""How many times a range contains; few enough for one page."""


@dataclass(frozen=True, slots=True)
class _Log:
    """A log, and the different times of its entries in order."""

    path: str
    rows: list[dict[str, Any]]
    times: list[datetime]

    @property
    def margin(self) -> timedelta:
        """Just less than the precision of the timestamps: entries may be more precise than shown.

        Beyond it there is no doubt on which side of a bound an entry is.
        """
        digits = max(_digits(str(row["timestamp"])) for row in self.rows)
        if digits > _MILLISECONDS:
            return _MICROSECOND
        return timedelta(milliseconds=1 if digits else 1000) - _MICROSECOND

    @property
    def inner_margin(self) -> timedelta:
        """Nearly the time between two checks, a minute at most; negative, so that it excludes.

        Bounds that a server truncates to the minute select another entry then.
        """
        gaps = [after - before for before, after in pairwise(self.inside)]
        widest = min([*gaps, timedelta(minutes=1)]) - timedelta(seconds=1)
        return -widest if gaps and widest > self.margin else self.margin

    @property
    def inside(self) -> list[datetime]:
        """The times without the first and the last, whose entries may go on on another page."""
        return self.times[1:-1][-_MAX_TIMES:]

    @property
    def middle(self) -> datetime:
        """A time with entries before and after it."""
        return self.times[len(self.times) // 2]


def _digits(text: str) -> int:
    """Return how many digits the fraction of a second of a timestamp has."""
    found = re.search(r"\.(\d+)", text)
    return len(found[1]) if found else 0


@shared
def _log(context: Context) -> _Log:
    """A log with checks at three different times, seconds apart."""
    for monitor_id, response in context.logs().items():
        rows = [r for r in response.results if isinstance(r, dict) and moment(r.get("timestamp"))]
        times = sorted({at for row in rows if (at := moment(row.get("timestamp")))})
        if len({row["timestamp"] for row in rows}) >= 3:
            return _Log(f"/monitors/{monitor_id}/logs", rows, times)
    raise NotVerified("no log has entries of three different times")


@shared
def second_page(context: Context) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """A path and a query of a part of a log, on its second page, and the entries there."""
    log = _log(context)
    if not log.inside:
        raise NotVerified("no log has entries of three different times")
    low, high = log.inside[0], log.inside[-1]
    rows = [r for r in log.rows if (at := moment(r["timestamp"])) and low <= at <= high]
    if len(rows) <= _PAGE:
        raise NotVerified("no log has entries for two pages")
    query = {"from": _iso(low - log.margin), "to": _iso(high + log.margin)}
    return log.path, {**query, "limit": _PAGE, "page": 2}, rows[_PAGE : 2 * _PAGE]


@shared
def middle_of_log(context: Context) -> tuple[str, str]:
    """The path of a log, and a time with entries before and after it."""
    log = _log(context)
    return log.path, _iso(log.middle)


def expect_second_page(response: ServerResponse, rows: list[dict[str, Any]]) -> None:
    """Expect the entries of `second_page`."""
    got = [(row.get("timestamp"), row.get("region")) for row in expect_list(response)]
    expected = [(row.get("timestamp"), row.get("region")) for row in rows]
    expect(got == expected, f"page 2 of {got[:2]}", f"{expected}, as on one page", response)


def _expect_within(
    response: ServerResponse, low: datetime | None, high: datetime | None
) -> list[dict[str, Any]]:
    rows = expect_list(response)
    for row in rows:
        at = moment(row.get("timestamp"))
        if at is None:
            continue
        expect(
            (low is None or at >= low) and (high is None or at <= high),
            f"an entry of {row['timestamp']}",
            f"entries from {low or 'the beginning'} to {high or 'now'}",
            response,
        )
    return rows


def _expect_entries(
    response: ServerResponse, rows: list[dict[str, Any]], times: set[datetime]
) -> None:
    """Expect an entry of each time, where the range is on one page."""
    if (response.fields.get("total_pages") or 0) <= 1:
        missing = sorted(times - {moment(row.get("timestamp")) for row in rows})
        expect(not missing, f"no entry of {missing[:1]}", "every entry in the range", response)


def _iso(at: datetime, *, hours: float = 0) -> str:
    zoned = at.astimezone(timezone(timedelta(hours=hours))) if hours else at
    return zoned.isoformat().replace("+00:00", "Z")


@group.clause("from", "?from omits earlier log entries and no later ones.")
def filters_log_from(context: Context) -> None:
    log = _log(context)
    low, high = log.middle, log.times[-1]
    query = {"from": _iso(low), "to": _iso(high), "limit": 100}
    response = context.api.get(log.path, query=query)
    rows = _expect_within(response, low, high)
    _expect_entries(response, rows, {at for at in log.times if low <= at < high})


@group.clause("from-alone", "?from without ?to lists the log from then on.")
def filters_log_from_alone(context: Context) -> None:
    log = _log(context)
    response = context.api.get(log.path, query={"from": _iso(log.middle), "limit": 100})
    rows = _expect_within(response, log.middle, None)
    expect(rows, "no entries", f"the entries from {log.middle} on", response)
    _expect_entries(response, rows, {at for at in log.times if at >= log.middle})


@group.clause("to-alone", "?to without ?from lists the log until then.")
def filters_log_to_alone(context: Context) -> None:
    log = _log(context)
    response = context.api.get(log.path, query={"to": _iso(log.middle), "limit": 100})
    rows = _expect_within(response, None, log.middle)
    expect(rows, "no entries", f"the entries up to {log.middle}", response)
    _expect_entries(response, rows, {at for at in log.times if at < log.middle})


@group.clause(
    "time-zones",
    "?from and ?to are instants: an offset such as +02:00 is applied.",
    requests=2,
)
def applies_time_zones(context: Context) -> None:
    log = _log(context)
    _expect_exactly(context, log, log.inside, margin=log.inner_margin, hours=2)
    if not context.options.is_quick:
        _expect_exactly(context, log, log.inside, margin=log.margin, hours=-5.5)


@group.clause(
    "fractions-of-a-second",
    "?from and ?to are compared with their fractions of a second.",
    requests=2,
    needs=(Need.TIME,),
)
def compares_fractions_of_a_second(context: Context) -> None:
    log = _log(context)
    _expect_exactly(context, log, log.inside, margin=log.margin)
    _expect_exactly(context, log, log.inside, margin=-log.margin)


def _expect_exactly(
    context: Context, log: _Log, times: list[datetime], *, margin: timedelta, hours: float = 0
) -> None:
    """Expect the entries of these times: a margin leaves no doubt which ones are in the range.

    A negative margin excludes the first and the last time.
    """
    low, high = times[0] - margin, times[-1] + margin
    if low >= high:
        raise NotVerified("the entries are too close to each other")
    query = {"from": _iso(low, hours=hours), "to": _iso(high, hours=hours), "limit": 100}
    response = context.api.get(log.path, query=query)
    found = {moment(row.get("timestamp")) for row in _expect_within(response, low, high)}
    missing = sorted({at for at in times if low <= at <= high} - found)
    if (response.fields.get("total_pages") or 0) <= 1:
        got = f"no entry of {missing[:1]}"
        expect(not missing, got, f"every entry from {low} to {high}", response)


@group.clause(
    "empty-range",
    "A range before the first or after the last check has no entries.",
    requests=2,
    needs=(Need.TIME,),
)
def has_no_entries_outside(context: Context) -> None:
    path = _log(context).path
    for low, high in (
        ("1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z"),
        ("2999-01-01T00:00:00Z", "2999-01-02T00:00:00Z"),
    ):
        response = context.api.get(path, query={"from": low, "to": high})
        expect_status(response, 200, 400)
        entries = len(response.results)
        expect(not entries, f"{entries} entries", "no entries", response)


@group.clause(
    "reversed-range",
    "?from after ?to is a 400, or lists no entries.",
    level=Level.INFERRED,
)
def handles_reversed_range(context: Context) -> None:
    log = _log(context)
    query = {"from": _iso(log.times[-1]), "to": _iso(log.times[0])}
    response = context.api.get(log.path, query=query)
    expect_status(response, 400, 200)
    entries = len(response.results)
    expect(not entries, f"{entries} entries", "no entries", response)
    if response.status == 200:
        context.note("?from after ?to lists no entries.")


def _refuses_time(parameter: str, text: str) -> Check:
    def check(context: Context) -> None:
        monitor_id = next(iter(context.logs()))
        response = context.api.get(f"/monitors/{monitor_id}/logs", query={parameter: text})
        expect_status(response, 400, because=f"{text} is not an ISO 8601 timestamp")

    return check


for _label, _name, _text in (
    ("from-unreadable", "from", "yesterday"),
    ("to-unreadable", "to", "tomorrow"),
    ("from-impossible", "from", "2025-13-45T99:00:00Z"),
):
    group.clause(
        _label,
        f"GET /monitors/{{id}}/logs?{_name}={_text} is a 400.",
        level=Level.INFERRED,
        section="Error Codes, 400; Logs",
        needs=() if _label == "from-unreadable" else (Need.TIME,),
    )(named(_refuses_time(_name, _text), f"refuses_{_label}"))
