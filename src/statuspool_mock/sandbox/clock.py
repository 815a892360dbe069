"""A world's time as a function of the wall's, and the limit of requests that is counted on it.

Wall readings come in as arguments: seconds of any clock that never runs backwards.
"""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Frozen (rate 0), live (1) or scaled (any other): at `wall` the world's clock shows `world`.

    A rate may be for a while: from the world's instant `until` on it is `then`.
    """

    world: float
    wall: float
    rate: float = 1.0
    until: float | None = None
    then: float = 1.0

    def at(self, wall: float) -> float:
        """Return the world's time, in seconds since 1970, at a wall reading."""
        shown = self.world + (wall - self.wall) * self.rate
        if self.until is None or shown < self.until:
            return shown
        reached = self.wall + (self.until - self.world) / self.rate
        return self.until + (wall - reached) * self.then

    def rate_at(self, wall: float) -> float:
        """Return how many seconds pass in the world for one of the wall's."""
        if self.until is None or self.at(wall) < self.until:
            return self.rate
        return self.then


class RateLimit(NamedTuple):
    """So many requests a minute for each key. Reference: introduction; Error Codes, 429.

    In a frozen world a limit would never let go, so it rests there unless `even_frozen`.
    """

    per_minute: int
    even_frozen: bool = False


class RateWindow(NamedTuple):
    """A key's running minute: when it began, on the world's clock, and how much of it is used."""

    began: float = float("-inf")
    used: int = 0

    def take(self, now: float, per_minute: int) -> "tuple[RateWindow, int | None]":
        """Count a request; None where it may pass, else the seconds after which one will.

        A minute starts with the first request that finds none running.
        """
        began, used = self
        if not 0 <= now - began < _WINDOW_SECONDS:
            began, used = now, 0
        if used < per_minute:
            return RateWindow(began, used + 1), None
        return self, max(1, ceil(began + _WINDOW_SECONDS - now))
