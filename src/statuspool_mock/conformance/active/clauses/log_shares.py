"""How many checks of a monitor were good when its status was read. Reference: Status; Logs.

Status and log are read at different times, and checks go on meanwhile: entries after the status's
last check are left out, and what may lie between is counted as `unseen`.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.time_parsing import moment

_PAGE = 100
_FASTEST_INTERVAL_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LogShare:
    """A monitor's status, the entries of its log that were read, and how many there are."""

    status: ServerResponse
    good: int
    failed: int
    total: int
    unseen: int
    """Entries that may be in one of them and not in the other."""

    @property
    def lowest(self) -> float:
        """The lowest percentage of good checks that the log allows."""
        return 100 * max(0, self.good - self.unseen) / (self.total + self.unseen)

    @property
    def highest(self) -> float:
        """The highest percentage of good checks that the log allows."""
        return min(100.0, 100 * (self.total - self.failed + self.unseen) / self.total)


def rows_of(log: ServerResponse) -> list[dict[str, Any]]:
    """Return the entries on a page of a log."""
    return [row for row in log.results if isinstance(row, dict)]


@shared
def log_shares(context: Context) -> list[LogShare]:
    """The logs of the sample, first and last page."""
    shares = [_share(context, monitor) for monitor in context.sample_monitors()]
    found = [share for share in shares if share is not None and share.total > 0]
    if not found:
        raise NotVerified("no log has entries")
    return found


def _share(context: Context, monitor: dict[str, Any]) -> LogShare | None:
    first = last = context.logs()[str(monitor["id"])]
    status = context.statuses()[str(monitor["id"])]
    pages, last_check = first.fields.get("total_pages"), moment(status.fields.get("last_check_at"))
    if not isinstance(pages, int) or not first.results or last_check is None:
        return None
    if pages > 1:
        query = {"limit": _PAGE, "page": pages}
        last = context.api.get(f"/monitors/{monitor['id']}/logs", query=query)
    read = rows_of(first) + (rows_of(last) if pages > 1 else [])
    times = [at for row in read if (at := moment(row.get("timestamp"))) is not None]
    rows = [r for r in read if (at := moment(r.get("timestamp"))) is None or at <= last_check]
    failed = sum(row.get("error_message") is not None for row in rows)
    newer = len(read) - len(rows)
    behind = (last_check - max(times)).total_seconds() if times else 0.0
    return LogShare(
        status=status,
        good=len(rows) - failed,
        failed=failed,
        total=_PAGE * (pages - 1) + len(last.results) - newer,
        unseen=_checks_within(monitor, max(0.0, behind))
        + _checks_within(monitor, last.at - first.at),
    )


def _checks_within(monitor: dict[str, Any], seconds: float) -> int:
    """Return how many entries a monitor's log may get in so many seconds."""
    interval, regions = monitor.get("interval_seconds"), monitor.get("regions")
    every = interval if isinstance(interval, int) and interval > 0 else _FASTEST_INTERVAL_SECONDS
    number = len(regions) if isinstance(regions, list) else len(DEFAULT_REGIONS)
    return number * ceil(seconds / every)
