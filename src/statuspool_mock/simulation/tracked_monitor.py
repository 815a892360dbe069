"""What a world tracks about a monitor beside its configuration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.model import UPTIME_WINDOW_SECONDS, Monitor, Reading, Status
from statuspool_mock.simulation.sla import Window

Read = Callable[[Monitor, Status], tuple[Reading, Window]]
"""Reads the newest row of a monitor in this state, and the rows of 30 days."""


class MonitorSummary(NamedTuple):
    """A monitor, its status, and when it was last checked; None if never."""

    monitor: Monitor
    status: Status
    last_check_at: int | None


class KeptReading(NamedTuple):
    """A reading, what it was made from, and the instant at which it may end."""

    reading: Reading
    window: Window
    monitor: Monitor
    state: Status
    until: float


def summarize(monitor: Monitor, status: Status, now: int) -> MonitorSummary:
    """Return the summary of a monitor with this status."""
    newest = check_times.last_check(monitor.epochs, now)
    return MonitorSummary(monitor, status, None if newest is None else newest[1])


@dataclass(slots=True)
class TrackedMonitor:
    """What a world tracks about a monitor: all but `monitor`, `state`, `breached` is derived."""

    monitor: Monitor
    state: Status = Status.UP
    """What the newest check found: up, down or degraded."""
    breached: bool = False
    """Whether uptime was below the SLA target at the newest check."""
    turn: int = 0
    """The number of its valid entry in the scheduler's queue."""
    due: tuple[int, CheckOutcome | None] | None = None
    """The next check that may find something else, with its outcome if it is computed yet."""
    ahead: Iterator[tuple[int, CheckOutcome | None]] | None = None
    """The checks after it; None if they are far off and are computed again when needed."""
    evaluated_next: int | None = None
    """The next check at which uptime may cross the SLA target."""
    window: Window | None = None
    """The rows of 30 days, as last counted."""
    cached_summary: MonitorSummary | None = None
    summary_until: float = 0.0
    """The instant of the next check, at which the cached summary ends."""
    kept_reading: KeptReading | None = None

    def copy(self) -> "TrackedMonitor":
        """Return a copy for another world."""
        return TrackedMonitor(
            self.monitor,
            self.state,
            self.breached,
            self.turn,
            self.due,
            None,  # an iterator cannot be copied
            self.evaluated_next,
            self.window,
        )

    @property
    def status(self) -> Status:
        """Return `paused`, or the state."""
        return Status.PAUSED if self.monitor.paused else self.state

    def summary(self, now: int) -> MonitorSummary:
        """Return the monitor's summary; between two checks it is the same value."""
        cached, monitor, status = self.cached_summary, self.monitor, self.status
        if (
            cached is not None
            and now < self.summary_until
            and cached.monitor is monitor
            and cached.status is status
        ):
            return cached
        following = check_times.next_check(monitor.epochs, now + 1)
        self.summary_until = inf if following is None else following[1]
        self.cached_summary = summarize(monitor, status, now)
        return self.cached_summary

    def reading(self, now: int, read: Read) -> KeptReading:
        """Return what `read` makes; it is kept until a row comes, or leaves uptime."""
        kept, monitor, state = self.kept_reading, self.monitor, self.state
        if (
            kept is not None
            and now < kept.until
            and kept.monitor is monitor
            and kept.state is state
        ):
            return kept
        coming = check_times.next_check(monitor.epochs, now + 1)
        leaving = check_times.next_check(monitor.epochs, now - UPTIME_WINDOW_SECONDS + 1)
        until = min(
            inf if coming is None else coming[1],
            inf if leaving is None else leaving[1] + UPTIME_WINDOW_SECONDS,
        )
        self.kept_reading = KeptReading(*read(monitor, state), monitor, state, until)
        return self.kept_reading

    @property
    def next_at(self) -> int | None:
        """The next instant at which the scheduler has to evaluate this monitor."""
        due, evaluated_next = self.due, self.evaluated_next
        if due is None or (evaluated_next is not None and evaluated_next < due[0]):
            return evaluated_next
        return due[0]
