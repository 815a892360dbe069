"""A world's time as a function of the server's.

Readings of the server's clock are called `wall`: seconds of any clock that never runs backwards.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from statuspool_mock.sandbox.state import ClockReading
from statuspool_mock.time_parsing import LATEST


@dataclass(frozen=True, slots=True)
class Clock:
    """Frozen (rate 0), live (1) or scaled (any other): at `wall` the world's clock shows `world`.

    A rate may be temporary: from the world's instant `until` on, it is `then`. No clock goes beyond
    the end of the year 9998.
    """

    world: float
    wall: float
    rate: float = 1.0
    until: float | None = None
    then: float = 1.0

    def at(self, wall: float) -> float:
        """Return the world's time, in seconds since 1970, at a wall reading."""
        shown = self.world + (wall - self.wall) * self.rate
        if self.until is not None and shown >= self.until:
            reached = self.wall + (self.until - self.world) / self.rate
            shown = self.until + (wall - reached) * self.then
        return min(shown, LATEST)

    def rate_at(self, wall: float) -> float:
        """Return how many seconds pass in the world for each second of the wall clock."""
        if self.until is None or self.at(wall) < self.until:
            return self.rate
        return self.then


class ClockPace(NamedTuple):
    """How fast a clock runs: until an instant at one rate, then at another."""

    rate: float
    until: float | None = None
    then: float = 1.0


class WorldClock:
    """The clock of one sandbox, and when the sandbox was last used.

    `wall` reads the server's clock. Requests happen at the reading that `tick` took last.
    """

    def __init__(self, wall: Callable[[], float], *, shows: float, rate: float) -> None:
        self.wall = wall
        self.used_at = self.touched_at = wall()
        self._clock = Clock(shows, self.used_at, rate)
        self.instant = self._clock.at(self.used_at)
        """The world's time at the last tick: that of the request being served."""

    @property
    def course(self) -> Clock:
        """How the clock runs, to go back to with `resume`."""
        return self._clock

    def resume(self, course: Clock) -> None:
        """Run as the clock did earlier."""
        self._follow(course)

    def now(self) -> float:
        """Return the time that the clock shows now, fractions of a second included."""
        return self._clock.at(self.wall())

    @property
    def rate(self) -> float:
        """Seconds that pass in the world for each real second; 0 is frozen."""
        return self._clock.rate_at(self.used_at)

    def tick(self, *, for_client: bool = True) -> float:
        """Read the server's clock and return the world's time. Only clients' use counts as use."""
        self.used_at = self.wall()
        if for_client:
            self.touched_at = self.used_at
        self.instant = self._clock.at(self.used_at)
        return self.instant

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Be ticked within the block only: requests under way keep the instant of their own."""
        used_at, instant = self.used_at, self.instant
        self.tick(for_client=False)
        try:
            yield
        finally:
            self.used_at, self.instant = used_at, instant

    def run(self, rate: float, *, at: float, until: float | None = None, then: float = 1.0) -> None:
        """Show `at` now and go on at a rate; from the world's instant `until` on at `then`."""
        self._follow(Clock(at, self.used_at, rate, until, then))

    def move(self, *, to: int) -> None:
        """Show another instant from now on, at the same rate."""
        rate, ends = self.rate, self._clock.until
        self.run(
            rate,
            at=float(to),
            until=ends if ends is not None and to < ends else None,
            then=self._clock.then,
        )

    def reading(self) -> ClockReading:
        """Return what the clock shows at the last tick, and how fast it runs."""
        now, ends = self.instant, self._clock.until
        return ClockReading(
            shows=now,
            rate=self.rate,
            until=ends if ends is not None and now < ends else None,
            then=self._clock.then,
        )

    def set(self, reading: ClockReading, *, seconds_ago: float = 0.0) -> None:
        """Go on from what a clock showed so many seconds ago."""
        began = self.used_at - seconds_ago
        self._follow(Clock(reading.shows, began, reading.rate, reading.until, reading.then))

    def _follow(self, course: Clock) -> None:
        self._clock = course
        self.instant = course.at(self.used_at)
