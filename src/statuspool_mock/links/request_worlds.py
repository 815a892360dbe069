"""Which world a request is for, as its head says."""

import re
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from urllib.parse import parse_qs, unquote

from statuspool_mock.sandbox import KeyRejected, Sandboxes
from statuspool_mock.web.middleware import CONTROL_PATH
from statuspool_mock.web.requests import bearer_key

Found = TypeVar("Found")
MOST_KNOWN_KEYS = 20_000
"""For how many keys their world is remembered."""
_EVENTS = f"{CONTROL_PATH}/events"
_DEAD = re.compile(r"\.(?:revoked|expired)$")


class RequestWorlds(Generic[Found]):
    """Tells by their keys what `find` finds for the names of the worlds of requests."""

    def __init__(self, sandboxes: Sandboxes, find: Callable[[str], Found]) -> None:
        self._sandboxes = sandboxes
        self._find = find
        self._worlds: dict[bytes, Found | None] = {}

    def forget(self) -> None:
        """Forget all keys, since the scenario's own may be others now."""
        self._worlds.clear()

    def of(self, headers: Iterable[tuple[bytes, bytes]], url: bytes) -> Found | None:
        """Return what is found for the world of a request, None if it has no valid key."""
        given = None
        for name, value in headers:
            if name == b"authorization":
                given = value
        if given is None:
            return self._of_query(url) if b"?" in url else None
        try:
            return self._worlds[given]
        except KeyError:
            key = bearer_key(given)
            world = None if key is None else self._of_key(key)
            if len(self._worlds) >= MOST_KNOWN_KEYS:
                self._worlds.clear()
            self._worlds[given] = world
            return world

    def _of_query(self, url: bytes) -> Found | None:
        """Return what is found for a stream of events, whose key may be in the query."""
        path, _, query = url.partition(b"?")
        if not unquote(path.decode("latin-1")).endswith(_EVENTS):
            return None
        keys = parse_qs(query.decode("latin-1")).get("key", [""])
        return self._of_key(keys[-1])

    def _of_key(self, key: str) -> Found | None:
        try:
            return self._find(self._sandboxes.identify(_DEAD.sub("", key))[0])
        except KeyRejected:
            return None
