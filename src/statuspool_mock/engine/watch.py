"""What a world keeps of a monitor beside its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from statuspool_mock.engine.model import Monitor, Status
from statuspool_mock.engine.sla import Window
from statuspool_mock.engine.stretch import Finding


@dataclass(slots=True)
class Watch:
    """A monitor under observation. All but `monitor`, `state` and `breached` can be derived."""

    monitor: Monitor
    state: Status = Status.UP
    """What the newest check found: up, down or degraded."""
    breached: bool = False
    """Whether uptime was below the SLA target at the newest check."""
    turn: int = 0
    """Which of its entries in the queue still counts."""
    due: tuple[int, Finding | None] | None = None
    """The next check that may find something else, and what, as far as it is drawn."""
    ahead: Iterator[tuple[int, Finding | None]] | None = None
    """Those after it; None where they are to be walked again, since that is some time off."""
    judged_next: int | None = None
    """The next check at which uptime may cross the SLA target."""
    window: Window | None = None
    """The rows of 30 days as they were counted last."""

    def copy(self) -> "Watch":
        """Return a watch over the same monitor in another world."""
        return Watch(
            self.monitor,
            self.state,
            self.breached,
            self.turn,
            self.due,
            None,  # a walk cannot be copied
            self.judged_next,
            self.window,
        )

    @property
    def status(self) -> Status:
        """Return `paused`, or the state."""
        return Status.PAUSED if self.monitor.paused else self.state

    @property
    def next_at(self) -> int | None:
        """The next instant at which this watch is to be looked at."""
        due, judged_next = self.due, self.judged_next
        if due is None or (judged_next is not None and judged_next < due[0]):
            return judged_next
        return due[0]
