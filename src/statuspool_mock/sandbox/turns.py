"""Long work of worlds, done beside the event loop: in one thread, in turns.

The thread works at one job for a moment, then at the next one, so that no world waits for the whole
job of another. The event loop goes on meanwhile: Python switches between the two threads.
"""

import asyncio
import gc
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from statuspool_mock.simulation.steps import Steps

T = TypeVar("T")
SWITCH_SECONDS = 0.000_3
"""How long the event loop waits for the thread, at most, whenever it has something to do."""

_TURN_SECONDS = 0.003
_IDLE_SECONDS = 5.0
_log = logging.getLogger(__name__)


def at_once(work: Callable[[], T]) -> Steps[T]:
    """Return work that cannot be paused as steps."""
    yield
    return work()


@dataclass(slots=True)
class _Job:
    steps: Steps[Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"

    def work(self) -> bool:
        """Work for a moment; return whether the job is over."""
        until = time.perf_counter() + _TURN_SECONDS
        try:
            while time.perf_counter() < until:
                next(self.steps)
        except StopIteration as end:
            self._end(end.value, None)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the job gets it
            self._end(None, error)
        else:
            return False
        return True

    def _end(self, result: Any, error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop was closed
            self.loop.call_soon_threadsafe(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:
        if self.done.cancelled():
            return
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


class Turns:
    """The jobs of all worlds of one server. The thread ends when there were none for a while."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._thread: threading.Thread | None = None
        self._is_over = False

    async def call(self, work: Callable[[], T]) -> T:
        """Do work that cannot be paused, and return its result."""
        return await self.take(at_once(work))

    async def take(self, steps: Steps[T]) -> T:
        """Do work in turns with that of others and return its result."""
        loop = asyncio.get_running_loop()
        job = _Job(steps, loop, loop.create_future())
        with self._changed:
            self._jobs.append(job)
            self._changed.notify()
            if self._thread is None:
                sys.setswitchinterval(SWITCH_SECONDS)
                self._thread = threading.Thread(target=self._work, name="turns", daemon=True)
                self._thread.start()
        result: T = await job.done
        return result

    @property
    def is_working(self) -> bool:
        """Whether the thread is there."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def stop(self) -> None:
        """Give up all jobs, and wait a little for the one under way."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=1)
            if thread.is_alive():
                _log.warning("A job is still under way; it ends with the process.")

    def _work(self) -> None:
        while (job := self._next()) is not None:
            is_over = job.work()
            # Work that frees as much as it makes is never due for a collection, which then visits
            # all that was made and takes 30 ms.
            gc.collect(1)
            if not is_over:
                with self._changed:
                    self._jobs.append(job)

    def _next(self) -> _Job | None:
        with self._changed:
            if not self._jobs and not self._is_over:
                self._changed.wait(timeout=_IDLE_SECONDS)
            if self._jobs and not self._is_over:
                return self._jobs.popleft()
            self._thread = None
            return None
