"""What a world keeps of a monitor beside its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.model import Monitor, Status
from statuspool_mock.simulation.sla import Window


class MonitorSummary(NamedTuple):
    """A monitor as it stands now, and when it was checked last; None: never."""

    monitor: Monitor
    status: Status
    last_check_at: int | None


def summary(monitor: Monitor, status: Status, now: int) -> MonitorSummary:
    """Return how a monitor stands."""
    newest = check_times.last_check(monitor.epochs, now)
    return MonitorSummary(monitor, status, None if newest is None else newest[1])


@dataclass(slots=True)
class MonitorState:
    """A monitor under observation. All but `monitor`, `state` and `breached` can be derived."""

    monitor: Monitor
    state: Status = Status.UP
    """What the newest check found: up, down or degraded."""
    breached: bool = False
    """Whether uptime was below the SLA target at the newest check."""
    turn: int = 0
    """Which of its entries in the queue still counts."""
    due: tuple[int, CheckOutcome | None] | None = None
    """The next check that may find something else, and what, as far as it is drawn."""
    ahead: Iterator[tuple[int, CheckOutcome | None]] | None = None
    """Those after it; None where they are to be walked again, since that is some time off."""
    evaluated_next: int | None = None
    """The next check at which uptime may cross the SLA target."""
    window: Window | None = None
    """The rows of 30 days as they were counted last."""
    summary: MonitorSummary | None = None
    """How it stood when a list was asked for last."""
    stands_until: float = 0.0
    """The check after that one."""

    def copy(self) -> "MonitorState":
        """Return a watch over the same monitor in another world."""
        return MonitorState(
            self.monitor,
            self.state,
            self.breached,
            self.turn,
            self.due,
            None,  # a walk cannot be copied
            self.evaluated_next,
            self.window,
        )

    @property
    def status(self) -> Status:
        """Return `paused`, or the state."""
        return Status.PAUSED if self.monitor.paused else self.state

    def stands(self, now: int) -> MonitorSummary:
        """Return how the monitor stands; between two checks the same value again."""
        kept, monitor, status = self.summary, self.monitor, self.status
        if (
            kept is not None
            and now < self.stands_until
            and kept.monitor is monitor
            and kept.status is status
        ):
            return kept
        following = check_times.next_check(monitor.epochs, now + 1)
        self.stands_until = inf if following is None else following[1]
        self.summary = summary(monitor, status, now)
        return self.summary

    @property
    def next_at(self) -> int | None:
        """The next instant at which this watch is to be looked at."""
        due, evaluated_next = self.due, self.evaluated_next
        if due is None or (evaluated_next is not None and evaluated_next < due[0]):
            return evaluated_next
        return due[0]
