"""Agreement of a monitor's status with its details and its log. Reference: Status; Logs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.log_shares import log_shares, rows_of
from statuspool_mock.conformance.active.clauses.property_tests import is_whole
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.tolerances import (
    CLOCK_SLACK_SECONDS,
    RATE_LIMIT_SLACK_SECONDS,
    UPTIME_ROUNDING,
)
from statuspool_mock.time_parsing import moment

group = ClauseGroup("meaning", section="Status, GET /monitors/{id}/status")
groups = (group,)
_SLOWEST_INTERVAL_SECONDS = 300
_PAGE = 100


def _slack_seconds(context: Context) -> int:
    """Return how far responses may be apart: the run may have waited between them."""
    return CLOCK_SLACK_SECONDS + (RATE_LIMIT_SLACK_SECONDS if context.api.waited_seconds else 0)


def _interval(monitor: dict[str, Any]) -> int:
    seconds = monitor.get("interval_seconds")
    return seconds if isinstance(seconds, int) else _SLOWEST_INTERVAL_SECONDS


@dataclass(frozen=True, slots=True)
class RecentLog:
    """A monitor's status, and its log of the ten minutes before the last check."""

    monitor: dict[str, Any]
    status: ServerResponse
    last_check: datetime
    log: ServerResponse

    @property
    def times(self) -> list[datetime]:
        """The times of the entries."""
        return [at for row in rows_of(self.log) if (at := moment(row.get("timestamp")))]

    @property
    def response_times(self) -> list[float]:
        """The response times of the last check, in all regions."""
        return [
            row["response_time_ms"]
            for row in rows_of(self.log)
            if (at := moment(row.get("timestamp")))
            and abs((at - self.last_check).total_seconds()) <= CLOCK_SLACK_SECONDS
            and is_whole(row.get("response_time_ms"))
        ]


@shared
def _recent_logs(context: Context) -> list[RecentLog]:
    """The logs of the sample since shortly before the last check."""
    sample = context.sample_monitors()[: 2 if context.options.is_quick else 3]
    recent = [each for monitor in sample if (each := _recent_log(context, monitor))]
    if not recent:
        raise NotVerified("no monitor has a last check")
    return recent


