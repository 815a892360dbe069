"""Sandboxes in a folder: a snapshot, and a log of the changes since, for each.

    DIR/lock                            held while a server uses the folder
    DIR/<sandbox>/<n>.json              the whole state
    DIR/<sandbox>/<n>.log               a line of JSON for each change since
    DIR/<sandbox>/checkpoints/<hex>     a named state

A change is written to the log before it is acknowledged, so killing the process at any instant
loses nothing that was acknowledged. When a log outgrows its snapshot, both start over under the
next number: the snapshot is written beside the old one and then renamed. A line that was cut off by
the end of the process was never acknowledged, and is dropped.
"""

import contextlib
import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Self

from statuspool_mock import simulation
from statuspool_mock.atomic_files import write_whole
from statuspool_mock.sandbox import InvalidInput, State, state_data, state_from
from statuspool_mock.sandbox.persistence import StoredSandbox
from statuspool_mock.sandbox.state import settings_data, with_settings
from statuspool_mock.simulation import Command, SimulationError, Status, Team, World
from statuspool_mock.webhooks import Outbox

_SMALLEST_LOG = 256 * 1024
_COMMANDS: Mapping[str, Any] = {kind.__name__: kind for kind in Command.__args__}
_log = logging.getLogger(__name__)


class StorageUnavailable(Exception):
    """The folder cannot be used to store sandboxes; the message says why."""


class DirectoryStorage:
    """Stores the sandboxes of one server in a folder. Raises `StorageUnavailable`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable(
                f"Cannot store worlds in {folder}: {error.strerror}."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise StorageUnavailable(f"Another server stores its worlds in {folder}.") from error
        self._shelves: dict[str, SandboxDirectory] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for directory in self._shelves.values():
            directory.close()
        os.close(self._lock)

    def load(self, name: str) -> StoredSandbox | None:
        """Return the stored sandbox with that name, if there is one."""
        return self.change_log(name).load()

    def change_log(self, name: str) -> "SandboxDirectory":
        """Return the folder of that sandbox."""
        if name not in self._shelves:
            self._shelves[name] = SandboxDirectory(self._folder / name)
        return self._shelves[name]

    def release(self, name: str) -> None:
        """Close the files of that sandbox; it stays stored."""
        directory = self._shelves.pop(name, None)
        if directory is not None:
            directory.close()

    def forget(self, name: str) -> None:
        """Delete the files of that sandbox."""
        self.release(name)
        shutil.rmtree(self._folder / name, ignore_errors=True)


class SandboxDirectory:
    """The folder of one sandbox."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._log: int | None = None
        self._log_bytes = 0
        self._snapshot_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the log has outgrown its snapshot."""
        return self._log_bytes > max(_SMALLEST_LOG, self._snapshot_bytes)

    def append_command(self, command: Command, *, at: int) -> None:
        """Append a command."""
        self._write({"at": at, "command": type(command).__name__, "values": asdict(command)})

    def append_settings(self, state: State) -> None:
        """Append clock, faults, rate windows and the active script, with the real time."""
        self._write({"settings": settings_data(state), "unix": time.time()})

    def append_outbox(self, change: Mapping[str, Any]) -> None:
        """Append a change of the outbox."""
        self._write({"outbox": change})

    def write_snapshot(self, state: State) -> None:
        """Write a snapshot and start an empty log after it."""
        (self._folder / "checkpoints").mkdir(mode=0o700, parents=True, exist_ok=True)
        data = {"unix": time.time(), "state": state_data(state)}
        number = self._number + 1
        self._snapshot_bytes = _write_json(self._folder / f"{number}.json", data)
        self.close()
        path = self._folder / f"{number}.log"
        self._log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._log_bytes = 0
        previous, self._number = self._number, number
        for suffix in ("json", "log"):
            with contextlib.suppress(FileNotFoundError):
                (self._folder / f"{previous}.{suffix}").unlink()

    def write_checkpoint(self, name: str, state: State | None) -> None:
        """Write a checkpoint, or delete it."""
        path = self._folder / "checkpoints" / name.encode().hex()
        if state is None:
            path.unlink(missing_ok=True)
        else:
            _write_json(path, state_data(state))

    def load(self) -> StoredSandbox | None:
        """Return the stored sandbox: the newest snapshot with its log applied."""
        numbers = sorted(int(path.stem) for path in self._folder.glob("*.json"))
        for number in reversed(numbers):
            kept = self._load(number)
            if kept is not None:
                self._number = max(numbers)
                return kept
        return None

    def close(self) -> None:
        """Close the log."""
        if self._log is not None:
            os.close(self._log)
            self._log = None

    def _load(self, number: int) -> StoredSandbox | None:
        path = self._folder / f"{number}.json"
        try:
            data = json.loads(path.read_text("utf-8"))
            state, unix = state_from(data["state"]), float(data["unix"])
        except (OSError, ValueError, KeyError, TypeError, InvalidInput) as error:
            _log.warning("%s cannot be read and is ignored: %s", path, error)
            return None
        world, outbox = World.from_image(state.world), Outbox(state.outbox)
        for line in _lines(self._folder / f"{number}.log"):
            try:
                if "command" in line:
                    world.advance(to=max(line["at"], world.now))
                    world.apply(_command(line["command"], line["values"]))
                elif "outbox" in line:
                    webhooks = {one.id: one for team in Team for one in world.webhooks(team=team)}
                    outbox.replay(line["outbox"], webhooks)
                else:
                    state, unix = with_settings(state.world, line["settings"]), float(line["unix"])
            except (KeyError, TypeError, ValueError, SimulationError, InvalidInput) as error:
                _log.warning("%s: everything after %r is ignored: %s", path, line, error)
                break
        world.advance(to=world.now)
        state = replace(with_settings(world.image(), settings_data(state)), outbox=outbox.image())
        return StoredSandbox(state, max(time.time() - unix, 0.0), self._checkpoints())

    def _checkpoints(self) -> dict[str, State]:
        found = {}
        for path in sorted((self._folder / "checkpoints").glob("[!.]*")):
            try:
                name = bytes.fromhex(path.name).decode()
                found[name] = state_from(json.loads(path.read_text("utf-8")))
            except (OSError, ValueError, InvalidInput) as error:
                _log.warning("%s cannot be read and is ignored: %s", path, error)
        return found

    def _write(self, data: Mapping[str, Any]) -> None:
        line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        raw = line.encode("utf-8", "surrogatepass") + b"\n"
        assert self._log is not None  # noqa: S101 - note_whole comes first
        written = os.write(self._log, raw)
        while written < len(raw):
            written += os.write(self._log, raw[written:])
        self._log_bytes += len(raw)


def _write_json(path: Path, data: Any) -> int:
    """Write JSON to a file atomically and return its size in bytes."""
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    write_whole(path, raw, durable=True)
    return len(raw)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the complete lines of a log."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return
    whole, _, _ = raw.rpartition(b"\n")
    for line in whole.split(b"\n"):
        if line:
            try:
                yield json.loads(line.decode("utf-8", "surrogatepass"))
            except ValueError as error:
                _log.warning("%s: everything after a damaged line is ignored: %s", path, error)
                return


def _command(name: str, values: Mapping[str, Any]) -> Command:
    """Return the command of a line. Raises `KeyError` or `TypeError`."""
    kind = _COMMANDS[name]
    known = {field.name for field in fields(kind)}
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values.items()
        if key in known
    }
    if "team" in given:
        given["team"] = Team(given["team"])
    if name == simulation.ForceStatus.__name__:
        given["status"] = Status(given["status"])
    command: Command = kind(**given)
    return command
