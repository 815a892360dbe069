"""The time that `uptime_30d` covers. Reference: Status, GET /monitors/{id}/status."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.log_shares import rows_of
from statuspool_mock.conformance.active.clauses.short_histories import covers_whole_log
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.contract.reference import UPTIME_DAYS
from statuspool_mock.contract.tolerances import UPTIME_ROUNDING
from statuspool_mock.time_parsing import moment, written

group = ClauseGroup("meaning", section="Status, GET /monitors/{id}/status")
groups = (group,)
_DAY, _MONTH = timedelta(days=1), timedelta(days=UPTIME_DAYS)
_SAFETY = 0.75
"""How much of an outage counts: its incident may be a little longer than its failed checks."""


@dataclass(frozen=True, slots=True)
class Outage:
    """An incident of a monitor, as an interval of time."""

    began: datetime
    ended: datetime

    def seconds_since(self, start: datetime) -> float:
        """Return how much of it lies after an instant."""
        return max(0.0, (self.ended - max(self.began, start)).total_seconds())


@dataclass(frozen=True, slots=True)
class History:
    """The outages of a monitor, up to the newest of them."""

    monitor_id: str
    outages: tuple[Outage, ...]
    now: datetime

    def uptime(self, window: timedelta) -> float:
        """Return the percentage of a window that is in no outage."""
        lost = sum(each.seconds_since(self.now - window) for each in self.outages)
        return 100 - 100 * lost / window.total_seconds()

    @property
    def gap(self) -> float:
        """How far the uptime of a day is above that of thirty days."""
        return self.uptime(_DAY) - self.uptime(_MONTH)


@group.clause(
    "uptime-covers-30-days",
    "uptime_30d is of the past 30 days, not of the last day.",
    requests=2,
    needs=(Need.TIME,),
)
def covers_30_days(context: Context) -> None:
    histories = [each for each in _histories(context) if abs(each.gap) > 3 * UPTIME_ROUNDING]
    if not histories:
        covers_whole_log(context)
        return
    history = max(histories, key=lambda each: abs(each.gap))
    status = context.api.get(f"/monitors/{history.monitor_id}/status")
    uptime = status.fields.get("uptime_30d")
    if not isinstance(uptime, int | float) or isinstance(uptime, bool):
        raise NotVerified("/status has no uptime_30d")
    of_day, of_month = history.uptime(_DAY), history.uptime(_MONTH)
    is_nearer_to_day = abs(uptime - of_day) < abs(uptime - of_month) / 4
    if is_nearer_to_day and _is_confirmed(context, history):
        got = f"uptime_30d {uptime}; by incidents, {of_day:.3f} over a day"
        raise Finding(got, f"about {of_month:.3f}, over 30 days", status)


def _histories(context: Context) -> Iterator[History]:
    """Yield the outages of each monitor that had one more than two days ago."""
    listed = [item for item in context.incident_list().results if isinstance(item, dict)]
    times = [moment(item.get(name)) for item in listed for name in ("started_at", "resolved_at")]
    now = max((at for at in times if at), default=None)
    if now is None:
        return
    for monitor_id in {str(item.get("monitor_id")) for item in listed}:
        own = [item for item in listed if str(item.get("monitor_id")) == monitor_id]
        outages = tuple(_outages(own, now))
        if any(each.ended == now and each.began < now - _DAY for each in outages):
            continue  # it may be paused, or work that somebody recorded
        if outages and min(each.began for each in outages) < now - 2 * _DAY:
            yield History(monitor_id, outages, now)


def _outages(incidents: list[dict[str, Any]], now: datetime) -> Iterator[Outage]:
    for item in incidents:
        began = moment(item.get("started_at"))
        ended = moment(item.get("resolved_at")) if item.get("resolved_at") else now
        if began and ended and began <= ended:
            yield Outage(began, ended)


def _is_confirmed(context: Context, history: History) -> bool:
    """Whether the log shows that the other 29 days were different, as the incidents say."""
    if history.gap < 0:
        return _has_good_checks(context, history)
    old = [each for each in history.outages if each.ended < history.now - _DAY]
    longest = max(old, key=lambda each: each.seconds_since(history.now - _MONTH), default=None)
    if longest is None or longest.began < history.now - _MONTH + _DAY:
        return False
    seconds = _SAFETY * longest.seconds_since(history.now - _MONTH)
    if 100 * seconds / _MONTH.total_seconds() < UPTIME_ROUNDING:
        return False
    log = _log(context, history, longest.began, longest.ended)
    return len(log) > 0 and _failed(log) > len(log) / 2


def _has_good_checks(context: Context, history: History) -> bool:
    """Whether checks of the other days, at their beginning, middle and end, succeeded."""
    days = [history.now - timedelta(days=ago) for ago in (2, 9, 16, 23)]
    logs = [_log(context, history, day, day + timedelta(hours=1)) for day in days]
    rows = [row for log in logs for row in log]
    return all(logs[:2]) and _failed(rows) < len(rows) / 20


def _log(
    context: Context, history: History, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    query = {"from": written(since.timestamp()), "to": written(until.timestamp()), "limit": 100}
    return rows_of(context.api.get(f"/monitors/{history.monitor_id}/logs", query=query))


def _failed(rows: list[dict[str, Any]]) -> int:
    return sum(row.get("error_message") is not None for row in rows)
