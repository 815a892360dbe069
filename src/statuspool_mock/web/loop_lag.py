"""How late the event loop is, which is how long requests wait for each other."""

import asyncio
import time
from collections import deque

_SECONDS = 0.25
_KEPT_SECONDS = 60.0


class LoopLag:
    """Measures by how much a short sleep of the event loop takes too long."""

    def __init__(self) -> None:
        self._late: deque[float] = deque([0.0], maxlen=int(_KEPT_SECONDS / _SECONDS))
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> float:
        """Return the longest delay of the last minute, in seconds."""
        return max(self._late)

    def start(self) -> None:
        """Start. Needs a running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_SECONDS)
            self._late.append(max(time.perf_counter() - before - _SECONDS, 0.0))
