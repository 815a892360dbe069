"""Sandboxes by API key: each key name opens a world of its own."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from statuspool_mock.contract import Document
from statuspool_mock.exchanges import MOST_EXCHANGES
from statuspool_mock.sandbox.access import Access, KeyRejected
from statuspool_mock.sandbox.errors import NotFound, TooManySandboxes, WorldDamaged
from statuspool_mock.sandbox.long_work import resuming
from statuspool_mock.sandbox.opening_rate import OpeningRate
from statuspool_mock.sandbox.persistence import NullStorage, Storage
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.sandbox.state import InitialWorld
from statuspool_mock.sandbox.turns import Turns
from statuspool_mock.simulation import Steps, World, finish
from statuspool_mock.webhooks.sender import WebhookSender

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_KEY = re.compile(rf"sp_test_(?P<name>{_NAME.pattern})(?:\.(?P<role>[a-z]+))?", re.ASCII)
_ROLES = {None: "full", "ro": "read-only", "rival": "rival"}
_DEAD = frozenset({"revoked", "expired"})
OpenWorld = Callable[[str | None, int | None], InitialWorld]
"""Makes a world, from the server's scenario and seed unless others are given."""

_IN_USE_SECONDS = 600
"""For how long after a request a sandbox is not closed to make room."""

_log = logging.getLogger(__name__)


