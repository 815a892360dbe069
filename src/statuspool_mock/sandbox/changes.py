"""The changes of a sandbox as they are stored, and how they are applied again.

A change is stored before it is made, where it could be refused to a client, or right after it,
where it follows from others: messages for the outbox, attempts to deliver, faults drawn.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
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
from statuspool_mock.simulation import (
    Command,
    DeleteWebhook,
    DisableWebhook,
    Fact,
    NoteGone,
    NoteTrigger,
    Outage,
    ScriptOutages,
    SimulationError,
    Status,
    Steps,
    Team,
    World,
)
from statuspool_mock.webhooks import Outbox

Json = Mapping[str, Any]
_log = logging.getLogger(__name__)
_OF_DELIVERIES = frozenset({NoteTrigger.__name__, NoteGone.__name__})
_COMMANDS: Mapping[str, Any] = {kind.__name__: kind for kind in Command.__args__}
_FIELDS: Mapping[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (*Command.__args__, Outage)
}
"""The names of the fields of each: to list them takes longer than to read their values."""


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

    def carry_out(self, world: World) -> Steps[list[Fact]]:
        """Move the time of a world, in steps. Raises `ClockRanBackwards`."""
        return world.advancing(to=self.to, most=self.most, to_next=self.to_next)


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
            command = change.command
            values = _values(command)
            if isinstance(command, ScriptOutages):
                values["outages"] = [_values(outage) for outage in command.outages]
            return {"at": change.at, "command": type(command).__name__, "values": values}
        case TimeMoved():
            return {"move": change._asdict(), "unix": time.time()}
        case SettingsChanged():
            return {"settings": settings_data(change.settings), "unix": time.time()}
        case OutboxChanged():
            return {"at": change.at, "outbox": change.changes}


class Replay:
    """Applies stored changes to a state that was written at a time `unix`."""

    def __init__(self, state: State, unix: float, world: World) -> None:
        self._settings: SandboxSettings = state
        self._unix = unix
        self.world = world
        """The world of the state; whoever takes it applies no further changes."""
        self._outbox = Outbox(state.outbox)
        self._facts: list[Fact] = []

    def applying(self, data: Json) -> Steps[None]:
        """Apply a change. Raises an exception if it is not one."""
        if "command" in data:
            is_delivery = data["command"] in _OF_DELIVERIES
            yield from self._advancing(data["at"], is_delivery=is_delivery)
            self._apply(_command(data["command"], data["values"]))
        elif "move" in data:
            moved = TimeMoved(**data["move"])
            yield from self._advancing(moved.at)
            with suppress(SimulationError):  # refused then as well, see `_apply`
                self._facts += yield from moved.carry_out(self.world)
            self._unix = float(data["unix"])
            self._settings = replace(self._settings, clock=self._moved(moved.at))
        elif "settings" in data:
            self._unix = float(data["unix"])
            self._settings = settings_from(data["settings"])
        else:
            is_delivery = not any("posted" in change for change in data["outbox"])
            yield from self._advancing(data["at"], is_delivery=is_delivery)
            if not is_delivery:
                self._facts.clear()  # their messages are among the changes
            for change in data["outbox"]:
                self._replay_outbox(change)

    def result(self) -> tuple[State, float, list[Fact]]:
        """Return the state, when it was written, and facts whose messages were not stored.

        The server was killed between storing a change and storing the messages about it.
        """
        facts = self._facts + self.world.advance(to=self.world.now)
        state = state_of(self._settings, self.world.image(), self._outbox.image())
        return state, self._unix, facts

    def _advancing(self, at: int, *, is_delivery: bool = False) -> Steps[None]:
        """Advance to a change. What happened before it is told already, unless it is of a delivery.

        Deliveries go on while time is moved, and their changes may come before the messages.
        """
        if at > self.world.now or not is_delivery:
            self._facts = []
        yield from self.world.advancing(to=max(at, self.world.now))

    def _apply(self, command: Command) -> None:
        with suppress(SimulationError):  # refused then as well, and not retracted before a kill
            self.world.apply(command)
            if isinstance(command, DisableWebhook | DeleteWebhook):
                self._replay_outbox({"closed": command.webhook_id})

    def _replay_outbox(self, change: Json) -> None:
        try:
            self._outbox.replay(change, self._webhooks())
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("A change of the outbox is ignored: %r, %r", error, change)

    def _moved(self, began: int) -> ClockReading:
        clock = self._settings.clock
        if clock.until is not None and began >= clock.until:
            clock = replace(clock, rate=clock.then, until=None)
        now = self.world.now
        until = clock.until if clock.until is not None and now < clock.until else None
        return replace(clock, shows=float(now), until=until)

    def _webhooks(self) -> dict[str, Any]:
        return {one.id: one for team in Team for one in self.world.webhooks(team=team)}


def _values(command: Command | Outage) -> dict[str, Any]:
    """Return the values of a dataclass as they are; `asdict` would copy each of them."""
    return {name: getattr(command, name) for name in _FIELDS[type(command)]}


def _outage(values: Json) -> Outage:
    regions = values["regions"]
    return Outage(**{**values, "regions": None if regions is None else tuple(regions)})


def _command(name: str, values: Json) -> Command:
    """Return the command of stored data. Raises `KeyError` or `TypeError`."""
    kind = _COMMANDS[name]
    known = _FIELDS[kind]
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values.items()
        if key in known
    }
    if "team" in given:
        given["team"] = Team(given["team"])
    if name == simulation.ForceStatus.__name__:
        given["status"] = Status(given["status"])
    if name == ScriptOutages.__name__:
        given["outages"] = tuple(_outage(values) for values in given["outages"])
    command: Command = kind(**given)
    return command
