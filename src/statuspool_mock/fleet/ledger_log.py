"""The log of one world at its home: what changes it goes to the ledger, in order.

A change takes effect at once, and its line leaves at the end of the step of the event loop. What
was answered on the strength of it waits for the ledger's reply; see `gate`.
"""

import asyncio
import threading
import zlib
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.connection import LedgerConnection
from statuspool_mock.fleet.request_marks import mark_write
from statuspool_mock.fleet.scripts import Script, WorldKeys
from statuspool_mock.sandbox import WorldMoved
from statuspool_mock.sandbox.changes import Change
from statuspool_mock.sandbox.json_steps import encoding
from statuspool_mock.sandbox.state import State, lazy_state_data
from statuspool_mock.sandbox.stored_world import line_of, lining, snapshot_data
from statuspool_mock.simulation import Steps

SMALLEST_LOG_BYTES = 256 * 1024
"""How long the lines after a snapshot may become, in bytes, before the next snapshot."""
_MOST_LINES_AT_ONCE = 500
_PIECE_BYTES = 1 << 16


class _Entry(NamedTuple):
    """Something to store: a line with its number, or a script with its arguments."""

    position: int
    line: bytes = b""
    seq: int = 0
    script: Script | None = None
    keys: tuple[str, ...] = ()
    arguments: tuple[str | bytes | int, ...] = ()
    value: tuple[str, bytes] | None = None
    """A key to set before, with its value."""


