"""Outage scripts, requests for them, and what they are compiled to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from statuspool_mock.simulation import Monitor, ScriptOutage
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
    """Outages in the order in which to apply them, and steps in order of time.

    Failures are applied after slowness: of two outages at once, the one applied later shows.
    """

    outages: tuple[ScriptOutage, ...]
    steps: tuple[ScriptStep, ...]
    start: int
    end: int
