"""Whether `uptime_30d` covers the whole log of a monitor that has been checked for some days.

Its checks are counted, of the last day and of thirty days, and its failed ones are read: those of
its incidents. Reference: Status, GET /monitors/{id}/status.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from statuspool_mock.conformance.active.clauses.log_shares import rows_of
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.contract.reference import UPTIME_DAYS
from statuspool_mock.contract.tolerances import UPTIME_ROUNDING
from statuspool_mock.time_parsing import moment, written

_DAY, _MONTH = timedelta(days=1), timedelta(days=UPTIME_DAYS)
_AROUND = timedelta(minutes=10)
_PAGE, _MOST_OUTAGES, _MOST_MONITORS, _MANY_CHECKS = 100, 2, 2, 50


@dataclass(frozen=True, slots=True)
class _Checks:
    """The checks of some time: how many there are, and when those were that failed."""

    total: int
    failed: tuple[datetime, ...]

    def uptime(self, since: datetime) -> float:
        """Return the percentage of good checks among these, which are all since an instant."""
        return 100 - 100 * sum(at >= since for at in self.failed) / self.total


def covers_whole_log(context: Context) -> None:
    """Expect an uptime of all checks, not of those of the last day. Raises `NotVerified`."""
    for monitor_id, outages in islice(_candidates(context), _MOST_MONITORS):
        status = context.api.get(f"/monitors/{monitor_id}/status")
        now, uptime = (moment(status.fields.get("last_check_at")), status.fields.get("uptime_30d"))
        if now is None or not isinstance(uptime, int | float) or isinstance(uptime, bool):
            continue
        totals = [_count(context, monitor_id, now - span) for span in (_DAY, _MONTH)]
        failed = _failed(context, monitor_id, outages)
        if failed is None or totals[0] < _MANY_CHECKS or totals[1] <= totals[0]:
            continue
        of_day, of_all = (
            _Checks(total, failed).uptime(now - span)
            for total, span in zip(totals, (_DAY, _MONTH), strict=True)
        )
        if abs(of_day - of_all) > 3 * UPTIME_ROUNDING:
            _expect_of_all(uptime, of_day=of_day, of_all=of_all, status=status)
            return
    raise NotVerified("no monitor's outages tell a day from thirty days")


def _expect_of_all(uptime: float, *, of_day: float, of_all: float, status: ServerResponse) -> None:
    if abs(uptime - of_day) <= UPTIME_ROUNDING and abs(uptime - of_all) > 2 * UPTIME_ROUNDING:
        got = f"uptime_30d {uptime}; by its log, {of_day:.3f} over a day"
        raise Finding(got, f"about {of_all:.3f}, over 30 days", status)


def _candidates(context: Context) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield monitors that are not this run's own and whose few incidents are all over."""
    by_monitor = defaultdict[str, list[Mapping[str, Any]]](list)
    for item in context.incident_list().results:
        if isinstance(item, dict):
            by_monitor[str(item.get("monitor_id"))].append(item)
    for monitor_id, outages in by_monitor.items():
        is_foreign = monitor_id not in context.api.ledger.monitors
        are_over = all(moment(each.get("resolved_at")) for each in outages)
        if is_foreign and are_over and len(outages) <= _MOST_OUTAGES:
            yield monitor_id, outages


def _count(context: Context, monitor_id: str, since: datetime) -> int:
    query = {"from": written(since.timestamp()), "limit": 1}
    total = context.api.get(f"/monitors/{monitor_id}/logs", query=query).fields.get("total_pages")
    return total if isinstance(total, int) else 0


def _failed(
    context: Context, monitor_id: str, outages: list[Mapping[str, Any]]
) -> tuple[datetime, ...] | None:
    """Return the failed checks in and around the outages; None where they are not all read."""
    found: set[tuple[datetime, str]] = set()
    for each in outages:
        began, ended = moment(each.get("started_at")), moment(each.get("resolved_at"))
        if began is None or ended is None:
            return None
        query = {
            "from": written((began - _AROUND).timestamp()),
            "to": written((ended + _AROUND).timestamp()),
            "limit": _PAGE,
        }
        log = context.api.get(f"/monitors/{monitor_id}/logs", query=query)
        if log.fields.get("total_pages") != 1:
            return None
        for row in rows_of(log):
            at = moment(row.get("timestamp"))
            if at and row.get("error_message") is not None:
                found.add((at, str(row.get("region"))))
    return tuple(at for at, _ in found)
