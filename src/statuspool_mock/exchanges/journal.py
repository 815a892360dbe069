"""The newest exchanges of a world, bounded in number and in bytes."""

from collections import deque
from collections.abc import Iterator

from statuspool_mock.exchanges.exchange import (
    BODY,
    CONTENT,
    IS_CUT,
    IS_EDITED,
    NUMBER,
    RESPONSE_HEADERS,
    STATUS,
    Entry,
    Exchange,
    Headers,
    exchange_of,
    size_of,
)

MOST_EXCHANGES = 1_000
MOST_BYTES = 4 << 20


class Journal:
    """Keeps the newest exchanges, at most `most` and at most so many bytes. 0 keeps none.

    The first one is numbered after `after`; unless that is 0, there were others elsewhere.
    """

    def __init__(
        self, *, most: int = MOST_EXCHANGES, most_bytes: int = MOST_BYTES, after: int = 0
    ) -> None:
        self._kept: deque[Entry] = deque()
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self.written = after
        """How many were ever written, which is the number of the newest."""
        self.misses_earlier = after > 0
        """Whether the world's exchanges elsewhere belong to this journal, but are not in it."""

    def __iter__(self) -> Iterator[Exchange]:
        return (exchange_of(entry) for entry in self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def is_kept(self) -> bool:
        """Whether exchanges are kept at all."""
        return self._most > 0

    @property
    def first(self) -> int:
        """The number of the oldest exchange that is kept, or of the next one."""
        return self.written + 1 - len(self._kept)

    @property
    def newest(self) -> Exchange:
        """The exchange that was written last. Raises `IndexError` if there is none."""
        return exchange_of(self._kept[-1])

    def write(self, entry: Entry) -> None:
        """Write an exchange; its number is the one after `written`."""
        size = _size(entry)
        if size > self._most_bytes:
            entry[BODY] = entry[CONTENT] = b""
            entry[IS_CUT] = True
            size = _size(entry)
        kept = self._kept
        kept.append(entry)
        self.written = entry[NUMBER]
        self._bytes += size
        while len(kept) > self._most or (self._bytes > self._most_bytes and len(kept) > 1):
            self._bytes -= _size(kept.popleft())

    def amend(self, entry: Entry, *, status: int, headers: Headers, content: bytes) -> None:
        """Replace the response of an exchange, which is marked as edited, if it is still kept."""
        index = entry[NUMBER] - self.first
        if not (0 <= index < len(self._kept) and self._kept[index] is entry):
            return
        self._bytes -= _size(entry)
        entry[STATUS], entry[RESPONSE_HEADERS], entry[IS_EDITED] = status, headers, True
        entry[CONTENT] = b"" if entry[IS_CUT] else content
        self._bytes += _size(entry)

    def find(self, number: int) -> Exchange | None:
        """Return the exchange with that number, if it is still kept."""
        index = number - self.first
        return exchange_of(self._kept[index]) if 0 <= index < len(self._kept) else None

    def clear(self) -> None:
        """Remove every exchange; numbering continues."""
        self._kept.clear()
        self._bytes = 0
        self.misses_earlier = False


def _size(entry: Entry) -> int:
    return size_of(entry[BODY], entry[CONTENT])
