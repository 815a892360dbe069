"""Uptime over 30 days, and the check at which it crosses a target.

Uptime is below its target where the *balance* of the window's rows is below zero: each good row
adds what a perfect window may spare, each failed one takes as much as it weighs more. Over a span
of time the balance can fall no further than all good rows leaving the window and all failing ones
entering it would make it fall, and rise no further than the opposite. So whole spans are excluded
by counting, and only where it gets narrow is a span halved.
"""

from typing import NamedTuple

from statuspool_mock.engine import schedule
from statuspool_mock.engine.model import UPTIME_WINDOW_SECONDS, Monitor
from statuspool_mock.engine.timeline import Timeline, never_fails

_WHOLE = 100_000  # 100 %, in the thousandths of a percent in which uptime is told


class Balance(NamedTuple):
    """The balance at an instant."""

    at: int
    value: int


def percentage(total: int, failed: int) -> float:
    """Return uptime rounded down to three decimals, so 100 means not one failure."""
    return _WHOLE * (total - failed) // total / 1000 if total else 100.0


def counts(timeline: Timeline, monitor: Monitor, now: int) -> tuple[int, int]:
    """Return how many rows the 30 days up to an instant have, and how many of them failed."""
    since = now - UPTIME_WINDOW_SECONDS + 1
    total = schedule.count_rows(monitor.epochs, since, now)
    return total, timeline.failed_rows(monitor, since, now)


class Judge:
    """Follows the balance of one monitor's rows."""

    def __init__(self, timeline: Timeline, monitor: Monitor) -> None:
        self._timeline = timeline
        self._monitor = monitor
        self._threshold = _threshold(monitor.sla_target)

    def balance(self, at: int, *, known: Balance | None = None) -> Balance:
        """Return the balance at an instant, from one known earlier if there is."""
        if known is None:
            total, failed = counts(self._timeline, self._monitor, at)
            return Balance(at, self._value(total, failed))
        entered, left = self._moved(known.at, at)
        return Balance(at, known.value + self._value(*entered) - self._value(*left))

    def next_crossing(
        self, known: Balance, *, until: int, breached: bool
    ) -> tuple[int | None, Balance]:
        """Return the next check at which it crosses zero, or else the first one after `until`.

        And the balance before it, to go on from.
        """
        step = until - known.at
        while known.at < until:
            end = min(known.at + step, until)
            tick, is_only = self._first_tick(known.at, end)
            if tick is None or self._excludes(known, end, breached=breached):
                known = self.balance(end, known=known)
                step *= 2
            elif is_only:
                at_tick = self.balance(tick, known=known)
                if (at_tick.value < 0) is not breached:
                    return tick, known
                known = at_tick
            else:
                step = max(step // 2, 1)
        following = schedule.next_check(self._monitor.epochs, until + 1)
        return (None if following is None else following[1]), known

    def _excludes(self, known: Balance, end: int, *, breached: bool) -> bool:
        """Whether the balance crosses zero at no check up to `end`, whatever the order of rows."""
        (entering, failing), (leaving, failed) = self._moved(known.at, end)
        good, bad = _WHOLE - self._threshold, self._threshold
        if breached:
            return known.value + good * (entering - failing) + bad * failed < 0
        return known.value - bad * failing - good * (leaving - failed) >= 0

    def _first_tick(self, after: int, until: int) -> tuple[int | None, bool]:
        """Return the first check in (after, until], and whether it is the only one."""
        first = schedule.next_check(self._monitor.epochs, after + 1)
        if first is None or first[1] > until:
            return None, False
        second = schedule.next_check(self._monitor.epochs, first[1] + 1)
        return first[1], second is None or second[1] > until

    def _moved(self, since: int, until: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return rows and failed rows that entered the window in a span, and those that left it."""
        return (
            self._rows(since + 1, until),
            self._rows(since + 1 - UPTIME_WINDOW_SECONDS, until - UPTIME_WINDOW_SECONDS),
        )

    def _rows(self, since: int, until: int) -> tuple[int, int]:
        total = schedule.count_rows(self._monitor.epochs, since, until)
        failed = self._timeline.failed_rows(self._monitor, since, until) if total else 0
        return total, failed

    def _value(self, total: int, failed: int) -> int:
        return (_WHOLE - self._threshold) * total - _WHOLE * failed


def cannot_fail(monitor: Monitor) -> bool:
    """Whether no check of a monitor ever failed or will."""
    return all(never_fails(monitor, epoch) for epoch in monitor.epochs)


def _threshold(target: float) -> int:
    """Return the least uptime, in thousandths of a percent, that is not below the target."""
    threshold = min(round(target * 1000), _WHOLE)
    while threshold < _WHOLE and threshold / 1000 < target:
        threshold += 1
    while threshold > 0 and (threshold - 1) / 1000 >= target:
        threshold -= 1
    return threshold
