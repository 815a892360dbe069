"""Filters of monitors and logs. Reference: ?status; ?from and ?to."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.time_parsing import moment

group = ClauseGroup("filters", section="Monitors, GET /monitors")
groups = (group,)
_LOGS = "Logs, GET /monitors/{id}/logs"


def _filters_by_status(status: str) -> Check:
    def check(context: Context) -> None:
        if not context.options.read_only:
            context.down_monitor()
            context.minimal_monitor()
        response = _with_status(context, status)
        for monitor in expect_list(response):
            expect(
                monitor.get("status") == status,
                f"a monitor that is {monitor.get('status')!r}",
                f"only monitors that are {status}",
                response,
            )
        everything = context.api.get("/monitors", query={"limit": 100})
        _expect_all(context, status, response, everything)

    return named(check, f"filters_by_status_{status}")


def _with_status(context: Context, status: str) -> ServerResponse:
    return context.api.get("/monitors", query={"status": status, "limit": 100})


def _expect_all(
    context: Context, status: str, response: ServerResponse, everything: ServerResponse
) -> None:
    """Compare with the unfiltered list, except for monitors whose status changed in between."""
    found, listed = expect_list(response), expect_list(everything)
    matching = {str(m.get("id")) for m in listed if m.get("status") == status}
    if _is_paged(everything) or _is_paged(response):
        expect(found or not matching, "no monitors", f"the monitors that are {status}", response)
        return
    missing = matching - set(ids(found))
    if missing:  # one may have changed between the two lists
        missing -= set(ids(expect_list(_with_status(context, status))))
    expect(
        not missing, f"a list without {sorted(missing)[:2]}",
        f"every monitor that is {status}", response,
    )  # fmt: skip
    if not found and not listed:
        raise NotVerified("the team has no monitors")
    if len(found) == len(listed) and len({m.get("status") for m in listed}) <= 1:
        raise NotVerified(f"every monitor is {status}: a filter would not show")


def _is_paged(response: ServerResponse) -> bool:
    return (response.fields.get("total_pages") or 0) > 1


for _value in ("up", "down", "paused"):
    group.clause(
        f"status-{_value}",
        f"GET /monitors?status={_value} lists every monitor that is {_value} and no other.",
        requests=2,
    )(_filters_by_status(_value))


@group.clause(
    "status-pages",
    "A list is filtered before it is paged: pages are full and add up.",
    requests=5,
)
def filters_before_paging(context: Context) -> None:
    whole = _with_status(context, "up")
    expected = ids(expect_list(whole))
    if len(expected) < 3:
        raise NotVerified("fewer than three monitors are up")
    first, second = (
        context.api.get("/monitors", query={"status": "up", "limit": 2, "page": page})
        for page in (1, 2)
    )
    on_pages = ids(expect_list(first)) + ids(expect_list(second))
    if on_pages != expected[: len(on_pages)] or len(on_pages) < min(4, len(expected)):
        if ids(expect_list(_with_status(context, "up"))) != expected:
            raise NotVerified("monitors change their status too fast")
        raise Finding(f"pages of {len(on_pages)} monitors", "two full pages of the list", second)
    total = first.fields.get("total_pages")
    if (whole.fields.get("total_pages") or 0) == 1:
        rounded_up = -(-len(expected) // 2)
        expect(total == rounded_up, f"total_pages {total}", f"{rounded_up}", first)


@group.clause(
    "status-unknown",
    "GET /monitors?status= with an unknown value is a 400.",
    level=Level.INFERRED,
    section="Error Codes, 400",
)
def refuses_unknown_status(context: Context) -> None:
    expect_status(context.api.get("/monitors", query={"status": "sideways"}), 400)


@group.clause(
    "status-degraded",
    "GET /monitors?status=degraded is a 400, or lists the degraded monitors.",
    level=Level.INFERRED,
)
def filters_by_status_degraded(context: Context) -> None:
    response = context.api.get("/monitors", query={"status": "degraded"})
    expect_status(response, 400, 200)
    if response.status == 200:
        context.note("?status=degraded is accepted as a filter.")
        others = [m.get("status") for m in expect_list(response) if m.get("status") != "degraded"]
        expect(not others, f"monitors that are {others[:2]}", "degraded monitors only", response)


@dataclass(frozen=True, slots=True)
class _Log:
    """A log, and the different times of its entries in order."""

    path: str
    rows: list[dict[str, Any]]
    times: list[datetime]

    @property
    def middle(self) -> datetime:
        """A time with entries before and after it."""
        return self.times[len(self.times) // 2]


@shared
def _log(context: Context) -> _Log:
    """A log with checks at three different times."""
    for monitor_id, response in context.logs().items():
        rows = [r for r in response.results if isinstance(r, dict) and moment(r.get("timestamp"))]
        times = sorted({at for row in rows if (at := moment(row.get("timestamp")))})
        if len({row["timestamp"] for row in rows}) >= 3:
            return _Log(f"/monitors/{monitor_id}/logs", rows, times)
    raise NotVerified("no log has entries of three different times")


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


def _iso(at: datetime, *, hours: float = 0) -> str:
    zoned = at.astimezone(timezone(timedelta(hours=hours))) if hours else at
    return zoned.isoformat().replace("+00:00", "Z")


@group.clause("from", "?from omits earlier log entries and no later ones.", section=_LOGS)
def filters_log_from(context: Context) -> None:
    log = _log(context)
    low, high = log.middle, log.times[-1]
    query = {"from": _iso(low), "to": _iso(high), "limit": 100}
    response = context.api.get(log.path, query=query)
    rows = _expect_within(response, low, high)
    if (response.fields.get("total_pages") or 0) <= 1:
        expected = {at for at in log.times if low <= at < high}
        missing = sorted(expected - {moment(row.get("timestamp")) for row in rows})
        expect(not missing, f"no entry of {missing[:1]}", "every entry in the range", response)


@group.clause("from-alone", "?from without ?to lists the log from then on.", section=_LOGS)
def filters_log_from_alone(context: Context) -> None:
    log = _log(context)
    response = context.api.get(log.path, query={"from": _iso(log.middle), "limit": 100})
    rows = _expect_within(response, log.middle, None)
    expect(rows, "no entries", f"the entries from {log.middle} on", response)


@group.clause("to-alone", "?to without ?from lists the log until then.", section=_LOGS)
def filters_log_to_alone(context: Context) -> None:
    log = _log(context)
    response = context.api.get(log.path, query={"to": _iso(log.middle), "limit": 100})
    rows = _expect_within(response, None, log.middle)
    expect(rows, "no entries", f"the entries up to {log.middle}", response)


@group.clause(
    "time-zones",
    "?from and ?to are instants: an offset such as +02:00 is applied.",
    section=_LOGS,
    requests=2,
)
def applies_time_zones(context: Context) -> None:
    log = _log(context)
    low, high = log.times[1], log.times[-1]
    for hours in (2, -5.5):
        query = {"from": _iso(low, hours=hours), "to": _iso(high, hours=hours), "limit": 100}
        response = context.api.get(log.path, query=query)
        rows = _expect_within(response, low, high)
        expect(rows, "no entries", f"the entries from {low} to {high}", response)


@group.clause(
    "empty-range",
    "A range before the first or after the last check has no entries.",
    section=_LOGS,
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
    section=_LOGS,
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
