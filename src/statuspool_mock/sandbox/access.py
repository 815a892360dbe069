"""What a key gives access to."""

from statuspool_mock.sandbox.errors import SandboxError
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.simulation import Team


class Access:
    """The sandbox that a key opens, and what the key may do in it."""

    __slots__ = ("limit", "read_only", "role", "sandbox", "team")

    def __init__(self, sandbox: Sandbox, *, role: str, limit: RateLimit | None) -> None:
        self.sandbox = sandbox
        self.role = role
        self.team = Team.RIVAL if role == "rival" else Team.OWN
        self.read_only = role == "read-only"
        self.limit = limit

    def take(self) -> int | None:
        """Count a request. Return the seconds to wait if the key is over its limit."""
        return self.sandbox.take_request(self.role, self.limit)


class KeyRejected(SandboxError):
    """The key is missing, malformed, unknown, revoked or expired.

    `access` is what a revoked or expired key gave access to, if that sandbox is open: the request
    belongs in its journal.
    """

    def __init__(self, access: Access | None = None) -> None:
        super().__init__("This key opens no sandbox.")
        self.access = access
