"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(
    path: Path, content: bytes, *, mode: int = 0o600, replace: bool = True, durable: bool = False
) -> None:
    """Write a file so that nobody ever reads half of it. Raises `OSError`.

    Without `replace` a file that is there already stays, whoever has just made it. A `durable` one
    is on the disk before it takes its place, so that it outlives a loss of power.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        new.chmod(mode)
        if replace:
            new.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)
