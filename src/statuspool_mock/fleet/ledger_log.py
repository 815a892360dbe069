"""The log of one world at its home: what changes it goes to the ledger as lines and snapshots."""

import asyncio
import zlib
from collections.abc import Callable
from typing import Any

from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.entry_queue import EntryQueue
from statuspool_mock.sandbox.changes import Change
from statuspool_mock.sandbox.json_steps import encoding
from statuspool_mock.sandbox.state import State, lazy_state_data
from statuspool_mock.sandbox.stored_world import line_of, lining, snapshot_data
from statuspool_mock.simulation import Steps

SMALLEST_LOG_BYTES = 256 * 1024
"""How long the lines after a snapshot may become, in bytes, before the next snapshot."""
_PIECE_BYTES = 1 << 16


class LedgerLog(EntryQueue):
    """Stores the changes of one world during one stay at this replica.

    `may_act` says whether this replica still serves the world. For the other arguments, see
    `EntryQueue`.
    """

    def __init__(
        self,
        world: str,
        home: str,
        *,
        seq: int,
        numbers_after: int,
        may_act: Callable[[], bool],
        note: Callable[[EntryQueue], None],
        on_lost: Callable[[], None],
        on_gap: Callable[[], None],
    ) -> None:
        super().__init__(world, home, seq=seq, note=note, on_lost=on_lost, on_gap=on_gap)
        self.numbers_after = numbers_after
        self.may_act = may_act
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
        self._bytes -= len(self.take_line_back())

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
        kept = (name, self.seq, self.keys.snapshots, content)
        self.add(scripts.SNAPSHOT, self.keys[:2], *kept)
        self.needs_snapshot = False
        self._bytes, self._most_bytes = 0, max(SMALLEST_LOG_BYTES, len(content))

    def writing_checkpoint(self, name: str, state: State) -> Steps[None]:
        """Store a checkpoint. Raises `WorldMoved`."""
        content = yield from _compressing(lazy_state_data(state))
        self.add(scripts.MARK, (self.keys.head, self.keys.marks), name.encode(), content)

    def delete_checkpoint(self, name: str) -> None:
        """Delete a checkpoint. Raises `WorldMoved`."""
        self.add(scripts.MARK, (self.keys.head, self.keys.marks), name.encode(), b"")

    async def durable(self) -> None:
        """Wait until all that was written is stored; forever if the world has left."""
        if not (await self.settled() and self.may_act()):
            await asyncio.get_running_loop().create_future()

    # What the fleet writes

    def forget(self) -> None:
        """Delete everything about the world. Raises `WorldMoved`."""
        self.add(scripts.FORGET, self.keys[:3], self.keys.snapshots)

    def set_aside(self, suffix: str) -> None:
        """Keep everything about the world under other keys. Raises `WorldMoved`."""
        self.add(scripts.SET_ASIDE, self.keys[:3], self.keys.snapshots, suffix)

    def release(self) -> None:
        """End this stay. Raises `WorldMoved`."""
        self.add(scripts.RELEASE, (self.keys.head,))

    def _append(self, line: bytes) -> None:
        self.add_line(line)
        self._bytes += len(line)


def _compressing(data: Any) -> Steps[bytes]:
    pieces = yield from encoding(data)
    compressor = zlib.compressobj(1)
    compressed = []
    whole = b"".join(pieces)
    for start in range(0, len(whole), _PIECE_BYTES):
        compressed.append(compressor.compress(whole[start : start + _PIECE_BYTES]))
        yield
    return b"".join((*compressed, compressor.flush()))
