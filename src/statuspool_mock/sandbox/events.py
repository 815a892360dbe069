"""The events of a world, as a numbered stream that can be resumed."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

_MOST_KEPT = 2_000
_MOST_RENDERED = 100


class Event(NamedTuple):
    """An event. `value` is a fact, the number of an exchange, or plain data."""

    id: int
    kind: str
    at: float
    value: Any


class Events:
    """The newest events of one world. Ids grow by one; the oldest events are dropped.

    The first one comes after the id `after`.
    """

    def __init__(self, *, after: int = 0) -> None:
        self._kept: deque[Event] = deque(maxlen=_MOST_KEPT)
        self._rendered: dict[int, bytes] = {}
        self._listeners: set[Callable[[], None]] = set()
        self.began_after = self.newest = after
        self.is_over = False
        """Whether the stream has ended."""

    def add(self, kind: str, value: Any, *, at: float) -> None:
        """Add an event and wake the listeners."""
        self.newest += 1
        self._kept.append(Event(self.newest, kind, at, value))
        for wake in self._listeners:
            wake()

    def since(self, event_id: int) -> list[Event]:
        """Return the events after an id, oldest first, as far as they are kept."""
        if event_id >= self.newest or not self._kept:
            return []
        newer = list(islice(reversed(self._kept), self.newest - event_id))
        return newer[::-1]

    def rendered(self, event: Event, render: Callable[[Event], bytes]) -> bytes:
        """Return a new event as bytes. It is rendered once for all listeners."""
        found = self._rendered.get(event.id)
        if found is None:
            found = self._rendered[event.id] = render(event)
            if len(self._rendered) > _MOST_RENDERED:
                del self._rendered[next(iter(self._rendered))]
        return found

    @property
    def listeners(self) -> int:
        """The number of listeners."""
        return len(self._listeners)

    def end(self) -> None:
        """End the stream and wake the listeners."""
        self.is_over = True
        for wake in self._listeners:
            wake()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Return a signal that is set whenever an event is added, until the block ends."""
        signal = asyncio.Event()
        self._listeners.add(signal.set)
        try:
            yield signal
        finally:
            self._listeners.discard(signal.set)
