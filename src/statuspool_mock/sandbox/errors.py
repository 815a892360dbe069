"""What a sandbox refuses.

    SandboxError
    ├── KeyRejected     no world opens for this key
    ├── NoSuchThing     a fault, checkpoint, sandbox or play that is not there
    ├── Conflict        it is there, but its state forbids what was asked
    └── Unusable        what was sent cannot be used; the message says where it is wrong

None of them knows HTTP; the API's error table gives them their status.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statuspool_mock.sandbox.access import Access


class SandboxError(Exception):
    """Anything a sandbox refuses to do."""


class KeyRejected(SandboxError):
    """The key is missing, malformed, unknown, revoked or expired.

    `access` is what a revoked or expired key gave once, where its world is open: what happened
    belongs in that world's journal.
    """

    def __init__(self, access: "Access | None" = None) -> None:
        super().__init__("No world opens for this key.")
        self.access = access


class NotFound(SandboxError):
    """What was named is not there."""


class Conflict(SandboxError):
    """The sandbox is in a state that forbids what was asked."""


class InvalidInput(SandboxError):
    """What was sent cannot be used; nothing has changed. `field` names where it is wrong."""

    def __init__(self, message: str, *, field: str = "body") -> None:
        super().__init__(message)
        self.field = field
