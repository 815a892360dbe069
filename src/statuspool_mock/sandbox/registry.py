"""Sandboxes by API key: each key name opens a world of its own."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping

from statuspool_mock.contract import Document
from statuspool_mock.exchanges import MOST_EXCHANGES
from statuspool_mock.sandbox.access import Access, KeyRejected
from statuspool_mock.sandbox.errors import NotFound, WorldDamaged
from statuspool_mock.sandbox.persistence import NullStorage, Storage
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.sandbox import InitialWorld, Sandbox
from statuspool_mock.webhooks.sender import WebhookSender

_KEY = re.compile(r"sp_test_(?P<name>[A-Za-z0-9_-]{1,64})(?:\.(?P<role>[a-z]+))?", re.ASCII)
_ROLES = {None: "full", "ro": "read-only", "rival": "rival"}
_DEAD = frozenset({"revoked", "expired"})
OpenWorld = Callable[[str | None, int | None], InitialWorld]
"""Makes a world, from the server's scenario and seed unless others are given."""

_DAMAGED = (
    "The stored world of sandbox {name!r} is damaged: {damage}. Its files were left as they are. "
    "`statuspool-mock ctl sandbox repair {name}` goes on with what can be read, and "
    "`statuspool-mock ctl sandbox close {name}` starts over; both keep the damaged files."
)
_log = logging.getLogger(__name__)


class Sandboxes:
    """The sandboxes of one server, opened by key, bounded in number, closed when idle.

    `open_world` makes the world of a new sandbox; it raises `InvalidInput` for an unknown scenario.
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
        self._keys = dict(keys or {})
        self._storage = storage or NullStorage()
        self._sender = sender
        self._most_exchanges = most_exchanges
        self._sandboxes: dict[str, Sandbox] = {}
        self._accesses: dict[str, Access] = {}
        self._damaged: dict[str, str] = {}  # why, by the name of the sandbox

    def access(self, key: str) -> Access:
        """Return the access of a key, opening its sandbox on first use.

        Raises `KeyRejected`, `WorldDamaged` until its files are set aside, and `StorageFailed`.
        """
        access = self._accesses.get(key)
        return self._grant(key) if access is None else access

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
        """Delete a sandbox permanently; its key opens a new one. Raises `NotFound`.

        The files of a damaged one are kept under another name.
        """
        if name in self._damaged:
            self._set_aside(name, repair=False)
            return
        self.find(name)
        self._storage.forget(name)
        self._close(name)

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
        sandbox.close()
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
            sandbox = self._open(name)
            self._make_room()
            self._sandboxes[name] = sandbox
        access = self._accesses[key] = Access(sandbox, role=role, limit=self.limit)
        return access

    def _open(self, name: str) -> Sandbox:
        try:
            return self._opened(name)
        except WorldDamaged as damage:
            self._storage.release(name)
            self._damaged[name] = _DAMAGED.format(name=name, damage=damage)
            _log.error("%s", self._damaged[name])
            raise WorldDamaged(self._damaged[name]) from damage
        except BaseException:
            self._storage.release(name)
            raise

    def _opened(self, name: str) -> Sandbox:
        change_log, kept = self._storage.change_log(name), self._storage.load(name)
        if kept is not None:
            return Sandbox.resumed(
                name,
                kept,
                self.wall,
                change_log=change_log,
                sender=self._sender,
                most_exchanges=self._most_exchanges,
            )
        sandbox = Sandbox(
            name,
            self.open_world(None, None),
            self.wall,
            change_log=change_log,
            sender=self._sender,
            most_exchanges=self._most_exchanges,
        )
        sandbox.write_snapshot()
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
        """Close sandboxes that were idle for too long; if there is none, the longest idle one.

        One that is sending a delivery is closed last: it would be sent again.
        """
        stale = self.wall() - self.idle_seconds
        idle = [
            name
            for name, sandbox in self._sandboxes.items()
            if sandbox.clock.touched_at < stale and not sandbox.dispatcher.is_sending
        ]
        if not idle and len(self._sandboxes) >= self.most:
            idle = [min(self._sandboxes, key=self._use)]
        for name in idle:
            self._close(name)
        if idle:
            _log.warning("Closed %d idle sandbox(es); %d stay open.", len(idle), len(self))

    def _use(self, name: str) -> tuple[bool, float]:
        """Return a key that sorts sandboxes by how much closing them would disturb."""
        sandbox = self._sandboxes[name]
        return sandbox.dispatcher.is_sending, sandbox.clock.touched_at