class LedgerLog:
    """Stores the changes of one world during one stay at this replica.

    `may_act` says whether this replica still serves the world. `note` is called when there is
    something to send, `on_lost` and `on_gap` when the ledger says that the world is at another
    replica, or that it has lost what it had acknowledged.
    """

    def __init__(
        self,
        world: str,
        home: str,
        *,
        seq: int,
        numbers_after: int,
        may_act: Callable[[], bool],
        note: Callable[["LedgerLog"], None],
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
        """Whether what was not acknowledged is certainly not stored, once the log is lost."""
        self.needs_snapshot = False
        self._seq = seq
        self.numbers_after = numbers_after
        self.may_act = may_act
        self._note = note
        self._on_lost = on_lost
        self._on_gap = on_gap
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._unsent: deque[_Entry] = deque()
        self._in_flight: deque[_Entry] = deque()
        self._was_resent = False
        self._has_gap = False
        """Whether the ledger lacks lines, so that nothing is stored before a snapshot is."""
        self._waiting: deque[tuple[int, asyncio.Future[bool]]] = deque()
        self._held_back: list[bytes] | None = None
        self._bytes = 0
        self._most_bytes = SMALLEST_LOG_BYTES
        self._snapshots = 0

    # What the sandbox writes

    @property
    def is_full(self) -> bool:
        """Whether the lines have outgrown the snapshot."""
        return self._bytes > self._most_bytes

    def grew(self, size: int) -> None:
        """Count lines that were stored before this stay."""
        self._bytes += size

    def append(self, *changes: Change) -> None:
        """Append changes as one line. Raises `WorldMoved`."""
        self._append(line_of(changes))

    def appending(self, *changes: Change) -> Steps[None]:
        """Append changes as one line, which is made in steps. Raises `WorldMoved`."""
        self._append((yield from lining(changes)))

    def retract(self) -> None:
        """Take back the last line if it has not left; a replay refuses it as it was refused."""
        if self._unsent and self._unsent[-1].line:
            entry = self._unsent.pop()
            self._seq -= 1
            self.made -= 1
            self._bytes -= len(entry.line)

    def defer(self, *changes: Change) -> None:
        """Append changes that were made already."""
        line = line_of(changes)
        if self._held_back is not None:
            self._held_back.append(line)
        elif not self.is_lost:
            self._append(line)

    def hold_back(self) -> None:
        """Keep what is deferred in memory until `let_go`, since another thread may write."""
        self._held_back = []

    def drop_held_back(self) -> None:
        """Forget what was held back: it is about a state that has been replaced."""
        if self._held_back is not None:
            self._held_back.clear()

    def let_go(self) -> None:
        """Append what was held back."""
        held_back, self._held_back = self._held_back, None
        if not self.is_lost:
            for line in held_back or ():
                self._append(line)

    def writing_snapshot(self, state: State) -> Steps[None]:
        """Store a whole state, after which earlier lines are obsolete. Raises `WorldMoved`."""
        content = yield from _compressing(snapshot_data(state))
        self._snapshots += 1
        name = f"{self.home}-{self._snapshots}"
        self._add(
            scripts.SNAPSHOT,
            self.keys[:2],
            (name, self._seq, self.keys.snapshots),
            value=(self.keys.snapshots + name, content),
        )
        self.needs_snapshot = False
        self._bytes, self._most_bytes = 0, max(SMALLEST_LOG_BYTES, len(content))

    def writing_checkpoint(self, name: str, state: State) -> Steps[None]:
        """Store a checkpoint. Raises `WorldMoved`."""
        content = yield from _compressing(lazy_state_data(state))
        self._add(scripts.MARK, (self.keys.head, self.keys.marks), (name.encode(), content))

    def delete_checkpoint(self, name: str) -> None:
        """Delete a checkpoint. Raises `WorldMoved`."""
        self._add(scripts.MARK, (self.keys.head, self.keys.marks), (name.encode(), b""))

    async def durable(self) -> None:
        """Wait until all that was written is stored; forever if the world has left."""
        if not (await self.settled() and self.may_act()):
            await self._loop.create_future()

    # What the fleet writes

    def forget(self) -> None:
        """Delete everything about the world. Raises `WorldMoved`."""
        self._add(scripts.FORGET, self.keys[:3], (self.keys.snapshots,))

    def set_aside(self, suffix: str) -> None:
        """Keep everything about the world under other keys. Raises `WorldMoved`."""
        self._add(scripts.SET_ASIDE, self.keys[:3], (self.keys.snapshots, suffix))

    def release(self) -> None:
        """End this stay. Raises `WorldMoved`."""
        self._add(scripts.RELEASE, (self.keys.head,), ())

    def _append(self, line: bytes) -> None:
        self._check()
        self._seq += 1
        self._bytes += len(line)
        self._put(_Entry(self.made + 1, line, self._seq))

    def _add(
        self,
        script: Script,
        keys: tuple[str, ...],
        arguments: tuple[str | bytes | int, ...],
        *,
        value: tuple[str, bytes] | None = None,
    ) -> None:
        self._check()
        position = self.made + 1
        self._put(_Entry(position, script=script, keys=keys, arguments=arguments, value=value))

    def _check(self) -> None:
        if self.is_lost:
            raise WorldMoved

    def _put(self, entry: _Entry) -> None:
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
        if self.done == self.made or self.is_lost:
            return self.done == self.made
        waiting: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append((self.made, waiting))
        return await waiting

    def lose(self, *, is_certain: bool) -> None:
        """End this stay without storing what is not stored yet."""
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
        while self._unsent:
            first = self._unsent[0]
            group = [first]
            if first.line:
                lines = takewhile(lambda one: one.line, self._unsent)
                group = [one for one, _ in zip(lines, range(_MOST_LINES_AT_ONCE), strict=False)]
            for _ in group:
                self._in_flight.append(self._unsent.popleft())
            self._send(connection, group)

    def send_again(self) -> None:
        """Send what has no reply on the next connection: it may be stored already."""
        if self._in_flight:
            self._was_resent = True
            self._unsent.extendleft(reversed(self._in_flight))
            self._in_flight.clear()

    @property
    def is_waiting(self) -> bool:
        """Whether something has to be sent."""
        return bool(self._unsent)

    def _send(self, connection: LedgerConnection, group: list[_Entry]) -> None:
        first = group[0]
        if first.value is not None:
            connection.send(_ignored, "SET", *first.value)
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

    def _replied(self, connection: LedgerConnection, entry: _Entry, reply: Any) -> None:
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


def _ignored(_: Any) -> None:
    pass


def _compressing(data: Any) -> Steps[bytes]:
    pieces = yield from encoding(data)
    compressor = zlib.compressobj(1)
    compressed = []
    whole = b"".join(pieces)
    for start in range(0, len(whole), _PIECE_BYTES):
        compressed.append(compressor.compress(whole[start : start + _PIECE_BYTES]))
        yield
    return b"".join((*compressed, compressor.flush()))
