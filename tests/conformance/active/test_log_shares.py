"""Uptime and log are compared as of the same check, however long lies between reading them."""

from types import SimpleNamespace

import pytest

from statuspool_mock.conformance.active.clauses.log_shares import _share

REGIONS = ["eu-central-1", "us-east-1", "ap-northeast-1"]


def page(minutes, *, failed=(), pages=1, at=0.0):
    rows = [
        {
            "timestamp": f"2026-01-01T00:{minute:02}:00+00:00",
            "error_message": "Bad gateway" if minute in failed else None,
        }
        for minute in minutes
        for _ in REGIONS
    ]
    return SimpleNamespace(fields={"total_pages": pages}, results=rows, at=at)


def share(log, *, last_check, last=None):
    monitor = {"id": "1", "interval_seconds": 60, "regions": REGIONS}
    status = SimpleNamespace(fields={"last_check_at": f"2026-01-01T00:{last_check:02}:00Z"})
    return _share(
        SimpleNamespace(
            logs=lambda: {"1": log},
            statuses=lambda: {"1": status},
            api=SimpleNamespace(get=lambda *_, **__: last),
        ),
        monitor,
    )


def test_entries_after_the_last_check_of_the_status_are_left_out():
    """Four of ten checks had failed when the status was read: 60 %, and no longer 7/15."""
    found = share(page(range(15), failed=range(6, 15)), last_check=9)
    assert (found.good, found.failed, found.total, found.unseen) == (18, 12, 30, 0)
    assert found.lowest == found.highest == pytest.approx(60.0)


def test_checks_that_the_log_did_not_have_yet_are_allowed_for():
    found = share(page(range(10)), last_check=12)
    assert found.unseen == 9
    assert found.lowest < 100 * 30 / 39 <= found.highest


def test_checks_between_two_pages_are_allowed_for():
    """The newest come first here, so that what lies on the last page moves on."""
    first = page(range(40, 6, -1), pages=2, at=0.0)
    last = page(range(6, 0, -1), pages=2, at=150.0)
    assert share(first, last_check=40, last=last).unseen == 9
