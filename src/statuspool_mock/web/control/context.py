"""The context of one control request: its sandbox and its validated values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from statuspool_mock import time_parsing
from statuspool_mock.sandbox import Access, InvalidInput, Sandbox, Sandboxes, long_work
from statuspool_mock.simulation import Command, Monitor, Team, World
from statuspool_mock.web.control_auth import ControlDenied
from statuspool_mock.web.control_tokens import Grant


class MutantSwitch(Protocol):
    """The mutants of the server."""

    may_switch: bool

    def listed(self) -> Iterable[dict[str, Any]]:
        """Return the mutants as data."""

    async def switch(self, names: Sequence[str]) -> None:
        """Activate exactly these mutants.

        Raises `ValueError` for an unknown name, and `Conflict` where a worker does not answer.
        """


class ScenarioSource(Protocol):
    """The scenario of the server."""

    async def reload(self) -> str:
        """Read it again and return its name.

        Raises `InvalidInput`, and `Conflict` where a worker does not answer.
        """


class FleetView(Protocol):
    """The fleet of the server."""

    async def described(self) -> Mapping[str, Any]:
        """Return its replicas and their worlds. Raises `Conflict` if that is impossible now."""

    async def move(self, world: str, to: str | None) -> Mapping[str, Any]:
        """Move a world to a replica. Raises `NotFound`, `InvalidInput` or `Conflict`."""


class OtherServers(Protocol):
    """The servers that act as one with this one."""

    shares: int
    """Into how many parts the number of sandboxes is divided that may be open at once."""

    async def sandboxes(self) -> Sequence[Mapping[str, Any]]:
        """Return the sandboxes of the others."""


class ServerViews(NamedTuple):
    """What a control plane shows and changes beyond sandboxes."""

    mutants: MutantSwitch
    scenario: ScenarioSource | None
    """None if the scenario cannot be read again."""
    fleet: FleetView | None = None
    """None for a server without a ledger."""
    others: OtherServers | None = None
    """None for a server alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlContext:
    """A control request. `path` and `values` are parameters of path and query, `body` its JSON."""

    sandboxes: Sandboxes
    grant: Grant
    """What the client's token allows it to control."""
    owner: str | None
    """The name of the sandbox of the key; None for operations without a key."""
    access: Access | None
    """None for operations that work without the key's sandbox."""
    path: Mapping[str, str]
    values: Mapping[str, Any]
    body: Any
    headers: Mapping[bytes, bytes]
    server: ServerViews

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the key opens."""
        assert self.access is not None  # noqa: S101 - the document requires a key
        return self.access.sandbox

    @property
    def team(self) -> Team:
        """The team whose monitors the key controls."""
        assert self.access is not None  # noqa: S101 - the document requires a key
        return self.access.team

    @property
    def world(self) -> World:
        """The world, for queries; changes go through the sandbox."""
        return self.sandbox.world

    def own_name(self) -> str:
        """Return the name in the path. Raises `ControlDenied` if it is not the key's own."""
        name = self.path["name"]
        if name != self.owner:
            raise ControlDenied(f"Only a key of the sandbox {name!r} may do this.")
        return name

    def monitor(self) -> Monitor:
        """Return the monitor that the path names. Raises `UnknownMonitor`, `ForeignMonitor`."""
        return self.world.monitor(self.path["id"].lower(), team=self.team)

    async def apply(self, command: Command) -> Monitor:
        """Carry out a command on a monitor and return the monitor."""
        made = await long_work.apply(self.sandbox, command)
        assert isinstance(made, Monitor)  # noqa: S101 - for the type checker
        return made

    def duration(self, name: str) -> int | None:
        """Return a duration of the body in seconds, or None if it is missing."""
        return None if name not in self.body else duration(self.body[name], field=name)

    def instant(self, name: str) -> int | None:
        """Return an instant of the body, or None if it is missing."""
        return instant(self.body.get(name), field=name)


def period(values: Mapping[str, Any]) -> tuple[float, float]:
    """Return the seconds of `from` and `to` of a query; without them there is no bound."""
    since, until = values.get("from"), values.get("to")
    return (
        -math.inf if since is None else since.timestamp(),
        math.inf if until is None else until.timestamp(),
    )


def duration(text: str, *, field: str) -> int:
    """Return the seconds of a duration such as `2h30m`, at least one. Raises `InvalidInput`."""
    try:
        seconds = time_parsing.duration_seconds(text)
    except ValueError as error:
        raise InvalidInput(f"Must be a duration: {error}", field=field) from None
    if seconds < 1:
        raise InvalidInput(f"Must be a second or longer, not {text}", field=field)
    return seconds


def instant(text: str | None, *, field: str) -> int | None:
    """Return an ISO 8601 instant in seconds, None for None. Raises `InvalidInput`."""
    if text is None:
        return None
    try:
        return time_parsing.instant(text)
    except ValueError as error:
        raise InvalidInput(f"Must be an instant: {error}", field=field) from None
