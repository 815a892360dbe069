"""What a key opens."""

from statuspool_mock.sandbox.clock import RateLimit
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.simulation import Team


class Access:
    """What one key may do, and in which world."""

    __slots__ = ("limit", "read_only", "role", "sandbox", "team")

    def __init__(self, sandbox: Sandbox, *, role: str, limit: RateLimit | None) -> None:
        self.sandbox = sandbox
        self.role = role
        self.team = Team.RIVAL if role == "rival" else Team.OWN
        self.read_only = role == "read-only"
        self.limit = limit

    def take(self) -> int | None:
        """Count a request; None where it may pass, else the seconds after which one will."""
        return self.sandbox.take_request(self.role, self.limit)
