"""The rate limit: how many requests a minute a key may make, counted on the world's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil
from typing import NamedTuple

from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS

_counting: ContextVar[bool] = ContextVar("counting", default=True)


class RateLimit(NamedTuple):
    """Requests a minute for each key. Reference: introduction; Error Codes, 429.

    A frozen clock would never end a minute, so a frozen world has no limit unless `even_frozen`.
    """

    per_minute: int
    even_frozen: bool = False


class RateWindow(NamedTuple):
    """A key's current minute: when it began, on the world's clock, and how much of it is used."""

    began: float = float("-inf")
    used: int = 0

    def take(self, now: float, per_minute: int) -> "tuple[RateWindow, int | None]":
        """Count a request. Return the new window, and the seconds to wait if it is over the limit.

        A window begins with the first request after the last one ended.
        """
        began, used = self
        if not 0 <= now - began < RATE_WINDOW_SECONDS:
            began, used = now, 0
        if used < per_minute:
            return RateWindow(began, used + 1), None
        return self, max(1, ceil(began + RATE_WINDOW_SECONDS - now))


_UNUSED = RateWindow()


class RateLimiter:
    """Counts the requests of one world, by the role of the key."""

    def __init__(self, windows: tuple[tuple[str, RateWindow], ...] = ()) -> None:
        self._windows = dict(windows)

    @property
    def windows(self) -> tuple[tuple[str, RateWindow], ...]:
        """The current minute of each role."""
        return tuple(self._windows.items())

    def take(self, role: str, limit: RateLimit, *, now: float) -> int | None:
        """Count a request. Return the seconds to wait if the role's minute is used up."""
        if not _counting.get():
            return None
        window = self._windows.get(role, _UNUSED)
        self._windows[role], retry_after = window.take(now, limit.per_minute)
        return retry_after


@contextmanager
def uncounted() -> Iterator[None]:
    """Count no request that is made within this block against any limit."""
    token = _counting.set(False)
    try:
        yield
    finally:
        _counting.reset(token)
