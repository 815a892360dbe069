"""What a world keeps of a monitor beside its configuration."""

from statuspool_mock.engine.model import Monitor, Status


class Watch:
    """A monitor under observation, with what its newest check found."""

    __slots__ = ("monitor", "state", "turn")

    def __init__(self, monitor: Monitor, state: Status, turn: int = 0) -> None:
        self.monitor = monitor
        self.state = state
        """What the newest check found: up, down or degraded."""
        self.turn = turn
        """Which of its entries in the queue of changes still counts."""

    def copy(self) -> "Watch":
        """Return a watch over the same monitor in another world."""
        return Watch(self.monitor, self.state, self.turn)

    @property
    def status(self) -> Status:
        """Return `paused`, or the state."""
        return Status.PAUSED if self.monitor.paused else self.state
