"""The entries of an HTTP archive, parsed one at a time, each within bounds."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

import ijson

_MOST_BYTES = 64 << 20
_MOST_DEPTH = 50
_MOST_VALUES = 500_000
_MOST_NAME = 1_000
_Event = tuple[str, Any]


class EntryRejected(Exception):
    """An entry goes beyond a bound; the message says which."""


def entries(file: IO[bytes]) -> Iterator[Any]:
    """Yield the entries. Raises `EntryRejected`, and what ijson raises for broken JSON."""
    metered = _MeteredFile(file)
    counted = _CountedEvents()
    events = counted.checked(ijson.basic_parse(metered, use_float=True))
    for entry in ijson.items(ijson.parse(events), "log.entries.item"):
        yield entry
        metered.read_bytes = counted.values = 0


class _MeteredFile:
    """A file that counts what is read since the last entry."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self.read_bytes += len(piece)
        if self.read_bytes > _MOST_BYTES:
            raise EntryRejected(f"is larger than {_MOST_BYTES >> 20} MiB")
        return piece


class _CountedEvents:
    """Counts levels and values: ijson itself takes memory quadratic in the depth."""

    def __init__(self) -> None:
        self.values = 0

    def checked(self, events: Iterable[_Event]) -> Iterator[_Event]:
        depth = 0
        for name, value in events:
            if name in {"start_map", "start_array"}:
                depth += 1
                if depth > _MOST_DEPTH:
                    raise EntryRejected(f"nests more than {_MOST_DEPTH} levels deep")
            elif name in {"end_map", "end_array"}:
                depth -= 1
            elif name == "map_key" and len(value) > _MOST_NAME:
                raise EntryRejected(f"has a name of more than {_MOST_NAME:,} characters")
            self.values += 1
            if self.values > _MOST_VALUES:
                raise EntryRejected(f"has more than {_MOST_VALUES:,} values")
            yield name, value
