"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o600, replace: bool = True) -> None:
    """Write a file so that nobody ever reads half of it. Raises `OSError`.

    Without `replace` a file that is there already stays, whoever has just made it.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        new.chmod(mode)
        if replace:
            new.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)
