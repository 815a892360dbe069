"""One call of the control plane, judged right: which world, with which values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from statuspool_mock import time_parsing
from statuspool_mock.sandbox import Access, InvalidInput, Sandbox, Sandboxes
from statuspool_mock.simulation import Command, Monitor, Team, World


class MutantSwitch(Protocol):
    """Which mutants the server has."""

    may_switch: bool

    def listed(self) -> Iterable[dict[str, Any]]:
        """Return mutants as data."""

    def switch(self, names: Sequence[str]) -> None:
        """Have these mutants and no others. Raises `ValueError` for an unknown name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlContext:
    """`path` and `values` are the parameters of path and query, `body` the JSON that was sent."""

    sandboxes: Sandboxes
    access: Access | None
    """None for the operations that need no key."""
    path: Mapping[str, str]
    values: Mapping[str, Any]
    body: Any
    headers: Mapping[bytes, bytes]
    active_mutants: MutantSwitch

    @property
    def sandbox(self) -> Sandbox:
        """The world that the key opened, with its clock and memory."""
        assert self.access is not None  # noqa: S101 - the document asks for a key
        return self.access.sandbox

    @property
    def team(self) -> Team:
        """Whose monitors the key may drive."""
        assert self.access is not None  # noqa: S101 - the document asks for a key
        return self.access.team

    @property
    def world(self) -> World:
        """The world to look at; changes go through the sandbox."""
        return self.sandbox.world

    def monitor(self) -> Monitor:
        """Return the monitor that the path names. Raises `UnknownMonitor`, `ForeignMonitor`."""
        return self.world.monitor(self.path["id"].lower(), team=self.team)

    def apply(self, command: Command) -> Monitor:
        """Carry out a command on a monitor and return the monitor."""
        made = self.sandbox.apply(command)
        assert isinstance(made, Monitor)  # noqa: S101 - for the type checker
        return made

    def duration(self, name: str) -> int | None:
        """Return a field of the body in seconds, None where it is not there."""
        return None if name not in self.body else duration(self.body[name], field=name)

    def instant(self, name: str) -> int | None:
        """Return a field of the body as an instant, None where it is not there."""
        return instant(self.body.get(name), field=name)


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
