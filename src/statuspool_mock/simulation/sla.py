"""Uptime over 30 days, and the check at which it crosses a target.

Uptime is below its target where the *balance* of the window's rows is below zero: each good row
adds what a perfect window may spare, each failed one takes as much as it weighs more. Over a span
of time the balance can fall no further than all good rows leaving the window and all failing ones
entering it would make it fall, and rise no further than the opposite. So whole spans are excluded
by counting, and only where it gets narrow is a span halved.
"""

from functools import lru_cache
from typing import NamedTuple

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.model import UPTIME_WINDOW_SECONDS, Monitor
from statuspool_mock.simulation.timeline import Timeline, never_fails

_WHOLE = 100_000  # 100 % in thousandths of a percent, the precision of uptime


class Window(NamedTuple):
    """The rows of the 30 days up to an instant."""

    at: int
    total: int
    failed: int

    @property
    def uptime(self) -> float:
        """The percentage that did not fail, rounded down: 100 means no failure at all."""
        if not self.total:
            return 100.0
        return _WHOLE * (self.total - self.failed) // self.total / 1000


class _Moved(NamedTuple):
    """The rows that enter a window and leave it while it moves on to `at`, and how many failed."""

    at: int
    entering: int
    entering_failed: int
    leaving: int
    leaving_failed: int

    def window(self, before: Window) -> Window:
        """Return the window at the end, where `before` is the one at the beginning."""
        return Window(
            self.at,
            before.total + self.entering - self.leaving,
            before.failed + self.entering_failed - self.leaving_failed,
        )


def window_of(
    timeline: Timeline, monitor: Monitor, at: int, *, known: Window | None = None
) -> Window:
    """Count the rows of the 30 days up to an instant, starting from an earlier count."""
    since = at - UPTIME_WINDOW_SECONDS + 1
    total = check_times.count_rows(monitor.epochs, since, at)
    if known is None or not since <= known.at <= at:
        return Window(at, total, timeline.failed_rows(monitor, since, at) if total else 0)
    failed = known.failed + timeline.failed_rows(monitor, known.at + 1, at)
    if known.failed:  # otherwise no row that left can have failed
        failed -= timeline.failed_rows(monitor, known.at - UPTIME_WINDOW_SECONDS + 1, since - 1)
    return Window(at, total, failed)


def cannot_fail(monitor: Monitor) -> bool:
    """Whether no check of a monitor can ever fail."""
    return all(never_fails(monitor, epoch) for epoch in monitor.epochs)


class SlaEvaluator:
    """Compares the uptime of one monitor with its SLA target."""

    def __init__(self, timeline: Timeline, monitor: Monitor) -> None:
        self._timeline = timeline
        self._monitor = monitor
        self._threshold = _threshold(monitor.sla_target)

    def is_below(self, window: Window) -> bool:
        """Whether uptime is below the target."""
        return self._balance(window) < 0

    def next_crossing(
        self, known: Window, *, until: int, breached: bool
    ) -> tuple[int | None, Window]:
        """Return the next check at which uptime may cross the target, or the first after `until`.

        It does not cross earlier. The window returned lies before that check, to continue from.
        """
        if not breached and not known.failed:
            failure = self._first_failure(known.at + 1, until)
            spotless = until if failure is None else failure - 1
            known = Window(spotless, self._count(spotless - UPTIME_WINDOW_SECONDS + 1, spotless), 0)
            if failure is not None:
                return failure, known
        step = until - known.at
        while known.at < until:
            end = min(known.at + step, until)
            guess = None
            while True:
                moved = self._moved(known, end)
                if self._excludes(known, moved, breached=breached):
                    break
                tick, is_alone = self._first_check(known.at + 1, end)
                if is_alone:
                    at_tick = window_of(self._timeline, self._monitor, tick, known=known)
                    if tick <= end and self.is_below(at_tick) is not breached:
                        return tick, known
                    break
                half = (known.at + end) // 2
                if guess is None:
                    guess = self._guess(known, end, breached=breached)
                    end = guess if known.at < guess < end else half
                else:
                    end = half
            step = 2 * (end - known.at)
            known = moved.window(known)
        following = check_times.next_check(self._monitor.epochs, until + 1)
        return (None if following is None else following[1]), known

    def _guess(self, known: Window, end: int, *, breached: bool) -> int:
        """Return an instant shortly after which it would cross if no row left the window."""
        since = known.at if breached else self._first_failure(known.at + 1, end) or end
        weight = _WHOLE - self._threshold if breached else self._threshold
        checks = abs(self._balance(known)) // max(weight * len(self._monitor.regions), 1)
        return since - 1 + checks * self._monitor.interval_seconds

    def _first_check(self, since: int, until: int) -> tuple[int, bool]:
        """Return the first check not before `since`, and whether it is alone up to `until`."""
        first = check_times.next_check(self._monitor.epochs, since)
        if first is None:
            return until + 1, True
        second = check_times.next_check(self._monitor.epochs, first[1] + 1)
        return first[1], second is None or second[1] > until

    def _moved(self, known: Window, end: int) -> _Moved:
        """Return what enters and leaves while the window moves on to `end`."""
        left_since, left_until = known.at - UPTIME_WINDOW_SECONDS + 1, end - UPTIME_WINDOW_SECONDS
        return _Moved(
            end,
            self._count(known.at + 1, end),
            self._failed(known.at + 1, end),
            self._count(left_since, left_until),
            self._failed(left_since, left_until),
        )

    def _excludes(self, known: Window, moved: _Moved, *, breached: bool) -> bool:
        """Whether the balance cannot cross zero on the way, whatever the order of rows."""
        good, bad = _WHOLE - self._threshold, self._threshold
        _, entering, failing, leaving, failed = moved
        if breached:
            return self._balance(known) + good * (entering - failing) + bad * failed < 0
        return self._balance(known) - bad * failing - good * (leaving - failed) >= 0

    def _first_failure(self, since: int, until: int) -> int | None:
        for tick, outcome in self._timeline.changes(self._monitor, since=since, until=until):
            if outcome.failing:
                return tick
        return None

    def _count(self, since: int, until: int) -> int:
        return check_times.count_rows(self._monitor.epochs, since, until)

    def _failed(self, since: int, until: int) -> int:
        return self._timeline.failed_rows(self._monitor, since, until)

    def _balance(self, window: Window) -> int:
        return (_WHOLE - self._threshold) * window.total - _WHOLE * window.failed


@lru_cache(maxsize=1_024)
def _threshold(target: float) -> int:
    """Return the lowest uptime, in thousandths of a percent, that is not below the target."""
    threshold = min(round(target * 1000), _WHOLE)
    while threshold < _WHOLE and threshold / 1000 < target:
        threshold += 1
    while threshold > 0 and (threshold - 1) / 1000 >= target:
        threshold -= 1
    return threshold
