"""What the simulation refuses.

    SimulationError
    ├── UnknownMonitor      no such monitor, or it was deleted
    ├── UnknownWebhook      no such webhook
    ├── ForeignMonitor      the monitor belongs to another team
    ├── CommandRefused      the command is not possible; nothing has changed
    ├── ClockRanBackwards   the requested instant is in the past
    └── SnapshotRejected    the data is not a snapshot of this version

None of them knows HTTP: the table in `web.errors` gives them their status.
"""


class SimulationError(Exception):
    """Anything the simulation refuses to do."""


class UnknownMonitor(SimulationError):
    """No monitor has this id in this world."""

    def __init__(self, monitor_id: str) -> None:
        super().__init__(f"Monitor {monitor_id} not found")
        self.monitor_id = monitor_id


class UnknownWebhook(SimulationError):
    """No webhook has this id in this world."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"Webhook {webhook_id} not found")
        self.webhook_id = webhook_id


class ForeignMonitor(SimulationError):
    """The monitor exists but belongs to another team."""

    def __init__(self, monitor_id: str) -> None:
        super().__init__(f"Monitor {monitor_id} belongs to another team")
        self.monitor_id = monitor_id


class CommandRefused(SimulationError):
    """The command is not possible; the world has not changed."""


class ClockRanBackwards(SimulationError):
    """`advance` was asked to go to an instant in the past."""

    def __init__(self, *, now: int, to: int) -> None:
        super().__init__(f"The world is at {now} and cannot go back to {to}.")


class SnapshotRejected(SimulationError):
    """The data cannot be restored; the message says what was expected."""
