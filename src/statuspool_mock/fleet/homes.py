"""The worlds that are at home here: claimed, loaded, given up, handed over."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from statuspool_mock.fleet.lease import Lease
from statuspool_mock.fleet.ledger import Claimed, Elsewhere, Ledger, StoredBytes
from statuspool_mock.fleet.ledger_log import LedgerLog
from statuspool_mock.fleet.recipes import RecipeBook
from statuspool_mock.fleet.request_marks import mark_refusal

if TYPE_CHECKING:
    from statuspool_mock.sandbox import Sandboxes

NUMBERS_OF_A_STAY = 1_000_000_000
"""How many exchanges and events can be numbered while a world stays at one replica."""
SECONDS_BETWEEN_LOOKS = 1.0
"""How often the rate windows are stored, so that a new home knows them."""
_UNOPENED_SECONDS = 30.0

_log = logging.getLogger(__name__)


class Home:
    """One stay of a world here."""

    __slots__ = (
        "_lease",
        "began",
        "claimed",
        "is_damaged",
        "is_leaving",
        "is_new",
        "log",
        "stored",
        "used_at",
    )

    def __init__(self, claimed: Claimed, lease: Lease, *, is_new: bool) -> None:
        self.claimed = claimed
        self._lease = lease
        self.is_new = is_new
        """Whether the world was made for this stay."""
        self.is_leaving = False
        """Whether the world is being handed over: nothing begins here any more."""
        self.is_damaged = False
        """Whether its sandbox could not be opened."""
        self.stored: StoredBytes | None = None
        """What the sandbox is opened from; None once it is."""
        self.began = time.monotonic()
        self.used_at = 0.0
        """When its sandbox was last used, as of the last look."""
        self.log: LedgerLog

    def may_act(self) -> bool:
        """Whether the world is still here; if not, the present request is not answered."""
        if self._lease.is_valid and not (self.log.is_lost or self.is_leaving):
            return True
        mark_refusal()
        return False


class Homes:
    """The worlds at home here, by name. Other replicas reach this one at `address`."""

    def __init__(self, ledger: Ledger, book: RecipeBook, *, address: str) -> None:
        self.ledger = ledger
        self.book = book
        self.address = address
        self.lease = Lease(ledger, on_lost=self._all_lost)
        self.here: dict[str, Home] = {}
        self.sandboxes: Sandboxes
        self._claiming: dict[str, asyncio.Task[Home | Elsewhere]] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._ended: list[LedgerLog] = []
        self._looking: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Take a lease, and keep the rate windows stored."""
        await self.lease.begin(self.address)
        self._looking = asyncio.get_running_loop().create_task(self._look())

    async def end(self) -> None:
        """Give the lease back, after all worlds."""
        if self._looking is not None:
            self._looking.cancel()
        await self.lease.end()

    # Coming

    async def claim(self, world: str, *, instead: str = "") -> Home | Elsewhere:
        """Make this replica the home of a world, unless it has one other than `instead`.

        Raises `UNREACHABLE`.
        """
        claiming = self._claiming.get(world)
        if claiming is None:
            claiming = asyncio.create_task(self._claim(world, instead))
            self._claiming[world] = claiming
            claiming.add_done_callback(lambda _: self._claiming.pop(world, None))
        return await asyncio.shield(claiming)

    async def _claim(self, world: str, instead: str) -> Home | Elsewhere:
        leaving = self._leaving.get(world)
        if leaving is not None:
            await asyncio.wait([leaving])
        if world in self.here:
            return self.here[world]
        incarnation, recipe = self.lease.incarnation, self.book.new().text
        found = await self._ask_for(world, instead, recipe)
        if isinstance(found, Elsewhere) and found.home.startswith(f"{incarnation}#"):
            found = await self._ask_for(world, found.home, recipe)  # an earlier stay here
        if isinstance(found, Elsewhere):
            return found
        if incarnation != self.lease.incarnation:
            raise ConnectionError("The lease of this replica has expired meanwhile.")
        home = Home(found, self.lease, is_new=found.recipe == recipe)
        home.log = self._log_of(world, home)
        home.stored = await self.ledger.load(world, found)
        home.log.grew(sum(map(len, home.stored.lines)))
        self.ledger.attach(home.log)
        self.here[world] = home
        return home

    async def _ask_for(self, world: str, instead: str, recipe: str) -> Claimed | Elsewhere:
        return await self.ledger.claim(
            world,
            incarnation=self.lease.incarnation,
            address=self.address,
            instead=instead,
            recipe=recipe,
            skew=self.lease.skew,
        )

    def _log_of(self, world: str, home: Home) -> LedgerLog:
        claimed = home.claimed
        return LedgerLog(
            world,
            claimed.home,
            seq=claimed.seq,
            numbers_after=(claimed.epoch - 1) * NUMBERS_OF_A_STAY,
            may_act=home.may_act,
            note=self.ledger.note,
            on_lost=lambda: self._fenced(world, home),
            on_gap=lambda: self._write_whole(world, home),
        )

    # Leaving

    def release(self, world: str) -> None:
        """Let any replica be the next home of a world whose sandbox is closed."""
        home = self._take(world)
        if home is not None and not home.log.is_lost:
            home.log.release()

    def forget(self, world: str) -> bool:
        """Delete a world; return whether it was there before this stay. Raises `WorldMoved`."""
        home = self.here.get(world)
        if home is None:
            return False
        home.log.forget()
        self._take(world)
        return not home.is_new

    def set_aside(self, world: str, suffix: str) -> None:
        """Keep what is stored of a world under other keys. Raises `WorldMoved`."""
        home = self.here.get(world)
        if home is not None:
            home.log.set_aside(suffix)
            self._take(world)

    async def hand_over(self, world: str) -> bool:
        """Store all of a world, and let another replica be its home; return whether that was done.

        Requests that come meanwhile are held until it has its next home.
        """
        home = self.here.get(world)
        if home is None or home.is_leaving:
            return False
        home.is_leaving = True
        for sandbox in self.sandboxes:
            if sandbox.name == world and not home.log.is_lost:
                await sandbox.free()
                sandbox.clock.tick(for_client=False)
                sandbox.defer_settings()
        await home.log.settled()  # if the ledger lacks lines, the world is written whole first
        self._leave(world)
        await asyncio.wait([self._leaving[world]])
        self.release(world)  # where no sandbox was open
        return await home.log.settled()

    def _take(self, world: str) -> Home | None:
        home = self.here.pop(world, None)
        if home is not None:
            home.is_leaving = True
            self._ended.append(home.log)
        return home

    def _fenced(self, world: str, home: Home) -> None:
        """Drop a world unsaved, since another replica is its home."""
        if self.here.get(world) is home:
            _log.warning("Sandbox %s has another home now; this replica drops it.", world)
            self._drop(world)

    def _all_lost(self) -> None:
        """Drop all worlds, since the lease may have expired."""
        if self.here:
            count = len(self.here)
            _log.warning("The lease was not renewed in time; %d sandbox(es) are dropped.", count)
        for world, home in list(self.here.items()):
            home.log.lose(is_certain=False)
            self._drop(world)

    def _drop(self, world: str) -> None:
        self._take(world)
        self._leave(world)

    def _leave(self, world: str) -> None:
        if world not in self._leaving:
            leaving = asyncio.create_task(self.sandboxes.leave(world))
            self._leaving[world] = leaving
            leaving.add_done_callback(lambda _: self._leaving.pop(world, None))

    # Meanwhile

    def _write_whole(self, world: str, home: Home) -> None:
        """Write a world whole, since the ledger has lost some of it."""
        for sandbox in self.sandboxes:
            if sandbox.name == world and self.here.get(world) is home:
                _log.warning(
                    "The ledger has lost changes of sandbox %s: it is written whole.", world
                )
                sandbox.compact_log()
        if self.here.get(world) is not home:
            home.log.lose(is_certain=False)  # nobody has the world any more

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._store_rate_windows()
            self._release_unopened()
            for log in self._ended:
                if log.is_settled or log.is_lost:
                    self.ledger.detach(log)
            self._ended = [log for log in self._ended if not (log.is_settled or log.is_lost)]

    def _store_rate_windows(self) -> None:
        """Store what the limits have counted in worlds that were used since the last look."""
        for sandbox in self.sandboxes:
            home = self.here.get(sandbox.name)
            used_at = sandbox.clock.touched_at
            if home is None or home.used_at == used_at or sandbox.is_held or sandbox.has_moved:
                continue
            home.used_at = used_at
            if sandbox.rate_limiter.windows:
                with sandbox.clock.aside():
                    sandbox.defer_settings()

    def _release_unopened(self) -> None:
        """Release worlds that no sandbox was opened for, such as where there was no room.

        A world that was made for this stay is forgotten.
        """
        since = time.monotonic() - _UNOPENED_SECONDS
        for world, home in list(self.here.items()):
            if home.began >= since or home.log.is_lost or self.sandboxes.holds(world):
                continue
            if home.is_new and not home.log.made:
                self.forget(world)
            else:
                self.release(world)
