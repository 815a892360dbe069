"""The folder of one sandbox.

    <n>.json              a snapshot: the whole state
    <n>.log               a line of JSON for each set of changes since, made together
    checkpoints/<hex>     a named state

A change is written to the log before it is made, so killing the process at any instant loses
nothing that was acknowledged. When a log outgrows its snapshot, both start over under the next
number: the new log, then the new snapshot beside the old one, which is then renamed. A last line
without an end was never acknowledged, and is cut off. Any other file that cannot be read is damage:
nothing is written until a user decides.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from statuspool_mock.atomic_files import write_whole
from statuspool_mock.sandbox.changes import Change
from statuspool_mock.sandbox.errors import StorageFailed, WorldDamaged
from statuspool_mock.sandbox.json_steps import JsonReader, encoding
from statuspool_mock.sandbox.log_file import LogFile, storage_failed
from statuspool_mock.sandbox.persistence import StoredSandbox
from statuspool_mock.sandbox.state import State, lazy_state_data, reading_state
from statuspool_mock.sandbox.stored_world import (
    applying_line,
    decoded,
    line_of,
    lining,
    reading_snapshot,
    snapshot_data,
)
from statuspool_mock.simulation import Steps, finish

_SMALLEST_LOG = 256 * 1024
_NUMBERED = re.compile(r"([1-9][0-9]{0,14})\.(json|log)")
_CHECKPOINT = re.compile(r"(?:[0-9a-f]{2})+")
_TEMPORARY = re.compile(r"\.(?:[0-9]+\.json|[0-9a-f]+)\.[^.]+")


class SandboxDirectory:
    """The folder of one sandbox. Nothing is touched before something is loaded or written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checkpoints = folder / "checkpoints"
        self._number = 0
        self._log: LogFile | None = None
        self._most_log_bytes = _SMALLEST_LOG
        self._held_back: list[bytes] | None = None
        self._is_closed = False

    # Writing

    may_act = None
    numbers_after = 0

    async def durable(self) -> None:
        """Wait for nothing: what is written survives the end of the process."""

    @property
    def is_full(self) -> bool:
        """Whether the log has outgrown its snapshot."""
        return self._log is not None and self._log.size > self._most_log_bytes

    def append(self, *changes: Change) -> None:
        """Append changes as one line. Raises `StorageFailed`."""
        self._opened().append(line_of(changes))

    def appending(self, *changes: Change) -> Steps[None]:
        """Append changes as one line, which is made in steps. Raises `StorageFailed`."""
        line = yield from lining(changes)
        self._opened().append(line)

    def retract(self) -> None:
        """Cut off the last line."""
        self._opened().retract()

    def defer(self, *changes: Change) -> None:
        """Append changes as one line, before the next one if that is impossible now."""
        if self._held_back is not None:
            self._held_back.append(line_of(changes))
        elif self._log is not None:
            self._log.defer(line_of(changes))

    def hold_back(self) -> None:
        """Keep what is deferred in memory until `let_go`, since another thread may write."""
        self._held_back = []

    def drop_held_back(self) -> None:
        """Forget what was held back: it is about a state that has been replaced."""
        if self._held_back is not None:
            self._held_back.clear()

    def let_go(self) -> None:
        """Append what was held back."""
        held_back, self._held_back = self._held_back, None
        if held_back and self._log is not None:
            self._log.defer(b"".join(held_back))

    @property
    def needs_snapshot(self) -> bool:
        """Whether the log misses changes, so that only a snapshot can store the next one."""
        return self._log is not None and self._log.has_gap

    def writing_snapshot(self, state: State) -> Steps[None]:
        """Write a snapshot and start an empty log after it. Raises `StorageFailed`."""
        content = yield from encoding(snapshot_data(state))
        if self._is_closed:
            raise StorageFailed("The change was not made, since its sandbox was closed meanwhile.")
        number = self._number + 1
        try:
            size = self._start(number, content)
        except OSError as error:
            if self._log is not None:
                self._most_log_bytes = max(self._most_log_bytes, 2 * self._log.size)
            raise storage_failed(error) from error
        self._most_log_bytes = max(_SMALLEST_LOG, size)
        previous, self._number = self._number, number
        for suffix in ("json", "log"):
            with contextlib.suppress(OSError):
                (self._folder / f"{previous}.{suffix}").unlink()

    def _start(self, number: int, content: list[bytes]) -> int:
        """Write a snapshot with an empty log; return its size. Raises `OSError`."""
        for folder in (self._folder, self._checkpoints):
            folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{number}.log"
        log = LogFile(path)
        try:
            write_whole(self._folder / f"{number}.json", content, durable=True)
        except BaseException:
            log.close()
            path.unlink(missing_ok=True)
            raise
        if self._log is not None:
            self._log.close()
        self._log = log
        return sum(map(len, content))

    def writing_checkpoint(self, name: str, state: State) -> Steps[None]:
        """Write a checkpoint. Raises `StorageFailed`."""
        self._opened()
        content = yield from encoding(lazy_state_data(state))
        with _failing():
            write_whole(self._checkpoints / name.encode().hex(), content, durable=True)

    def delete_checkpoint(self, name: str) -> None:
        """Delete a checkpoint. Raises `StorageFailed`."""
        self._opened()
        with _failing():
            (self._checkpoints / name.encode().hex()).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the log. Nothing can be written from now on."""
        self._is_closed = True
        if self._log is not None:
            self._log.close()

    def _opened(self) -> LogFile:
        assert self._log is not None  # noqa: S101 - a sandbox is loaded, or written, first
        return self._log

    # Reading

    def loading(self) -> Steps[StoredSandbox | None]:
        """Return the stored sandbox: the newest snapshot with its log applied.

        Raises `WorldDamaged` where a file cannot be read, and `StorageFailed`.
        """
        if not os.path.lexists(self._folder):
            return None
        number = self._newest()
        if not number:
            return None
        stored, size = yield from self._reading(number)
        try:
            self._tidy(number)
            self._log = LogFile(self._folder / f"{number}.log", size=size)
        except OSError as error:
            raise storage_failed(error) from error
        self._number = number
        self._most_log_bytes = max(_SMALLEST_LOG, (self._folder / f"{number}.json").stat().st_size)
        return stored

    def salvage(self) -> StoredSandbox | None:
        """Return what can be read: a snapshot, its log up to the damage, whole checkpoints."""
        for number in sorted(self._numbers("json"), reverse=True):
            with contextlib.suppress(WorldDamaged):
                return finish(self._reading(number, salvage=True))[0]
        return None

    def _numbers(self, kind: str) -> list[int]:
        if not self._folder.is_dir():
            return []
        found = [_NUMBERED.fullmatch(path.name) for path in self._folder.iterdir()]
        return [int(match[1]) for match in found if match and match[2] == kind]

    def _newest(self) -> int:
        """Return the number of the newest snapshot, or 0 if nothing was ever stored."""
        if not self._folder.is_dir():
            raise WorldDamaged("it is not a folder")
        newest = max(self._numbers("json"), default=0)
        logs = [n for n in self._numbers("log") if (self._folder / f"{n}.log").stat().st_size]
        if max(logs, default=0) > newest:
            raise WorldDamaged(f"{max(logs)}.json is missing")
        if not newest and any(True for _ in self._checkpoint_files()):
            raise WorldDamaged("it has checkpoints but no snapshot")
        return newest

    def _reading(self, number: int, *, salvage: bool = False) -> Steps[tuple[StoredSandbox, int]]:
        """Return a sandbox and the size of what is whole in its log. Raises `WorldDamaged`."""
        snapshot, log = (self._folder / f"{number}.{suffix}" for suffix in ("json", "log"))
        with _damage(snapshot):
            replay = yield from reading_snapshot(snapshot.read_bytes())
        size = 0
        try:
            with _damage(log):
                raw = log.read_bytes()
                whole = raw.rpartition(b"\n")[0] + b"\n" if b"\n" in raw else b""
                for line in whole.splitlines(keepends=True):
                    yield from applying_line(replay, line)
                    size += len(line)
        except WorldDamaged:
            if not salvage:
                raise
        with _damage(snapshot):
            state, unix, facts = replay.result()
        checkpoints = yield from self._reading_checkpoints(salvage=salvage)
        ago = max(time.time() - unix, 0.0)
        return StoredSandbox(state, ago, checkpoints, facts, replay.world), size

    def _reading_checkpoints(self, *, salvage: bool) -> Steps[dict[str, State]]:
        found = {}
        for path in self._checkpoint_files():
            try:
                with _damage(path):
                    name = bytes.fromhex(path.name).decode()
                    data = yield from JsonReader().reading(_text(path))
                    found[name] = yield from reading_state(data)
            except WorldDamaged:
                if not salvage:
                    raise
        return found

    def _checkpoint_files(self) -> Iterator[Path]:
        if self._checkpoints.is_dir():
            for path in sorted(self._checkpoints.iterdir()):
                if _CHECKPOINT.fullmatch(path.name):
                    yield path

    def _tidy(self, newest: int) -> None:
        """Remove what a kill left behind: temporary files, and files of other numbers."""
        for folder in (self._folder, self._checkpoints):
            folder.mkdir(mode=0o700, exist_ok=True)
            with contextlib.suppress(PermissionError):  # another user's
                folder.chmod(0o700)
            for path in folder.iterdir():
                if _TEMPORARY.fullmatch(path.name):
                    path.unlink()
        for suffix in ("json", "log"):
            for number in self._numbers(suffix):
                if number != newest:
                    (self._folder / f"{number}.{suffix}").unlink()


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn every error while a file is read into `WorldDamaged`."""
    try:
        yield
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise WorldDamaged(f"{path.name} cannot be read ({reason})") from error


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    """Turn errors of the operating system into `StorageFailed`."""
    try:
        yield
    except OSError as error:
        raise storage_failed(error) from error


def _text(path: Path) -> str:
    return decoded(path.read_bytes())
