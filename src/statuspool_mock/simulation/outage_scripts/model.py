"""Outage scripts, requests for them, and what they are compiled to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from statuspool_mock.simulation import Monitor, ScriptOutages
from statuspool_mock.simulation.outage_scripts.builder import ScriptBuilder


class ScriptRejected(Exception):
    """A request that cannot be compiled; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageScript:
    """A named script. `duration_seconds` is its approximate length."""

    name: str
    about: str
    duration_seconds: int
    build: Callable[[ScriptBuilder], None]


@dataclass(frozen=True, slots=True)
class ScriptRequest:
    """A script for these monitors, starting `after_seconds` after the start of the play.

    With `region` it is seen from that region only. `single-region` otherwise takes the region that
    most of the monitors are checked from.
    """

    name: str
    monitors: tuple[Monitor, ...]
    after_seconds: int = field(default=0, kw_only=True)
    region: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """A description of what happens at an instant."""

    at: int
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledScript:
    """Commands that set the outages of each monitor, and steps in order of time.

    Failures come after slowness: of two outages at once, the later one in the list shows.
    """

    commands: tuple[ScriptOutages, ...]
    steps: tuple[ScriptStep, ...]
    start: int
    end: int
