"""Which world a request is for, as its head says."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote

from statuspool_mock.sandbox import KeyRejected, Sandboxes
from statuspool_mock.web.middleware import CONTROL_PATH
from statuspool_mock.web.requests import bearer_key

MOST_KNOWN_KEYS = 20_000
"""For how many keys their world is remembered."""
_EVENTS = f"{CONTROL_PATH}/events"
_DEAD = re.compile(r"\.(?:revoked|expired)$")


class RequestWorlds:
    """Tells the worlds of requests by their keys."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._worlds: dict[bytes, str | None] = {}

    def forget(self) -> None:
        """Forget all keys, since the scenario's own may be others now."""
        self._worlds.clear()

    def of(self, headers: Iterable[tuple[bytes, bytes]], path: bytes, query: bytes) -> str | None:
        """Return the name of the world of a request, None if it has no valid key."""
        given = None
        for name, value in headers:
            if name == b"authorization":
                given = value
        if given is None:
            return self._of_query(path, query) if query else None
        try:
            return self._worlds[given]
        except KeyError:
            key = bearer_key(given)
            world = None if key is None else self._of_key(key)
            if len(self._worlds) >= MOST_KNOWN_KEYS:
                self._worlds.clear()
            self._worlds[given] = world
            return world

    def _of_query(self, path: bytes, query: bytes) -> str | None:
        """Return the world of a stream of events, whose key may be in the query."""
        if not unquote(path.decode("latin-1")).endswith(_EVENTS):
            return None
        keys = parse_qs(query.decode("latin-1")).get("key", [""])
        return self._of_key(keys[-1])

    def _of_key(self, key: str) -> str | None:
        try:
            return self._sandboxes.identify(_DEAD.sub("", key))[0]
        except KeyRejected:
            return None
