"""What a sandbox refuses.

    SandboxError
    ├── KeyRejected     the key opens no sandbox (in `access`)
    ├── NotFound        there is no such fault, checkpoint, sandbox or outage script
    ├── Conflict        it exists, but its state does not allow what was asked
    ├── InvalidInput    the input cannot be used; the message says where it is wrong
    ├── TooManySandboxes  another sandbox cannot be opened now
    ├── StorageFailed   a change cannot be stored, so it was not made
    │   └── WorldMoved  another replica of the fleet serves this world now
    └── WorldDamaged    the files of a stored world cannot be read

None of them knows HTTP: the table in `web.errors` gives them their status.
"""


class SandboxError(Exception):
    """Anything a sandbox refuses to do."""


class NotFound(SandboxError):
    """What was named is not there."""


class Conflict(SandboxError):
    """The sandbox is in a state that forbids what was asked."""


class InvalidInput(SandboxError):
    """What was sent cannot be used; nothing has changed. `field` names where it is wrong."""

    def __init__(self, message: str, *, field: str = "body") -> None:
        super().__init__(message)
        self.field = field


class TooManySandboxes(SandboxError):
    """Another sandbox cannot be opened now; it may be possible in `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageFailed(SandboxError):
    """A change cannot be stored. Nothing has changed; the message says why."""


class WorldMoved(StorageFailed):
    """Another replica of the fleet serves this world now."""

    def __init__(self) -> None:
        super().__init__("The change was not made, since its world has moved to another replica.")


class WorldDamaged(SandboxError):
    """The stored files of a world cannot be read. They stay as they are until a user decides."""
