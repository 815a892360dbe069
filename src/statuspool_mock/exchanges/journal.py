"""The newest exchanges of a world, bounded in number and in bytes."""

from collections import deque
from collections.abc import Iterator

from statuspool_mock.exchanges.exchange import Exchange

MOST_EXCHANGES = 1_000
MOST_BYTES = 4 << 20


class Journal:
    """Keeps the newest exchanges, at most `most` and at most so many bytes. 0 keeps none."""

    def __init__(self, *, most: int = MOST_EXCHANGES, most_bytes: int = MOST_BYTES) -> None:
        self._kept: deque[Exchange] = deque()
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self.written = 0
        """How many were ever written, which is the number of the newest."""

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def is_kept(self) -> bool:
        """Whether exchanges are kept at all."""
        return self._most > 0

    @property
    def first(self) -> int:
        """The number of the oldest exchange that is kept, or of the next one."""
        return self._kept[0].number if self._kept else self.written + 1

    @property
    def newest(self) -> Exchange:
        """The exchange that was written last. Raises `IndexError` if there is none."""
        return self._kept[-1]

    def write(self, exchange: Exchange) -> None:
        """Write an exchange; its number is the one after `written`."""
        if exchange.size > self._most_bytes:
            exchange.cut()
        kept = self._kept
        kept.append(exchange)
        self.written = exchange.number
        self._bytes += exchange.size
        while len(kept) > self._most or (self._bytes > self._most_bytes and len(kept) > 1):
            self._bytes -= kept.popleft().size

    def find(self, number: int) -> Exchange | None:
        """Return the exchange with that number, if it is still kept."""
        index = number - self.first
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def clear(self) -> None:
        """Remove every exchange; numbering continues."""
        self._kept.clear()
        self._bytes = 0
