"""The lease of a replica: while it is renewed, the worlds at home there are nobody else's.

One lease stands for all worlds of a replica. It is bound to an incarnation of the replica, a random
name. Once the ledger has let it expire, that incarnation is over for good, and a replica that comes
back begins another one, without worlds. So whoever sees that a lease has expired may take its
worlds, without a race against a late renewal.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable

from statuspool_mock.fleet.connection import why
from statuspool_mock.fleet.ledger import UNREACHABLE, Ledger
from statuspool_mock.fleet.scripts import FLEET_KEY, REPLICAS_KEY, lease_key

LEASE_SECONDS = 3.5
"""How long the ledger waits for a renewal."""
RENEWAL_SECONDS = 1.0
MARGIN_SECONDS = 0.5
"""By how much a replica stops before the ledger lets its lease expire.

It counts from the sending of a renewal, and the ledger from its arrival. So this is only for clocks
that go at different rates, and for the step that has looked at the lease and goes on.
"""
FLEET_SECONDS = 10.0
"""How long the ledger remembers what a fleet serves, once its last replica is gone."""

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where there is such a clock."""
_LEAST_WATCH_SECONDS = 0.05
_log = logging.getLogger(__name__)


def now() -> float:
    """Return the reading of a clock that goes on while the process is stopped."""
    return time.clock_gettime(_CLOCK)


class Lease:
    """Renews the lease of a replica. `on_lost` is called when it may have expired."""

    def __init__(self, ledger: Ledger, *, on_lost: Callable[[], None]) -> None:
        self._ledger = ledger
        self._address = ""
        self._on_lost = on_lost
        self.incarnation = ""
        self.valid_until = 0.0
        """Until when this replica may act for its worlds, on the clock of `now`."""
        self.skew = 0.0
        """What has to be added to this machine's clock for that of the ledger, in seconds."""
        self.round_trip_seconds = 0.0
        """How long the last renewal took."""
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_valid(self) -> bool:
        """Whether this replica may act for its worlds."""
        return now() < self.valid_until

    async def begin(self, address: str) -> None:
        """Take a lease and keep it, with the address of the replica. Raises `UNREACHABLE`."""
        self._address = address
        await self._take()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._renew()), loop.create_task(self._watch())]

    async def end(self) -> None:
        """Give the lease back."""
        for task in self._tasks:
            task.cancel()
        await self._ledger.call("DEL", lease_key(self.incarnation))
        await self._ledger.call("SREM", REPLICAS_KEY, self.incarnation)

    async def _take(self) -> None:
        incarnation, sent = secrets.token_hex(8), now()
        await self._set(incarnation, "NX")
        self.incarnation = incarnation
        self.valid_until = sent + LEASE_SECONDS - MARGIN_SECONDS

    async def _set(self, incarnation: str, condition: str) -> bool:
        """Set the lease's key under a condition, and compare clocks; return whether it was set."""
        call, wall, began = self._ledger.call, time.time(), now()
        milliseconds, lasting = round(LEASE_SECONDS * 1000), round(FLEET_SECONDS * 1000)
        key = lease_key(incarnation)
        async with asyncio.timeout(LEASE_SECONDS / 2):
            replies = await asyncio.gather(
                call("SET", key, self._address, condition, "PX", milliseconds),
                call("TIME"),
                call("SADD", REPLICAS_KEY, incarnation),
                call("PEXPIRE", REPLICAS_KEY, lasting),
                call("PEXPIRE", FLEET_KEY, lasting),
            )
        self.round_trip_seconds = now() - began
        seconds, micros = map(int, replies[1])
        self.skew = seconds + micros / 1e6 - (wall + time.time()) / 2
        return replies[0] is not None

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            try:
                await self._renew_once()
            except TimeoutError:
                self._ledger.reconnect()
            except UNREACHABLE as error:
                if self._ledger.is_connected:  # else the ledger has said so
                    _log.warning("The lease cannot be renewed: %s.", why(error))

    async def _renew_once(self) -> None:
        """Renew the lease, or take another one if it has expired. Raises `UNREACHABLE`."""
        sent = now()
        if await self._set(self.incarnation, "XX"):
            self.valid_until = sent + LEASE_SECONDS - MARGIN_SECONDS
            return
        _log.warning("The lease of this replica has expired; it begins anew.")
        self.valid_until = 0.0
        self._on_lost()
        await self._take()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(max(self.valid_until - now(), _LEAST_WATCH_SECONDS))
            if not self.is_valid:
                self._on_lost()
