"""Replicas without servers in one event loop, whose clock and connections a test commands.

What a replica sends to the ledger can be held back, and so can the replies. A lease expires when
the test says so: its seconds are so long that the ledger's own clock has no part in it.
"""

import asyncio
import json
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from statuspool_mock.fleet import lease, ledger_log
from statuspool_mock.fleet.connection import LedgerConnection
from statuspool_mock.fleet.homes import Homes
from statuspool_mock.fleet.ledger import Ledger
from statuspool_mock.sandbox import WorldMoved

WORLD = "shop"
LEASE_SECONDS, MARGIN_SECONDS = 4_000.0, 1_000.0
_PONG = b"+PONG\r\n"


class Clock:
    """The clock of all replicas, which the test sets."""

    now = 0.0


class WorldOfLines:
    """A sandbox whose state is the list of the lines that made it."""

    name = WORLD
    clock = SimpleNamespace(tick=lambda **_: None)

    def __init__(self, log, lines):
        self.log = log
        self.lines = lines
        self._begins_at = len(self.lines)

    def write(self):
        """Append a line and make its change. Raises `WorldMoved`."""
        if self.log.needs_snapshot:
            self.store_whole()
        line = f"{self.log.home}:{len(self.lines) - self._begins_at}"
        self.log.append(line)
        self.lines.append(line)

    def store_whole(self):
        """Store a snapshot. Raises `WorldMoved`."""
        for _ in self.log.writing_snapshot(self.lines):
            pass

    def store_checkpoint(self):
        """Store the present state as a checkpoint. Raises `WorldMoved`."""
        for _ in self.log.writing_checkpoint("mark", self.lines):
            pass

    # What homes ask of a sandbox

    async def free(self):
        pass

    def defer_settings(self):
        if not self.log.is_lost:
            self.write()

    def compact_log(self):
        asyncio.get_running_loop().call_soon(self._compact)

    def _compact(self):
        if self.log.needs_snapshot and not self.log.is_lost:
            self.store_whole()


class Worlds(list):
    """The sandboxes that are open at a replica."""

    homes = None

    def holds(self, _):
        return bool(self)

    async def leave(self, name):
        if self:
            self.clear()
            try:
                self.homes.release(name)
            except WorldMoved:
                return


class LoopReplica:
    """The parts of a replica that deal with the ledger."""

    def __init__(self, address):
        self.ledger = Ledger(address)
        book = SimpleNamespace(new=lambda: SimpleNamespace(text="recipe"))
        self.homes = Homes(self.ledger, book, address="here")
        self.homes.sandboxes = self.worlds = Worlds()
        self.worlds.homes = self.homes
        self.lease_ends_at = 0.0

    async def begin(self):
        await self.ledger.open()
        await self.homes.lease._take()
        self._renewed()

    async def renew(self):
        """Do what the tasks of a lease do each second."""
        await self.homes.lease._renew_once()
        self._renewed()

    def _renewed(self):
        if self.homes.lease.is_valid:
            self.lease_ends_at = Clock.now + LEASE_SECONDS

    @property
    def acts(self):
        """Whether this replica carries out requests for the world."""
        home = self.homes.here.get(WORLD)
        return bool(self.worlds) and home is not None and home.may_act()

    async def claim(self):
        """Claim the world, also where the lease of its home has expired; return new homes."""
        had = self.homes.here.get(WORLD)
        found = await self.homes.claim(WORLD)
        if found is had:
            return None
        if not hasattr(found, "log") and not await self.ledger.is_alive(found.home):
            found = await self.homes.claim(WORLD, instead=found.home)
        return found if hasattr(found, "log") else None

    def crash(self):
        """Go away without sending anything."""
        self.ledger._is_closed = True
        self.ledger.is_mute = True
        self.ledger.reconnect()

    # Connections

    def cut(self):
        """Lose the connection, with what is held back on it."""
        self.ledger.reconnect()
        self.ledger.is_mute = self.ledger.is_deaf = False
        self.ledger.late = b""

    def let_through(self):
        """Send what was held back, and take the replies."""
        ledger = self.ledger
        ledger.is_mute = ledger.is_deaf = False
        connection = ledger._connection
        late, ledger.late = ledger.late, b""
        if late:
            connection.data_received(late)
        connection.flush()

    @property
    def is_free(self):
        return not (self.ledger.is_mute or self.ledger.is_deaf)

    async def quiet(self):
        """Wait for all replies; return whether there was nothing to wait for."""
        ledger = self.ledger
        if ledger.is_mute:
            return True
        if not ledger.is_connected:
            if ledger._connecting is not None:
                await asyncio.wait([ledger._connecting])
            return False
        if ledger.is_deaf:
            return await self._quiet_deaf()
        try:
            await ledger.call("PING")
        except ConnectionError:
            return False
        return all(log.is_settled or log.is_lost for log in ledger._logs)

    async def _quiet_deaf(self):
        """Wait until the ledger has carried out what was sent, without taking the replies."""
        had = len(self.ledger.late)
        self.ledger._connection.send(lambda _: None, "PING")
        self.ledger._connection.flush()
        while not self.ledger.late[had:].endswith(_PONG):  # noqa: ASYNC110  (bytes have no event)
            await asyncio.sleep(0.0005)
        return True


def state_of(snapshot, lines):
    """Return the lines that a world consists of, as it was loaded."""
    state = json.loads(_unpacked(snapshot))["lines"] if snapshot is not None else []
    return state + [json.loads(line) for line in lines]


def _unpacked(snapshot):
    return ledger_log.zlib.decompress(snapshot)


_flush, _data_received = LedgerConnection.flush, LedgerConnection.data_received


def _flush_unless_mute(connection):
    if not connection._on_lost.__self__.is_mute:
        _flush(connection)


def _receive_unless_deaf(connection, data):
    ledger = connection._on_lost.__self__
    if ledger.is_deaf:
        ledger.late += data
    else:
        _data_received(connection, data)


@contextmanager
def commanded():
    """Let the test command clocks and connections, and let lines be texts."""
    with ExitStack() as stack:
        for each in (
            patch.object(lease, "now", lambda: Clock.now),
            patch.object(lease, "LEASE_SECONDS", LEASE_SECONDS),
            patch.object(lease, "MARGIN_SECONDS", MARGIN_SECONDS),
            patch.object(ledger_log, "line_of", lambda texts: json.dumps(texts[0]).encode()),
            patch.object(ledger_log, "snapshot_data", lambda lines: {"lines": list(lines)}),
            patch.object(ledger_log, "lazy_state_data", lambda lines: {"lines": list(lines)}),
            patch.object(LedgerConnection, "flush", _flush_unless_mute),
            patch.object(LedgerConnection, "data_received", _receive_unless_deaf),
            patch.multiple(Ledger, create=True, is_mute=False, is_deaf=False, late=b""),
        ):
            stack.enter_context(each)
        yield