class Sandboxes:
    """The sandboxes of one server, opened by key, bounded in number, closed when idle.

    `open_world` makes the world of a new sandbox; it raises `InvalidInput` for an unknown scenario.
    An address opens at most `new_per_minute` sandboxes.
    `keys` maps literal keys of the scenario to the sandboxes that they open. With `storage` worlds
    outlive the server; `sender` delivers webhooks. `document` is the API's, and `scenario` the name
    of what worlds start from.
    """

    def __init__(
        self,
        open_world: OpenWorld,
        *,
        document: Document,
        scenario: str = "",
        wall: Callable[[], float],
        limit: RateLimit | None = None,
        keys: Mapping[str, str] | None = None,
        most: int = 200,
        idle_seconds: float = 24 * 3600,
        new_per_minute: int | None = None,
        storage: Storage | None = None,
        sender: WebhookSender | None = None,
        most_exchanges: int = MOST_EXCHANGES,
    ) -> None:
        self.open_world = open_world
        self.document = document
        self.scenario = scenario
        self.wall = wall
        self.limit = limit
        self.most = most
        self.idle_seconds = idle_seconds
        self._opening_rate = OpeningRate(new_per_minute, wall=wall)
        self._keys = dict(keys or {})
        self._storage = storage or NullStorage()
        self._sender = sender
        self._most_exchanges = most_exchanges
        self.turns = Turns()
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._sandboxes: dict[str, Sandbox] = {}
        self._accesses: dict[str, Access] = {}
        self._damaged: dict[str, str] = {}  # why, by the name of the sandbox
        self.on_new_keys: Callable[[], None] = lambda: None
        """Is called when keys may open other sandboxes than before."""

    def access(self, key: str) -> Access:
        """Return the access of a key, opening its sandbox on first use.

        Raises `KeyRejected`, `WorldDamaged` until its files are set aside, `TooManySandboxes`, and
        `StorageFailed`.
        """
        access = self._accesses.get(key)
        return self._grant(key) if access is None else access

    def known(self, key: str) -> Access | None:
        """Return the access of a key that was used before, while its sandbox is open."""
        return self._accesses.get(key)

    async def opened(self, key: str, *, address: str = "") -> Access:
        """Return the access of a key as `access` does; a sandbox is opened beside the loop.

        `address` is where the request comes from.
        """
        access = self._accesses.get(key)
        if access is not None:
            return access
        name, _ = self.identify(key)
        if name not in self._sandboxes and name not in self._damaged:
            opening = self._opening.get(name)
            if opening is None:
                self._check_room()
                self._opening_rate.take(address)
                opening = asyncio.create_task(self._open_in_turns(name))
                self._opening[name] = opening
            await asyncio.shield(opening)
        return self._grant(key)

    def _check_room(self) -> None:
        """Raise `TooManySandboxes` if there is no room, and no sandbox may be closed."""
        if len(self._sandboxes) + len(self._opening) < self.most or self._unused():
            return
        raise TooManySandboxes(
            f"The server holds {len(self._sandboxes)} sandboxes, which is the most "
            "(--max-sandboxes), and all of them are in use. One that is not used for ten minutes "
            "makes room.",
            retry_after=_IN_USE_SECONDS // 10,
        )

    def _unused(self) -> list[str]:
        """Return the sandboxes that may be closed, the longest unused one first."""
        since = self.wall() - _IN_USE_SECONDS
        unused = [
            sandbox
            for sandbox in self._sandboxes.values()
            if sandbox.clock.touched_at < since
            and not sandbox.dispatcher.is_sending
            and not sandbox.is_held
        ]
        return [one.name for one in sorted(unused, key=lambda one: one.clock.touched_at)]

    async def _open_in_turns(self, name: str) -> None:
        try:
            sandbox = await self.turns.take(self._opening_steps(name))
        except WorldDamaged as damage:
            self._note_damage(name, damage)
        else:
            self._admit(sandbox)
        finally:
            del self._opening[name]

    def use_scenario(self, name: str, keys: Mapping[str, str]) -> None:
        """Name the scenario that new sandboxes start from, and its literal keys."""
        self.scenario, self._keys = name, dict(keys)
        self._accesses.clear()
        self.on_new_keys()

    def __len__(self) -> int:
        return len(self._sandboxes)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(list(self._sandboxes.values()))

    @property
    def damaged(self) -> list[tuple[str, str]]:
        """The names of sandboxes that were found damaged, and why they cannot be opened."""
        return sorted(self._damaged.items())

    def find(self, name: str) -> Sandbox:
        """Return an open sandbox by its name. Raises `NotFound`."""
        if name not in self._sandboxes:
            raise NotFound(f"No sandbox {name!r} is open; a request with its key opens it.")
        return self._sandboxes[name]

    def delete(self, name: str) -> None:
        """Delete a sandbox permanently, open or stored; its key opens a new one. Raises `NotFound`.

        The files of a damaged one are kept under another name.
        """
        if name in self._damaged:
            self._set_aside(name, repair=False)
            return
        if name in self._sandboxes:
            self._storage.forget(name)
            self._close(name)
            return
        may_be_stored = _NAME.fullmatch(name) is not None and name not in self._opening
        if not (may_be_stored and self._storage.forget(name)):
            raise NotFound(f"There is no sandbox {name!r}.")

    async def leave(self, name: str) -> None:
        """Close a sandbox that another replica serves from now on; it stays stored."""
        opening = self._opening.get(name)
        if opening is not None:
            await asyncio.wait([opening])
        while name in self._sandboxes and self._sandboxes[name].is_held:
            await self._sandboxes[name].free()
        self._damaged.pop(name, None)
        if name in self._sandboxes:
            self._close(name)

    def may_open(self, address: str) -> bool:
        """Whether a request from an address may open another sandbox now."""
        try:
            self._check_room()
        except TooManySandboxes:
            return False
        return self._opening_rate.allows(address)

    def holds(self, name: str) -> bool:
        """Whether a sandbox is open, being opened or damaged."""
        return name in self._sandboxes or name in self._opening or name in self._damaged

    def repair(self, name: str) -> str:
        """Let a damaged sandbox go on with what can be read. Raises `NotFound`.

        Return the name under which its files are kept.
        """
        if name not in self._damaged:
            raise NotFound(f"No sandbox {name!r} was found damaged; a request with its key checks.")
        return self._set_aside(name, repair=True)

    def _set_aside(self, name: str, *, repair: bool) -> str:
        aside = self._storage.set_aside(name, repair=repair)
        del self._damaged[name]
        return aside

    def _close(self, name: str) -> None:
        sandbox = self.find(name)
        del self._sandboxes[name]
        world = sandbox.close()
        with suppress(RuntimeError):  # without an event loop, the memory is given back at once
            self._dismantling = asyncio.get_running_loop().create_task(
                self.turns.take(world.dismantling())
            )
        sandbox.events.end()
        self._storage.release(name)
        self._accesses = {
            key: access for key, access in self._accesses.items() if access.sandbox is not sandbox
        }

    def _grant(self, key: str) -> Access:
        name, role = self.identify(key)
        if name in self._damaged:
            raise WorldDamaged(self._damaged[name])
        sandbox = self._sandboxes.get(name)
        if sandbox is None:
            self._check_room()
            try:
                sandbox = finish(self._opening_steps(name))
            except WorldDamaged as damage:
                self._note_damage(name, damage)
                raise WorldDamaged(self._damaged[name]) from damage
            self._admit(sandbox)
        access = self._accesses[key] = Access(sandbox, role=role, limit=self.limit)
        return access

    def _admit(self, sandbox: Sandbox) -> None:
        self._make_room()
        self._sandboxes[sandbox.name] = sandbox

    def _note_damage(self, name: str, damage: WorldDamaged) -> None:
        self._damaged[name] = (
            f"The stored world of sandbox {name!r} is damaged: {damage}. "
            f"{self._storage.ways_out(name)}"
        )
        _log.error("%s", self._damaged[name])

    def _opening_steps(self, name: str) -> Steps[Sandbox]:
        """Return a sandbox as it was stored, or a new one. Raises `WorldDamaged`."""
        try:
            change_log = self._storage.change_log(name)
            stored = yield from self._storage.loading(name)
            initial = (
                self.open_world(None, None)
                if stored is None
                else InitialWorld(World(seed=0, started_at=0), 0.0)
            )
            sandbox = Sandbox(
                name,
                initial,
                self.wall,
                change_log=change_log,
                sender=self._sender,
                turns=self.turns,
                most_exchanges=self._most_exchanges,
            )
            yield from sandbox.writing_snapshot() if stored is None else resuming(sandbox, stored)
        except BaseException:
            self._storage.release(name)
            raise
        return sandbox

    def identify(self, key: str) -> tuple[str, str]:
        """Return the name of the sandbox that a key opens, and its role. Raises `KeyRejected`."""
        if key in self._keys:
            return self._keys[key], "full"
        match = _KEY.fullmatch(key)
        if match is None:
            raise KeyRejected
        name, suffix = match["name"], match["role"]
        if suffix in _DEAD and name in self._sandboxes:
            raise KeyRejected(Access(self._sandboxes[name], role=suffix, limit=None))
        if suffix not in _ROLES:
            raise KeyRejected
        return name, _ROLES[suffix]

    def _make_room(self) -> None:
        """Close sandboxes that were idle for too long; if there is none, the longest idle one."""
        stale = self.wall() - self.idle_seconds
        unused = self._unused()
        idle = [name for name in unused if self._sandboxes[name].clock.touched_at < stale]
        if not idle and len(self._sandboxes) >= self.most:
            idle = unused[:1]
        for name in idle:
            self._close(name)
        if idle:
            _log.warning("Closed %d idle sandbox(es); %d stay open.", len(idle), len(self))
