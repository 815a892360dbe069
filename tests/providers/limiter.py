"""The documented limit of requests a minute, as a provider keeps it."""

from math import ceil
from time import monotonic

_WINDOW_SECONDS = 60.0


class Limiter:
    """So many requests in a minute for each key, in windows that stand or slide."""

    def __init__(self, per_minute: int | None, *, slides: bool) -> None:
        self._per_minute = per_minute
        self._slides = slides
        self._taken: dict[str, list[float]] = {}

    def take(self, key: str) -> int | None:
        """Count a request; None where it may pass, else the seconds after which one will."""
        if self._per_minute is None:
            return None
        now = monotonic()
        taken = self._taken.setdefault(key, [])
        if self._slides:
            taken[:] = [at for at in taken if at > now - _WINDOW_SECONDS]
        elif taken and taken[0] <= now - _WINDOW_SECONDS:
            taken.clear()
        if len(taken) < self._per_minute:
            taken.append(now)
            return None
        return max(1, ceil(taken[0] + _WINDOW_SECONDS - now))
