"""Sandboxes by API key: each key name opens a world of its own."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping

from statuspool_mock.contract import Document
from statuspool_mock.exchanges import MOST_EXCHANGES
from statuspool_mock.sandbox.access import Access, KeyRejected
from statuspool_mock.sandbox.errors import NotFound
from statuspool_mock.sandbox.persistence import NullStorage, Storage
from statuspool_mock.sandbox.rate_limits import RateLimit
from statuspool_mock.sandbox.sandbox import InitialWorld, Sandbox
from statuspool_mock.webhooks.sender import WebhookSender

_KEY = re.compile(r"sp_test_(?P<name>[A-Za-z0-9_-]{1,64})(?:\.(?P<role>[a-z]+))?", re.ASCII)
_ROLES = {None: "full", "ro": "read-only", "rival": "rival"}
_DEAD = frozenset({"revoked", "expired"})
OpenWorld = Callable[[str | None, int | None], InitialWorld]
"""Makes a world, from the server's scenario and seed unless others are given."""

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

    def access(self, key: str) -> Access:
        """Return the access of a key, opening its sandbox on first use. Raises `KeyRejected`."""
        access = self._accesses.get(key)
        return self._grant(key) if access is None else access

    def __len__(self) -> int:
        return len(self._sandboxes)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(list(self._sandboxes.values()))

    def find(self, name: str) -> Sandbox:
        """Return an open sandbox by its name. Raises `NotFound`."""
        if name not in self._sandboxes:
            raise NotFound(f"No sandbox {name!r} is open; a request with its key opens it.")
        return self._sandboxes[name]

    def delete(self, name: str) -> None:
        """Delete a sandbox permanently; its key opens a new one. Raises `NotFound`."""
        self._close(name)
        self._storage.forget(name)

    def _close(self, name: str) -> None:
        sandbox = self.find(name)
        del self._sandboxes[name]
        self._storage.release(name)
        self._accesses = {
            key: access for key, access in self._accesses.items() if access.sandbox is not sandbox
        }

    def _grant(self, key: str) -> Access:
        name, role = self._read(key)
        sandbox = self._sandboxes.get(name)
        if sandbox is None:
            self._make_room()
            sandbox = self._sandboxes[name] = self._open(name)
        access = self._accesses[key] = Access(sandbox, role=role, limit=self.limit)
        return access

    def _open(self, name: str) -> Sandbox:
        change_log, kept = self._storage.change_log(name), self._storage.load(name)
        if kept is None:
            opening = self.open_world(None, None)
            sandbox = Sandbox(
                name,
                opening,
                self.wall,
                change_log=change_log,
                sender=self._sender,
                most_exchanges=self._most_exchanges,
            )
        else:
            sandbox = Sandbox.resumed(
                name,
                kept,
                self.wall,
                change_log=change_log,
                sender=self._sender,
                most_exchanges=self._most_exchanges,
            )
        sandbox.write_snapshot()
        return sandbox

    def _read(self, key: str) -> tuple[str, str]:
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
        idle = [
            name for name, sandbox in self._sandboxes.items() if sandbox.clock.touched_at < stale
        ]
        if not idle and len(self._sandboxes) >= self.most:
            idle = [min(self._sandboxes, key=lambda name: self._sandboxes[name].clock.touched_at)]
        for name in idle:
            self._close(name)
        if idle:
            _log.warning("Closed %d idle sandbox(es); %d stay open.", len(idle), len(self))
