"""Writes files atomically, and tells whether one was written to."""

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

    The content may come in pieces. Without `replace` an existing file stays, even one created in
    the meantime. A `durable` file is synced to disk before it is renamed, so that it survives a
    loss of power. What a symbolic link leads to is written, and devices and pipes are written to.
    """
    path = target_of(path)
    pieces = [content] if isinstance(content, bytes) else content
    if is_stream(path):
        path.write_bytes(b"".join(pieces))
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
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


def version_of(path: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever a file is written to or replaced, None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def target_of(path: Path) -> Path:
    """Return where a path leads to, if it is a symbolic link."""
    return path.resolve() if path.is_symlink() else path


def is_stream(path: Path) -> bool:
    """Return whether a path is there and no file that could be replaced, such as /dev/null."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _sync_names(folder: Path) -> None:
    """Sync the names of the files in a folder to disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
