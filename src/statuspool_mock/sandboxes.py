"""The API key is the sandbox: each name opens a world of its own, with its own clock and limits.

Wall readings come in as an argument (`wall`), seconds of any clock that never runs backwards.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple

from statuspool_mock.engine import Fact, Team, World

_KEY = re.compile(
    r"sp_test_(?P<name>[A-Za-z0-9_-]{1,64})(?P<role>\.(?:ro|rival|revoked|expired))?", re.ASCII
)
_WINDOW_SECONDS = 60.0
_log = logging.getLogger(__name__)


class KeyRejected(Exception):
    """No world opens for this key: it is missing, malformed, unknown, revoked or expired."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A world's time as a function of the wall's: frozen (rate 0), live (1) or scaled (any other).

    At the wall reading `wall` the world's clock shows `world`.
    """

    world: float
    wall: float
    rate: float = 1.0

    def at(self, wall: float) -> float:
        """Return the world's time, in seconds since 1970, at a wall reading."""
        return self.world + (wall - self.wall) * self.rate

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still until somebody moves it."""
        return self.rate == 0


class RateLimit(NamedTuple):
    """So many requests a minute for each key. Reference: introduction; Error Codes, 429.

    In a frozen world a limit would never let go, so it rests there unless `even_frozen`.
    """

    per_minute: int
    even_frozen: bool = False


class Opening(NamedTuple):
    """A freshly made world and how its clock runs."""

    world: World
    rate: float


class Sandbox:
    """One world with its clock."""

    __slots__ = ("_wall", "clock", "name", "used_at", "world")

    def __init__(self, name: str, opening: Opening, wall: Callable[[], float]) -> None:
        self.name = name
        self.world = opening.world
        self._wall = wall
        self.used_at = wall()
        self.clock = Clock(opening.world.now, self.used_at, opening.rate)

    def now(self) -> float:
        """Return the time of this world's clock, fractions of a second included."""
        return self.clock.at(self._wall())

    def catch_up(self) -> list[Fact]:
        """Let everything that fell due happen, and return it."""
        self.used_at = self._wall()
        return self.world.advance(to=max(floor(self.clock.at(self.used_at)), self.world.now))


class Access:
    """What one key may do, and how much of its minute is used."""

    __slots__ = ("_began", "_used", "limit", "read_only", "sandbox", "team")

    def __init__(
        self, sandbox: Sandbox, *, team: Team, read_only: bool, limit: RateLimit | None
    ) -> None:
        self.sandbox = sandbox
        self.team = team
        self.read_only = read_only
        self.limit = limit
        self._began = float("-inf")
        self._used = 0

    def take(self) -> int | None:
        """Count a request; None where it may pass, else the seconds after which one will.

        A minute starts with the first request that finds none running, on the world's clock.
        """
        limit = self.limit
        if limit is None or (self.sandbox.clock.is_frozen and not limit.even_frozen):
            return None
        now = self.sandbox.now()
        if not 0 <= now - self._began < _WINDOW_SECONDS:
            self._began = now
            self._used = 0
        if self._used < limit.per_minute:
            self._used += 1
            return None
        return max(1, ceil(self._began + _WINDOW_SECONDS - now))


class Sandboxes:
    """The worlds of one server, opened by key, bounded in number, dropped when idle.

    `open_world` makes the world of a new sandbox, `keys` names literal keys of a scenario and the
    sandboxes they open.
    """

    def __init__(
        self,
        open_world: Callable[[], Opening],
        *,
        wall: Callable[[], float],
        limit: RateLimit | None = None,
        keys: Mapping[str, str] | None = None,
        most: int = 200,
        idle_seconds: float = 24 * 3600,
    ) -> None:
        self._open_world = open_world
        self._wall = wall
        self._limit = limit
        self._keys = dict(keys or {})
        self._most = most
        self._idle_seconds = idle_seconds
        self._sandboxes: dict[str, Sandbox] = {}
        self._accesses: dict[str, Access] = {}

    def access(self, key: str) -> Access:
        """Return what a key may do, opening its sandbox on first use. Raises `KeyRejected`."""
        access = self._accesses.get(key)
        return self._grant(key) if access is None else access

    def __len__(self) -> int:
        return len(self._sandboxes)

    def _grant(self, key: str) -> Access:
        name, role = self._read(key)
        sandbox = self._sandboxes.get(name)
        if sandbox is None:
            self._make_room()
            sandbox = Sandbox(name, self._open_world(), self._wall)
            self._sandboxes[name] = sandbox
        access = Access(
            sandbox,
            team=Team.RIVAL if role == ".rival" else Team.OWN,
            read_only=role == ".ro",
            limit=self._limit,
        )
        self._accesses[key] = access
        return access

    def _read(self, key: str) -> tuple[str, str | None]:
        if key in self._keys:
            return self._keys[key], None
        match = _KEY.fullmatch(key)
        if match is None or match["role"] in {".revoked", ".expired"}:
            raise KeyRejected
        return match["name"], match["role"]

    def _make_room(self) -> None:
        """Drop what was idle for too long, and the longest idle one where it is still full."""
        stale = self._wall() - self._idle_seconds
        idle = [name for name, sandbox in self._sandboxes.items() if sandbox.used_at < stale]
        if not idle and len(self._sandboxes) >= self._most:
            idle = [min(self._sandboxes, key=lambda name: self._sandboxes[name].used_at)]
        for name in idle:
            sandbox = self._sandboxes.pop(name)
            self._accesses = {
                key: access
                for key, access in self._accesses.items()
                if access.sandbox is not sandbox
            }
        if idle:
            _log.warning("Closed %d idle sandbox(es); %d stay open.", len(idle), len(self))
