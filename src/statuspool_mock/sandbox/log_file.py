"""A file of lines to which whole lines are appended, or nothing."""

import os
from contextlib import suppress
from pathlib import Path

from statuspool_mock.sandbox.errors import StorageFailed

MOST_DEFERRED_BYTES = 1 << 20
"""How many bytes of deferred lines wait for room; beyond them only a new snapshot helps."""


def storage_failed(error: OSError) -> StorageFailed:
    """Return the exception for an error of the operating system."""
    return StorageFailed(
        f"The change was not made, since it cannot be stored: {error.strerror or error}."
    )


class LogFile:
    """Appends lines to a file. A line that cannot be written whole is cut off again."""

    def __init__(self, path: Path, *, size: int = 0) -> None:
        """Open or create a file and cut it off after `size` bytes. Raises `OSError`."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file: int | None = os.open(path, flags, 0o600)
        self.size = size
        self._size_before = size
        self._deferred: list[bytes] = []
        self._is_torn = True
        self.has_gap = False
        """Whether deferred lines had to be given up: the next change needs a snapshot."""
        try:
            self._cut(self._file)
        except OSError:
            self.close()
            raise

    def append(self, line: bytes) -> None:
        """Append a line after those that were deferred. Raises `StorageFailed`."""
        if self.has_gap:
            raise StorageFailed("The change was not made, since earlier ones cannot be stored.")
        deferred = b"".join(self._deferred)
        self._write(deferred + line)
        self._deferred.clear()
        self._size_before = self.size - len(line)

    def retract(self) -> None:
        """Cut off the line that was appended last; later, if that is impossible now."""
        self.size = self._size_before
        self._is_torn = True
        with suppress(OSError):
            self._cut(self._opened())

    def defer(self, line: bytes) -> None:
        """Append a line, before the next one if that is impossible now."""
        if self._file is None or self.has_gap:
            return
        self._deferred.append(line)
        try:
            self.append(b"")
        except StorageFailed:
            if sum(map(len, self._deferred)) > MOST_DEFERRED_BYTES:
                self._deferred.clear()
                self.has_gap = True

    def close(self) -> None:
        """Close the file. Lines can no longer be appended."""
        if self._file is not None:
            if self._deferred:
                self.defer(b"")
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            raise StorageFailed("The change was not made, since its sandbox was closed meanwhile.")
        return self._file

    def _write(self, raw: bytes) -> None:
        file = self._opened()
        try:
            if self._is_torn:
                self._cut(file)
            written = 0
            while written < len(raw):
                written += os.write(file, raw[written:])
        except OSError as error:
            self._is_torn = True
            with suppress(OSError):
                self._cut(file)
            raise storage_failed(error) from error
        self.size += len(raw)

    def _cut(self, file: int) -> None:
        os.ftruncate(file, self.size)
        self._is_torn = False
