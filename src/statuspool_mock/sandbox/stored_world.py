"""The form in which a world is stored: a snapshot, and a line of JSON for each set of changes."""

import time
from collections.abc import Sequence
from typing import Any

from statuspool_mock.sandbox.changes import Change, Replay, change_data
from statuspool_mock.sandbox.json_steps import JsonReader, encoded, encoding
from statuspool_mock.sandbox.state import State, lazy_state_data, reading_world
from statuspool_mock.simulation import Steps


def line_of(changes: Sequence[Change]) -> bytes:
    """Return changes as one line."""
    return encoded([change_data(change) for change in changes]) + b"\n"


def lining(changes: Sequence[Change]) -> Steps[bytes]:
    """Return changes as one line, which is made in steps."""
    pieces = yield from encoding(change_data(change) for change in changes)
    return b"".join((*pieces, b"\n"))


def snapshot_data(state: State) -> dict[str, Any]:
    """Return a snapshot as data for JSON, with iterators for long lists."""
    return {"unix": time.time(), "state": lazy_state_data(state)}


def reading_snapshot(raw: bytes) -> Steps[Replay]:
    """Return a replay that begins with a snapshot. Raises an exception if it is not one."""
    data = yield from JsonReader().reading(decoded(raw))
    state, world = yield from reading_world(data["state"])
    return Replay(state, float(data["unix"]), world)


def applying_line(replay: Replay, line: bytes) -> Steps[None]:
    """Apply the changes of a line. Raises an exception if it is not one."""
    for change in (yield from JsonReader().reading(decoded(line))):
        yield from replay.applying(change)


def decoded(raw: bytes) -> str:
    """Return stored bytes as text."""
    return raw.decode("utf-8", "surrogatepass")
