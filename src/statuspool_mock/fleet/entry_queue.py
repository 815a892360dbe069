"""What is written of one world at its home, on its way to the ledger, in order.

A change takes effect at once, and its entry leaves at the end of the step of the event loop. What
was answered on the strength of it waits for the ledger's reply; see `gate`.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.connection import LedgerConnection
from statuspool_mock.fleet.request_marks import mark_write
from statuspool_mock.fleet.scripts import Script, WorldKeys
from statuspool_mock.sandbox import WorldMoved

_MOST_LINES_AT_ONCE = 500


class Entry(NamedTuple):
    """Something to store: a line with its number, or a script with its arguments."""

    position: int
    line: bytes = b""
    seq: int = 0
    script: Script | None = None
    keys: tuple[str, ...] = ()
    arguments: tuple[str | bytes | int, ...] = ()


class EntryQueue:
    """Sends the entries of one stay of a world, and knows which of them are stored.

    `note` is called when there is something to send, `on_lost` and `on_gap` when the ledger says
    that the world is at another replica, or that it has lost what it had acknowledged.
    """

    def __init__(
        self,
        world: str,
        home: str,
        *,
        seq: int,
        note: Callable[["EntryQueue"], None],
        on_lost: Callable[[], None],
        on_gap: Callable[[], None],
    ) -> None:
        self.home = home
        self.keys = WorldKeys.of(world)
        self.made = 0
        """How many entries were made during this stay."""
        self.done = 0
        """How many of them the ledger has stored."""
        self.is_lost = False
        self.is_certain = True
        """Whether what was not acknowledged is certainly not stored, once the stay is over."""
        self.needs_snapshot = False
        self.seq = seq
        """The number of the last line."""
        self._note = note
        self._on_lost = on_lost
        self._on_gap = on_gap
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._unsent: deque[Entry] = deque()
        self._in_flight: deque[Entry] = deque()
        self._was_resent = False
        self._has_gap = False
        """Whether the ledger lacks lines, so that nothing is stored before a snapshot is."""
        self._waiting: deque[tuple[int, asyncio.Future[bool]]] = deque()

    # What is to be stored

    def add_line(self, line: bytes) -> None:
        """Store a line after the others. Raises `WorldMoved`."""
        self._check()
        self.seq += 1
        self._put(Entry(self.made + 1, line, self.seq))

    def take_line_back(self) -> bytes:
        """Return the last line if it has not left, and do not store it; else return nothing."""
        if not self._unsent or not self._unsent[-1].line:
            return b""
        self.seq -= 1
        self.made -= 1
        return self._unsent.pop().line

    def add(self, script: Script, keys: tuple[str, ...], *arguments: str | bytes | int) -> None:
        """Run a script on some keys after that. Raises `WorldMoved`."""
        self._check()
        self._put(Entry(self.made + 1, script=script, keys=keys, arguments=arguments))

    def _check(self) -> None:
        if self.is_lost:
            raise WorldMoved

    def _put(self, entry: Entry) -> None:
        self.made = entry.position
        self._unsent.append(entry)
        mark_write(entry.position)
        if len(self._unsent) > 1:
            return
        if threading.get_ident() == self._thread:
            self._note(self)
        else:
            self._loop.call_soon_threadsafe(self._note, self)

    # What is stored, and what is not

    @property
    def is_settled(self) -> bool:
        """Whether everything that was written is stored."""
        return self.done == self.made

    async def settled(self) -> bool:
        """Wait until everything that was written so far is stored; return False if it is lost."""
        if self.is_settled or self.is_lost:
            return self.is_settled
        waiting: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append((self.made, waiting))
        return await waiting

    def lose(self, *, is_certain: bool) -> None:
        """End the stay without storing what is not stored yet."""
        if self.is_lost:
            return
        self.is_lost = True
        self.is_certain = is_certain
        self._unsent.clear()
        waiting, self._waiting = self._waiting, deque()
        for _, future in waiting:
            if not future.done():
                future.set_result(False)

    def send_to(self, connection: LedgerConnection) -> None:
        """Send what was not sent yet; lines that follow each other in one command."""
        unsent = self._unsent  # long work may add to it meanwhile, on another thread
        while unsent:
            group = [unsent.popleft()]
            while group[0].line and unsent and unsent[0].line and len(group) < _MOST_LINES_AT_ONCE:
                group.append(unsent.popleft())
            self._in_flight += group
            self._send(connection, group)

    def send_again(self) -> None:
        """Send what has no reply on the next connection: it may be stored already."""
        if self._in_flight:
            self._was_resent = True
            self._unsent.extendleft(reversed(self._in_flight))
            self._in_flight.clear()

    def _send(self, connection: LedgerConnection, group: list[Entry]) -> None:
        first = group[0]
        script, keys = first.script, first.keys
        arguments = first.arguments
        if script is None:
            script, keys = scripts.APPEND, self.keys[:2]
            arguments = (first.seq, *(entry.line for entry in group))
        connection.send(
            partial(self._replied, connection, group[-1]),
            "EVALSHA",
            script.digest,
            len(keys),
            *keys,
            self.home,
            *arguments,
        )

    def _replied(self, connection: LedgerConnection, entry: Entry, reply: Any) -> None:
        if isinstance(reply, ConnectionError) or self.is_lost:
            return
        if isinstance(reply, Exception):
            connection.abort()  # the next one loads the scripts again
        elif reply == scripts.FENCED:
            self.lose(is_certain=not self._was_resent)
            self._on_lost()
        elif reply == scripts.GAP:
            self._in_flight = deque(one for one in self._in_flight if not one.line)
            self.needs_snapshot = self._has_gap = True
            self._on_gap()
        elif not self._has_gap or entry.script is scripts.SNAPSHOT:
            self._has_gap = False
            self._stored(entry.position)

    def _stored(self, position: int) -> None:
        while self._in_flight and self._in_flight[0].position <= position:
            self._in_flight.popleft()
        self.done = position
        if not self._in_flight:
            self._was_resent = False
        while self._waiting and self._waiting[0][0] <= position:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(True)
