"""The ledger: a Valkey or Redis that keeps all worlds of a fleet, and the home of each."""

import asyncio
import contextlib
import logging
import re
from typing import Any, NamedTuple

from hiredis import HiredisError

from statuspool_mock.fleet import scripts
from statuspool_mock.fleet.connection import CONNECT_SECONDS, LedgerConnection, why
from statuspool_mock.fleet.entry_queue import EntryQueue
from statuspool_mock.fleet.ledger_url import LedgerAddress, LedgerRejected
from statuspool_mock.fleet.scripts import Script, WorldKeys

UNREACHABLE = (OSError, TimeoutError, HiredisError)
"""What calls raise where the ledger does not respond, or cannot do what is asked."""

OLDEST = (6, 2)
_RETRY_SECONDS = 0.1
_VERSION = re.compile(rb"redis_version:(\d+)\.(\d+)")
_log = logging.getLogger(__name__)


class Claimed(NamedTuple):
    """A world that is at home here now: what has to be loaded, and its first line's number."""

    home: str
    epoch: int
    seq: int
    snapshot: str
    recipe: str
    skew: float
    """What has to be added to the clock of the replica that wrote it, in seconds."""


class Elsewhere(NamedTuple):
    """A world whose home is another replica."""

    home: str
    address: str


class StoredBytes(NamedTuple):
    """A world as it is stored."""

    snapshot: bytes | None
    lines: list[bytes]
    checkpoints: dict[str, bytes]


class Ledger:
    """A connection that is opened again whenever it is lost, and the logs that are sent on it."""

    def __init__(self, address: LedgerAddress) -> None:
        self._address = address
        self._connection: LedgerConnection | None = None
        self._logs: set[EntryQueue] = set()
        self._noted: list[EntryQueue] = []
        self._connecting: asyncio.Task[None] | None = None
        self._is_closed = False

    async def open(self) -> None:
        """Connect. Raises `LedgerRejected`, which says why that is impossible."""
        try:
            await self._connect()
            version = await self.call("INFO", "server")
        except UNREACHABLE as error:
            self.close()
            raise LedgerRejected(
                f"The ledger at {self._address.shown} cannot be used: {why(error)}."
            ) from error
        found = _VERSION.search(version)
        if found is None or (int(found[1]), int(found[2])) < OLDEST:
            self.close()
            raise LedgerRejected(
                f"The ledger at {self._address.shown} is no Valkey, nor a Redis from 6.2 on."
            )

    def close(self) -> None:
        """Send what was given, and close."""
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.close()

    def reconnect(self) -> None:
        """Give the connection up, since nothing comes back on it."""
        if self._connection is not None:
            self._connection.abort()

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None and self._connection.is_open

    async def _connect(self) -> None:
        connection = await LedgerConnection.open(self._address, self._lost)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                loaded = [connection.call("SCRIPT", "LOAD", one.text) for one in scripts.ALL]
                await asyncio.gather(*loaded)
        except BaseException:
            connection.abort()
            raise
        self._connection = connection
        for log in self._logs:
            log.send_to(connection)
        connection.flush()

    def _lost(self) -> None:
        if self._connection is None:
            return  # it was never used
        self._connection = None
        for log in self._logs:
            log.send_again()
        if not self._is_closed:
            self._connecting = asyncio.get_running_loop().create_task(self._connect_again())

    async def _connect_again(self) -> None:
        is_lost = False
        while True:
            try:
                await self._connect()
            except UNREACHABLE as error:
                if not is_lost:
                    is_lost = True
                    _log.warning("The ledger at %s is lost: %s.", self._address.shown, why(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                break
        if is_lost:
            _log.warning("The ledger at %s is there again.", self._address.shown)

    # Commands

    async def call(self, *arguments: str | bytes | int) -> Any:
        """Return the reply to a command. Raises `UNREACHABLE`."""
        if self._connection is None:
            raise ConnectionError("there is no connection")
        return await self._connection.call(*arguments)

    async def run(
        self, script: Script, keys: tuple[str, ...], *arguments: str | bytes | int
    ) -> Any:
        """Return what a script returns. Raises `UNREACHABLE`."""
        try:
            return await self.call("EVALSHA", script.digest, len(keys), *keys, *arguments)
        except HiredisError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            return await self.call("EVAL", script.text, len(keys), *keys, *arguments)

    async def claim(
        self, world: str, *, incarnation: str, address: str, instead: str, recipe: str, skew: float
    ) -> Claimed | Elsewhere:
        """Make this replica the home of a world, unless it has one other than `instead`."""
        keys = (WorldKeys.of(world).head,)
        found = await self.run(
            scripts.CLAIM, keys, incarnation, address, instead, recipe, f"{skew:.6f}"
        )
        if not found[0]:
            return Elsewhere(found[1].decode(), found[2].decode())
        _, home, epoch, seq, snapshot, kept, skewed = found
        return Claimed(home.decode(), epoch, seq, snapshot.decode(), kept.decode(), float(skewed))

    async def home_of(self, world: str) -> Elsewhere | None:
        """Return where a world is at home, if anywhere."""
        home, address = await self.call("HMGET", WorldKeys.of(world).head, "home", "address")
        return Elsewhere(home.decode(), address.decode()) if home else None

    async def is_alive(self, home: str) -> bool:
        """Whether the replica of a home renews its lease. Once it does not, it never does again."""
        return bool(await self.call("EXISTS", scripts.lease_key(home.rpartition("#")[0])))

    async def load(self, world: str, claimed: Claimed) -> StoredBytes:
        """Return what is stored of a claimed world."""
        keys = WorldKeys.of(world)
        reading = [self.call("XRANGE", keys.log, "-", "+"), self.call("HGETALL", keys.marks)]
        if claimed.snapshot:
            reading.append(self.call("GET", keys.snapshots + claimed.snapshot))
        entries, marks, *snapshot = await asyncio.gather(*reading)
        names = [name.decode() for name in marks[::2]]
        return StoredBytes(
            snapshot[0] if snapshot else None,
            [fields[1] for _, fields in entries],
            dict(zip(names, marks[1::2], strict=True)),
        )

    # Logs

    def attach(self, log: EntryQueue) -> None:
        """Send what a log has to store from now on."""
        self._logs.add(log)

    def detach(self, log: EntryQueue) -> None:
        """Send nothing of a log any more."""
        self._logs.discard(log)

    def note(self, log: EntryQueue) -> None:
        """Send what a log has to store at the end of this step."""
        self._noted.append(log)
        if len(self._noted) == 1:
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        noted, self._noted = self._noted, []
        connection = self._connection
        if connection is None:
            return
        for log in noted:
            with contextlib.suppress(ConnectionError):  # it is sent on the next one
                log.send_to(connection)
        connection.flush()
