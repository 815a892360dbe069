"""The changes of a sandbox as they are stored, and how they are applied again.

A change is stored before it is made, where it could be refused to a client, or right after it,
where it follows from others: messages for the outbox, attempts to deliver, faults drawn.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple

from statuspool_mock import simulation
from statuspool_mock.sandbox.state import (
    ClockReading,
    SandboxSettings,
    State,
    settings_data,
    settings_from,
    state_of,
)
from statuspool_mock.simulation import Command, Fact, SimulationError, Status, Team, World
from statuspool_mock.webhooks import Outbox

Json = Mapping[str, Any]
_log = logging.getLogger(__name__)
_COMMANDS: Mapping[str, Any] = {kind.__name__: kind for kind in Command.__args__}


class CommandApplied(NamedTuple):
    """A command was carried out at an instant of the world."""

    at: int
    command: Command


class TimeMoved(NamedTuple):
    """Time was moved from an instant to another one, or to the next event before it."""

    at: int
    to: int
    most: int
    to_next: bool

    def carry_out(self, world: World) -> list[Fact]:
        """Move the time of a world. Raises `ClockRanBackwards`."""
        if self.to_next:
            return world.advance_to_next(before=self.to, most=self.most)
        return world.advance(to=self.to, most=self.most)


class SettingsChanged(NamedTuple):
    """Clock, faults, rate windows or active script are these from now on."""

    settings: SandboxSettings


class OutboxChanged(NamedTuple):
    """The outbox changed; see `Outbox.replay`."""

    at: int
    changes: tuple[Json, ...]


Change = CommandApplied | TimeMoved | SettingsChanged | OutboxChanged


def change_data(change: Change) -> dict[str, Any]:
    """Return a change as plain data for JSON."""
    match change:
        case CommandApplied():
            values = asdict(change.command)
            return {"at": change.at, "command": type(change.command).__name__, "values": values}
        case TimeMoved():
            return {"move": change._asdict(), "unix": time.time()}
        case SettingsChanged():
            return {"settings": settings_data(change.settings), "unix": time.time()}
        case OutboxChanged():
            return {"at": change.at, "outbox": change.changes}


class Replay:
    """Applies stored changes to a state that was written at a time `unix`."""

    def __init__(self, state: State, unix: float) -> None:
        self._settings: SandboxSettings = state
        self._unix = unix
        self._world = World.from_image(state.world)
        self._outbox = Outbox(state.outbox)
        self._facts: list[Fact] = []

    def apply(self, data: Json) -> None:
        """Apply a change. Raises an exception if it is not one."""
        if "command" in data:
            self._advance(data["at"])
            self._apply(_command(data["command"], data["values"]))
        elif "move" in data:
            moved = TimeMoved(**data["move"])
            self._advance(moved.at)
            with suppress(SimulationError):  # refused then as well, see `_apply`
                self._facts += moved.carry_out(self._world)
            self._unix = float(data["unix"])
            self._settings = replace(self._settings, clock=self._moved(moved.at))
        elif "settings" in data:
            self._unix = float(data["unix"])
            self._settings = settings_from(data["settings"])
        else:
            self._advance(data["at"])
            self._facts.clear()  # their messages are among the changes
            for change in data["outbox"]:
                self._replay_outbox(change)

    def result(self) -> tuple[State, float, list[Fact]]:
        """Return the state, when it was written, and facts whose messages were not stored.

        The server was killed between storing a change and storing the messages about it.
        """
        facts = self._facts + self._world.advance(to=self._world.now)
        state = state_of(self._settings, self._world.image(), self._outbox.image())
        return state, self._unix, facts

    def _advance(self, at: int) -> None:
        self._facts = []
        self._world.advance(to=max(at, self._world.now))

    def _apply(self, command: Command) -> None:
        with suppress(SimulationError):  # refused then as well, and not retracted before a kill
            self._world.apply(command)

    def _replay_outbox(self, change: Json) -> None:
        try:
            self._outbox.replay(change, self._webhooks())
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("A change of the outbox is ignored: %r, %r", error, change)

    def _moved(self, began: int) -> ClockReading:
        clock = self._settings.clock
        if clock.until is not None and began >= clock.until:
            clock = replace(clock, rate=clock.then, until=None)
        now = self._world.now
        until = clock.until if clock.until is not None and now < clock.until else None
        return replace(clock, shows=float(now), until=until)

    def _webhooks(self) -> dict[str, Any]:
        return {one.id: one for team in Team for one in self._world.webhooks(team=team)}


def _command(name: str, values: Json) -> Command:
    """Return the command of stored data. Raises `KeyError` or `TypeError`."""
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
