"""The sandboxes of a replica as they are stored in the ledger."""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from statuspool_mock.fleet.homes import Home, Homes
from statuspool_mock.fleet.ledger import StoredBytes
from statuspool_mock.fleet.ledger_log import LedgerLog
from statuspool_mock.fleet.recipes import Recipe
from statuspool_mock.sandbox import Conflict, StorageFailed, WorldDamaged
from statuspool_mock.sandbox.changes import Replay
from statuspool_mock.sandbox.json_steps import JsonReader
from statuspool_mock.sandbox.persistence import StoredSandbox
from statuspool_mock.sandbox.state import ClockReading, State, reading_state
from statuspool_mock.sandbox.stored_world import applying_line, decoded, reading_snapshot
from statuspool_mock.simulation import Steps


class LedgerStorage:
    """Opens the sandboxes of worlds that are at home here."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes

    def loading(self, name: str) -> Steps[StoredSandbox | None]:
        """Return a world as it was when it came here. Raises `WorldDamaged`, `StorageFailed`."""
        home = self._home(name)
        stored, home.stored = home.stored, None
        if stored is None:
            raise StorageFailed(f"The sandbox {name!r} was closed; its next request opens it.")
        try:
            return (yield from self._loading(home, stored))
        except WorldDamaged:
            home.is_damaged = True
            raise

    def _loading(self, home: Home, stored: StoredBytes) -> Steps[StoredSandbox]:
        replay = yield from self._replaying(home, stored)
        with _damage("its log"):
            for line in stored.lines:
                yield from applying_line(replay, line)
            state, unix, facts = replay.result()
        checkpoints = {}
        for mark, content in stored.checkpoints.items():
            with _damage(f"its checkpoint {mark!r}"):
                data = yield from JsonReader().reading(decoded(zlib.decompress(content)))
                checkpoints[mark] = yield from reading_state(data)
        written = unix + home.claimed.skew
        ago = max(time.time() + self._homes.lease.skew - written, 0.0)
        return StoredSandbox(state, ago, checkpoints, facts, replay.world)

    def _replaying(self, home: Home, stored: StoredBytes) -> Steps[Replay]:
        if home.claimed.snapshot:
            with _damage("its snapshot"):
                if stored.snapshot is None:
                    raise ValueError("it is missing")
                return (yield from reading_snapshot(zlib.decompress(stored.snapshot)))
        recipe = Recipe.of(home.claimed.recipe)
        initial = yield from self._homes.book.making(recipe)
        clock = ClockReading(shows=float(initial.world.now), rate=initial.rate)
        state = State(clock=clock, world=initial.world.image())
        return Replay(state, recipe.made, initial.world)

    def change_log(self, name: str) -> LedgerLog:
        """Return the log of a world that is at home here. Raises `StorageFailed`."""
        return self._home(name).log

    def release(self, name: str) -> None:
        """Let any replica be the next home of a world whose sandbox is closed.

        A damaged one stays, so that whoever closes it comes to the replica that knows.
        """
        home = self._homes.here.get(name)
        if home is None or not home.is_damaged:
            self._homes.release(name)

    def forget(self, name: str) -> bool:
        """Delete a world and return whether there was one. Raises `StorageFailed`."""
        return self._homes.forget(name)

    def set_aside(self, name: str, *, repair: bool) -> str:
        """Keep a damaged world under other keys; return what they end with. Raises `Conflict`."""
        if repair:
            raise Conflict(
                "A world in a ledger cannot be repaired. "
                f"`statuspool-mock ctl sandbox close {name}` starts over, and keeps what is "
                "stored of it under other keys."
            )
        suffix = f":damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        self._homes.set_aside(name, suffix)
        return suffix

    def ways_out(self, name: str) -> str:
        """Say what can be done about a damaged sandbox."""
        return (
            "What the ledger has of it was left as it is, and cannot be repaired. "
            f"`statuspool-mock ctl sandbox close {name}` starts over, and keeps it under other "
            "keys."
        )

    def _home(self, name: str) -> Home:
        home = self._homes.here.get(name)
        if home is None:
            raise StorageFailed(f"The sandbox {name!r} is at home at another replica.")
        return home


@contextmanager
def _damage(what: str) -> Iterator[None]:
    """Turn every error while something is read into `WorldDamaged`."""
    try:
        yield
    except Exception as error:
        raise WorldDamaged(f"{what} cannot be read ({error})") from error