def _recent_log(context: Context, monitor: dict[str, Any]) -> RecentLog | None:
    path = f"/monitors/{monitor['id']}"
    status = context.api.get(f"{path}/status")
    last_check = moment(status.fields.get("last_check_at"))
    if last_check is None:
        return None
    since = (last_check - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
    log = context.api.get(f"{path}/logs", query={"from": since, "limit": _PAGE})
    return RecentLog(monitor, status, last_check, log)


@group.clause(
    "last-check-is-the-newest-row",
    "last_check_at of /status is the time of the newest log entry.",
    requests=4,
)
def dates_last_check_like_log(context: Context) -> None:
    for recent in _recent_logs(context):
        last_check, times = recent.last_check, recent.times
        got = f"no log entry in the ten minutes before {last_check}"
        expect(times, got, f"one of {last_check}", recent.status)
        apart = abs((max(times) - last_check).total_seconds())
        got = f"{last_check}, {apart:.0f} s from the newest entry, {max(times)}"
        is_near = apart <= _interval(recent.monitor) + _slack_seconds(context)
        expect(is_near, got, "the newest entry's time", recent.status)


@group.clause(
    "response-time-of-the-last-check",
    "response_time_ms of /status is that of the last check, in one region or over all of them.",
    level=Level.INFERRED,
    requests=0,
)
def times_the_last_check(context: Context) -> None:
    compared = 0
    for recent in _recent_logs(context):
        shown, times = recent.status.fields.get("response_time_ms"), recent.response_times
        if not times or shown is None or not is_whole(shown):
            continue
        compared += 1
        got = f"response_time_ms {shown}; the entries of {recent.last_check} have {times[:5]}"
        is_near = min(times) - 1 <= shown <= max(times) + 1
        expect(is_near, got, f"{min(times)} to {max(times)}", recent.status)
    if not compared:
        raise NotVerified("no log has entries of the last check")


@group.clause(
    "last-check-alike",
    "GET /monitors/{id} and /status show the same last check.",
    section="Monitors, GET /monitors/{id}",
    requests=0,
)
def dates_last_check_alike(context: Context) -> None:
    compared = 0
    for monitor in context.sample_monitors():
        monitor_id, most = str(monitor["id"]), _interval(monitor) + _slack_seconds(context)
        shown = context.details()[monitor_id], context.statuses()[monitor_id]
        apart = _seconds_apart(*shown)
        if apart is None:
            continue
        compared += 1
        if apart > most:  # a server that was stopped may have caught up in between
            shown = context.read_again(monitor_id)
            apart = _seconds_apart(*shown) or 0
        first, second = (response.fields.get("last_check_at") for response in shown)
        expect(apart <= most, f"{first} and in /status {second}", "the same check", shown[0])
    if not compared:
        raise NotVerified("no monitor has a last check")


def _seconds_apart(*responses: ServerResponse) -> float | None:
    """Return how far apart the last checks are that two responses show; None if one has none."""
    first, second = (moment(response.fields.get("last_check_at")) for response in responses)
    return abs((first - second).total_seconds()) if first and second else None


@group.clause(
    "status-alike",
    "The list, GET /monitors/{id} and /status show one current status.",
    section="Monitors; Status",
    requests=4,
)
def shows_one_status(context: Context) -> None:
    listed = {m["id"]: m.get("status") for m in context.listed_monitors()}
    for monitor_id, detail in context.details().items():
        shown = {detail.fields.get("status"), listed.get(monitor_id) or detail.fields.get("status")}
        if "paused" not in shown:
            shown.add(context.statuses()[monitor_id].fields.get("status"))
        if len(shown) > 1:  # it may have changed in between
            now = context.api.get(f"/monitors/{monitor_id}").fields.get("status")
            status = context.api.get(f"/monitors/{monitor_id}/status")
            again = {now, status.fields.get("status")}
            is_one = len(again) == 1 or "paused" in again
            expect(is_one, f"{sorted(map(str, again))}", "one status", status)
            if len(again) == 1:
                _expect_listed_status(context, monitor_id, now)


def _expect_listed_status(context: Context, monitor_id: str, status: Any) -> None:
    for page in context.pages("/monitors", limit=_PAGE, max_pages=3):
        for item in page.results:
            if isinstance(item, dict) and item.get("id") == monitor_id:
                got = f"listed status {item.get('status')!r}"
                expect(item.get("status") == status, got, repr(status), page)


@group.clause(
    "uptime-fits-the-log",
    "uptime_30d is the percentage of good checks, within the bounds that the log shows.",
    requests=4,
)
def computes_uptime_like_log(context: Context) -> None:
    for share in log_shares(context):
        uptime, total = share.status.fields.get("uptime_30d"), share.total
        if not isinstance(uptime, int | float) or isinstance(uptime, bool):
            continue
        read = share.good + share.failed
        got = f"uptime_30d {uptime}: {share.failed} of {read} entries read failed, {total} in all"
        low, high = share.lowest - UPTIME_ROUNDING, share.highest + UPTIME_ROUNDING
        expect(low <= uptime, got, f"{share.lowest:.3f} or more", share.status)
        expect(uptime <= high, got, f"{share.highest:.3f} or less", share.status)
        is_fraction = 0 < uptime <= 1 and share.good > share.failed
        expect(not is_fraction, got, "a percentage, not a fraction", share.status)


@group.clause(
    "down-shows-in-the-log",
    "The log of a monitor that is down has failed checks.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
)
def logs_failed_checks_of_down(context: Context) -> None:
    down = [m for m in context.sample_monitors() if m.get("status") == "down"]
    if not down:
        raise NotVerified("no monitor is down")
    read = {recent.monitor["id"]: recent for recent in _recent_logs(context)}
    for monitor in down:
        recent = read.get(monitor["id"]) or _recent_log(context, monitor)
        if recent is None or recent.status.fields.get("status") != "down":
            continue
        log = _log_since(context, recent, _interval(monitor) + 1)
        failed = [row for row in log if row.get("error_message") is not None]
        got = "no failed check among the last two"
        expect(failed, got, "the check that failed", recent.log)


def _log_since(context: Context, recent: RecentLog, seconds: int) -> list[dict[str, Any]]:
    """Return the entries of so many seconds before the last check."""
    since, log = recent.last_check - timedelta(seconds=seconds), recent.log
    if (log.fields.get("total_pages") or 1) != 1:
        query = {"from": since.isoformat().replace("+00:00", "Z"), "limit": _PAGE}
        log = context.api.get(f"/monitors/{recent.monitor['id']}/logs", query=query)
    return [row for row in rows_of(log) if (at := moment(row.get("timestamp"))) and at >= since]
