"""The sandboxes of a server in a folder.

    DIR/.lock                           held while a server uses the folder
    DIR/<sandbox>/                      see `sandbox_directory`
    DIR/<sandbox>.damaged-<time>/       what a user set aside
    DIR/<sandbox>.deleted               is being deleted

The name of a sandbox has no dot. In a folder's name, a capital letter is the small one after a `+`,
since some file systems do not tell them apart.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from statuspool_mock.sandbox.errors import StorageFailed
from statuspool_mock.sandbox.log_file import storage_failed
from statuspool_mock.sandbox.persistence import StoredSandbox
from statuspool_mock.sandbox.sandbox_directory import SandboxDirectory
from statuspool_mock.simulation import Steps, finish


class StorageUnavailable(Exception):
    """The folder cannot be used to store sandboxes; the message says why."""


class DirectoryStorage:
    """Stores the sandboxes of one server in a folder. Raises `StorageUnavailable`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable(
                f"Cannot store worlds in {folder}: {error.strerror}."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise StorageUnavailable(f"Another server stores its worlds in {folder}.") from error
        self._opened: dict[str, SandboxDirectory] = {}
        for left_behind in folder.glob("*.deleted"):
            shutil.rmtree(left_behind, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_worlds()
        os.close(self._lock)

    def close_worlds(self) -> None:
        """Close the files of all sandboxes; the folder stays in use."""
        for directory in self._opened.values():
            directory.close()

    def loading(self, name: str) -> Steps[StoredSandbox | None]:
        """Return the stored sandbox with that name, if there is one. Raises `WorldDamaged`."""
        return self.change_log(name).loading()

    def change_log(self, name: str) -> SandboxDirectory:
        """Return the folder of that sandbox."""
        if name not in self._opened:
            self._opened[name] = SandboxDirectory(self._path(name))
        return self._opened[name]

    def release(self, name: str) -> None:
        """Close the files of that sandbox; it stays stored."""
        directory = self._opened.pop(name, None)
        if directory is not None:
            directory.close()

    def forget(self, name: str) -> bool:
        """Delete the files of that sandbox and return whether there were any.

        Raises `StorageFailed`; then they are all there.
        """
        path = self._path(name)
        deleted = path.with_name(f"{path.name}.deleted")
        shutil.rmtree(deleted, ignore_errors=True)
        try:
            _rename(path, deleted)
        except FileNotFoundError:
            was_there = False
        else:
            was_there = True
        self.release(name)
        shutil.rmtree(deleted, ignore_errors=True)
        return was_there

    def set_aside(self, name: str, *, repair: bool) -> str:
        """Rename the folder of a damaged sandbox and return its new name.

        With `repair`, what can be read is written under the old name. Raises `StorageFailed`; then
        everything is as it was.
        """
        self.release(name)
        path = self._path(name)
        stored = SandboxDirectory(path).salvage() if repair else None
        aside = next(one for one in _names_aside(path) if not os.path.lexists(one))
        _rename(path, aside)
        if stored is not None:
            try:
                _write(SandboxDirectory(path), stored)
            except StorageFailed:
                shutil.rmtree(path, ignore_errors=True)
                _rename(aside, path)
                raise
        return aside.name

    def ways_out(self, name: str) -> str:
        """Say what can be done about a damaged sandbox."""
        return (
            "Its files were left as they are. "
            f"`statuspool-mock ctl sandbox repair {name}` goes on with what can be read, and "
            f"`statuspool-mock ctl sandbox close {name}` starts over; both keep the damaged files."
        )

    def _path(self, name: str) -> Path:
        return self._folder / re.sub("[A-Z]", lambda letter: f"+{letter[0].lower()}", name)


def _names_aside(path: Path) -> Iterator[Path]:
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    yield path.with_name(f"{path.name}.damaged-{when}")
    for number in range(2, 1_000_000):
        yield path.with_name(f"{path.name}.damaged-{when}-{number}")


def _rename(old: Path, new: Path) -> None:
    """Rename a folder. Raises `StorageFailed`, and `FileNotFoundError` where there is none."""
    try:
        old.rename(new)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_failed(error) from error


def _write(directory: SandboxDirectory, stored: StoredSandbox) -> None:
    """Write a sandbox to a new folder. Raises `StorageFailed`."""
    finish(directory.writing_snapshot(stored.state))
    for name, state in stored.checkpoints.items():
        finish(directory.writing_checkpoint(name, state))
    directory.close()
