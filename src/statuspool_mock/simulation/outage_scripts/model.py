"""The words of the stage: what is asked for, and what is written."""

from collections.abc import Callable
from dataclasses import dataclass, field

from statuspool_mock.simulation import Monitor, ScriptOutage
from statuspool_mock.simulation.outage_scripts.builder import ScriptBuilder


class ScriptRejected(Exception):
    """A scene that cannot be played; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageScript:
    """An outage one can ask for by name. `duration_seconds` is how long it takes, about."""

    name: str
    about: str
    duration_seconds: int
    act: Callable[[ScriptBuilder], None]


@dataclass(frozen=True, slots=True)
class ScriptRequest:
    """A screenplay for these monitors, so many seconds after the play's start.

    With `region`, all of it is seen from that region only; `single-region` otherwise takes the one
    that most of the cast is checked from.
    """

    name: str
    cast: tuple[Monitor, ...]
    after_seconds: int = field(default=0, kw_only=True)
    region: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """What happens at an instant, in words."""

    at: int
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledScript:
    """Outages in the order in which to apply them, and cues in the order in which to read them.

    What fails comes after what is only slow: of two outages at once, the later applied one shows.
    """

    outages: tuple[ScriptOutage, ...]
    cues: tuple[ScriptStep, ...]
    start: int
    end: int
