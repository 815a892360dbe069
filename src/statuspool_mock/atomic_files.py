"""Writes files atomically."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    mode: int = 0o600,
    replace: bool = True,
    durable: bool = False,
) -> None:
    """Write a file so that nobody ever reads half of it. Raises `OSError`.

    The content may come in pieces.

    Without `replace` an existing file stays, even one created in the meantime. A `durable` file is
    synced to disk before it is renamed, so that it survives a loss of power.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        new.chmod(mode)
        if replace:
            new.replace(path)
            if durable:
                _sync_names(path.parent)
        else:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)


def _sync_names(folder: Path) -> None:
    """Sync the names of the files in a folder to disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
