"""`uptime_30d` of a monitor that has been checked for two days, told by its log."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from statuspool_mock.conformance.active.clauses.short_histories import covers_whole_log
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.time_parsing import moment

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
BEGAN, ENDED = NOW - timedelta(hours=6), NOW - timedelta(hours=5)


class ShortLog:
    """A run against a monitor that is checked every five minutes and failed for an hour."""

    def __init__(self, *, hours, uptime):
        times = [NOW - timedelta(minutes=5 * number) for number in range(12 * hours)]
        self.rows = [
            {
                "timestamp": at.isoformat(),
                "region": "us-east-1",
                "error_message": "timeout" if BEGAN <= at < ENDED else None,
            }
            for at in times
        ]
        self.status = {"last_check_at": NOW.isoformat(), "uptime_30d": uptime}
        self.api = self
        self.ledger = SimpleNamespace(monitors={})

    def incident_list(self):
        times = {"started_at": BEGAN.isoformat(), "resolved_at": ENDED.isoformat()}
        return SimpleNamespace(results=[{"monitor_id": "m", **times}])

    def get(self, path, *, query=()):
        if path.endswith("/status"):
            return SimpleNamespace(fields=self.status, summary=lambda: "")
        since, until = moment(query["from"]), moment(query.get("to")) or NOW
        rows = [row for row in self.rows if since <= moment(row["timestamp"]) <= until]
        pages = -(-len(rows) // query["limit"])
        results = rows[: query["limit"]]
        return SimpleNamespace(fields={"total_pages": pages}, results=results)

    def share_of(self, hours):
        rows = self.rows[: 12 * hours + 1]
        return round(
            100 - 100 * sum(row["error_message"] is not None for row in rows) / len(rows), 3
        )


def test_an_uptime_of_the_whole_log_is_right():
    covers_whole_log(ShortLog(hours=48, uptime=ShortLog(hours=48, uptime=0).share_of(48)))


def test_an_uptime_of_the_last_day_is_a_finding():
    with pytest.raises(Finding, match="over a day"):
        covers_whole_log(ShortLog(hours=48, uptime=ShortLog(hours=48, uptime=0).share_of(24)))


def test_another_uptime_is_not_blamed_for_its_time_span():
    covers_whole_log(ShortLog(hours=48, uptime=99.8))


def test_a_log_of_one_day_says_nothing():
    with pytest.raises(NotVerified):
        covers_whole_log(ShortLog(hours=20, uptime=95.0))
