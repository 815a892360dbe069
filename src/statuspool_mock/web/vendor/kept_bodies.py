"""Bodies of responses that are kept as bytes, as long as what they are made from is the same."""

from collections.abc import Hashable
from typing import Any, NamedTuple

from statuspool_mock.exchanges import KeptBody

MOST_BYTES_OF_BODIES = 4 << 20


class _Kept(NamedTuple):
    """A body, its bytes, and what it is made from."""

    source: Any
    body: KeptBody
    content: bytes


class KeptBodies:
    """Keeps the newest bodies, up to a number of bytes. Callers must not change what they get."""

    def __init__(self, most_bytes: int = MOST_BYTES_OF_BODIES) -> None:
        self._kept: dict[Hashable, _Kept] = {}
        self._most_bytes = most_bytes
        self._bytes = 0

    def find(self, key: Hashable, source: Any) -> tuple[KeptBody, bytes] | None:
        """Return the body of a key and its bytes, if it is made from an equal source."""
        kept = self._kept.get(key)
        if kept is None or (kept.source is not source and kept.source != source):
            return None
        return kept.body, kept.content

    def keep(
        self, key: Hashable, source: Any, body: dict[str, Any], content: bytes
    ) -> tuple[KeptBody, bytes]:
        """Keep a body and return it; the oldest ones make room for it."""
        before = self._kept.pop(key, None)
        self._bytes += len(content) - (len(before.content) if before else 0)
        kept = self._kept[key] = _Kept(source, KeptBody(body), content)
        while self._bytes > self._most_bytes:
            oldest = self._kept.pop(next(iter(self._kept)))
            self._bytes -= len(oldest.content)
        return kept.body, content
