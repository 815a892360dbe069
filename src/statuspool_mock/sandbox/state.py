"""The state of a sandbox as one immutable value, for snapshots, checkpoints and case files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from statuspool_mock.exchanges.faults import Fault, FaultCounts, fault_data, fault_from
from statuspool_mock.sandbox.errors import InvalidInput
from statuspool_mock.sandbox.json_steps import emptying
from statuspool_mock.sandbox.rate_limits import RateWindow
from statuspool_mock.sandbox.snapshot_schema import checking
from statuspool_mock.simulation import (
    SnapshotRejected,
    Steps,
    World,
    finish,
    lazy_picture,
    restoring,
)
from statuspool_mock.simulation.world_state import WorldState
from statuspool_mock.webhooks import OutboxState, image_data, image_from

VERSION = 1
KIND = "statuspool-mock snapshot"


class InitialWorld(NamedTuple):
    """A new world and how many seconds pass in it for each real one."""

    world: World
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What a clock shows, and how fast it runs."""

    shows: float
    rate: float
    until: float | None = None
    then: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveScript:
    """Outage scripts being played: their steps (instant, description) and pace."""

    scripts: tuple[str, ...]
    start: int
    end: int
    pace: str
    steps: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Clock, faults, rate windows and the active outage script of a sandbox."""

    clock: ClockReading
    faults: tuple[tuple[Fault, FaultCounts], ...] = ()
    faults_made: int = 0
    rate_windows: tuple[tuple[str, RateWindow], ...] = ()
    active_script: ActiveScript | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State(SandboxSettings):
    """A sandbox at an instant. Frozen parts are shared, so a state is cheap."""

    world: WorldState
    outbox: OutboxState = field(default_factory=OutboxState)


def lazy_state_data(state: State) -> dict[str, Any]:
    """Return a state as data for JSON, with iterators for long lists. It includes secrets."""
    return {
        "kind": KIND,
        "version": VERSION,
        "world": lazy_picture(state.world),
        "outbox": image_data(state.outbox),
        **settings_data(state),
    }


def settings_data(settings: SandboxSettings) -> dict[str, Any]:
    """Return settings as plain data for JSON."""
    script = settings.active_script
    return {
        "clock": asdict(settings.clock),
        "faults": [fault_data(*entry) for entry in settings.faults],
        "faults_made": settings.faults_made,
        "rate_windows": {
            role: list(window) for role, window in settings.rate_windows if window.used
        },
        "active_script": None if script is None else asdict(script),
    }


def state_from(data: Any) -> State:
    """Return the state of data as of `lazy_state_data`. Raises `InvalidInput`."""
    return finish(reading_state(data))


def reading_state(data: Any) -> Steps[State]:
    """Return a state, in steps, and empty the data. Raises `InvalidInput`, which says why."""
    state, world = yield from reading_world(data)
    yield from world.dismantling()
    return state


def reading_world(data: Any) -> Steps[tuple[State, World]]:
    """Return a state and its world, in steps, and empty the data. Raises `InvalidInput`."""
    if not isinstance(data, Mapping) or data.get("kind") != KIND:
        raise InvalidInput(f"This is not a {KIND}.", field="kind")
    if data.get("version") != VERSION:
        raise InvalidInput(
            f"This snapshot has version {data.get('version')!r}; this release reads version "
            f"{VERSION}.",
            field="version",
        )
    yield from checking(data)
    try:
        world = yield from restoring(data["world"])
    except SnapshotRejected as error:
        raise InvalidInput(str(error), field="world") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"This is not a complete world: {error!r}.", field="world") from None
    try:
        outbox = image_from(data["outbox"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("Must be the outbox of a snapshot.", field="outbox") from None
    settings = settings_from(data)
    yield from emptying(data)
    return state_of(settings, world.image(), outbox), world


def settings_from(data: Mapping[str, Any]) -> SandboxSettings:
    """Return the settings of `settings_data`. Raises `InvalidInput`."""
    try:
        play = data["active_script"]
        return SandboxSettings(
            clock=ClockReading(**data["clock"]),
            faults=tuple(fault_from(entry) for entry in data["faults"]),
            faults_made=data["faults_made"],
            rate_windows=tuple(
                (role, RateWindow(*window)) for role, window in data["rate_windows"].items()
            ),
            active_script=None if play is None else _active_script(play),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"This is not a complete snapshot: {error!r}.") from None


def state_of(settings: SandboxSettings, world: WorldState, outbox: OutboxState) -> State:
    """Return the state of settings, a world and an outbox."""
    values = {one.name: getattr(settings, one.name) for one in fields(SandboxSettings)}
    return State(**values, world=world, outbox=outbox)


def _active_script(data: Mapping[str, Any]) -> ActiveScript:
    return ActiveScript(
        **dict(data)
        | {
            "scripts": tuple(data["scripts"]),
            "steps": tuple((int(at), str(about)) for at, about in data["steps"]),
        }
    )
