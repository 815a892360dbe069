"""Keep within the API's rate limit, and wait as long as `Retry-After` asks."""

import re
import time
from collections import deque

from statuspool_mock.contract.reference import RATE_WINDOW_SECONDS
from statuspool_mock.contract.tolerances import MAX_RETRY_SECONDS

_MIN_RETRY_SECONDS = 0.2


class Pace:
    """The requests of one key in the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._sent_at: deque[float] = deque()

    def next_wait(self) -> float:
        """Return the seconds to wait before the next request, which is counted."""
        now = time.monotonic()
        sent = self._sent_at
        while sent and sent[0] <= now - RATE_WINDOW_SECONDS:
            sent.popleft()
        wait = 0.0
        if len(sent) >= self._per_minute:
            wait = sent.popleft() + RATE_WINDOW_SECONDS - now
        sent.append(now + wait)
        return wait


def retry_seconds(text: str, attempt: int) -> float:
    """Return how long to wait after a 429 with this `Retry-After`, within bounds.

    Without a readable one the wait doubles with each attempt, which counts from 0.
    """
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 2.0**attempt * 5
    return min(max(seconds, _MIN_RETRY_SECONDS), MAX_RETRY_SECONDS)
