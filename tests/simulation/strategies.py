"""Random lives of a world: what people do to it, and time that passes in between."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from statuspool_mock.simulation import (
    BEHAVIOURS,
    INTERVALS,
    Check,
    ClearOutages,
    Command,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    EditMonitor,
    ForceStatus,
    Monitor,
    PauseMonitor,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    SimulationError,
    Status,
    Team,
    World,
)

STARTED_AT = 1_736_900_000
REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1", "sa-east-1", "af-south-1")


@dataclass(frozen=True)
class Act:
    """A command without its monitor, which is chosen among those there when it is carried out."""

    kind: type
    chosen: int
    values: dict[str, Any]


def _regions() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(REGIONS), min_size=1, max_size=5, unique=True).map(tuple)


def _acts() -> st.SearchStrategy[Act]:
    chosen = st.integers(0, 5)
    create = st.fixed_dictionaries(
        {
            "team": st.sampled_from(Team),
            "name": st.just("Checkout — api"),
            "url": st.just("https://api.example.com/health"),
            "interval_seconds": st.sampled_from(INTERVALS),
            "regions": _regions(),
            "expected_status": st.sampled_from((200, 204, 503)),
            "behaviour": st.sampled_from(
                ("flapping", "flapping", "degrading", "down", "degraded", "slow", "perfect")
            ),
        }
    )
    edit = st.fixed_dictionaries(
        {},
        optional={
            "interval_seconds": st.sampled_from(INTERVALS),
            "regions": _regions(),
            "expected_status": st.sampled_from((200, 502)),
            "name": st.just("Renamed"),
        },
    )
    script = st.fixed_dictionaries(
        {
            "after": st.integers(-6_000, 4_000),
            "length": st.integers(1, 6_000),
            "regions": st.integers(0, 2 ** len(REGIONS) - 1),
            "status_code": st.sampled_from((200, 502)),
            "response_time_ms": st.sampled_from((None, 143, 2_103)),
        }
    )
    force = st.fixed_dictionaries(
        {
            "status": st.sampled_from((Status.UP, Status.DOWN, Status.DEGRADED)),
            "seconds": st.none() | st.integers(1, 3_000),
        }
    )
    nothing = st.just({})
    return st.one_of(
        st.builds(Act, st.just(CreateMonitor), chosen, create),
        st.builds(Act, st.just(EditMonitor), chosen, edit),
        st.builds(Act, st.just(ScriptOutage), chosen, script),
        st.builds(Act, st.just(ScriptOutage), chosen, script),
        st.builds(Act, st.just(ClearOutages), chosen, nothing),
        st.builds(Act, st.just(ForceStatus), chosen, force),
        st.builds(Act, st.just(ReleaseMonitor), chosen, nothing),
        st.builds(Act, st.just(PauseMonitor), chosen, nothing),
        st.builds(Act, st.just(ResumeMonitor), chosen, nothing),
        st.builds(Act, st.just(DeleteMonitor), chosen, nothing),
        st.builds(Act, st.just(CreateIncident), chosen, st.just({"title": "Planned work"})),
    )


def lives() -> st.SearchStrategy[tuple[int, list[tuple[int, Act]]]]:
    """A seed, and acts with the seconds that pass before each. The first act makes a monitor."""
    step = st.tuples(st.integers(0, 2_500), _acts())
    first = st.builds(
        Act,
        st.just(CreateMonitor),
        st.just(0),
        st.fixed_dictionaries(
            {
                "name": st.just("Prime"),
                "url": st.just("https://prime.example.com"),
                "interval_seconds": st.sampled_from(INTERVALS),
                "behaviour": st.sampled_from(sorted(BEHAVIOURS)),
            }
        ),
    )
    steps = st.tuples(st.tuples(st.just(0), first), st.lists(step, max_size=10))
    return st.tuples(st.integers(0, 2**32), steps.map(lambda pair: [pair[0], *pair[1]]))


def command_of(world: World, act: Act) -> Command | None:
    """Return the act's command, addressed to a monitor there is; None where there is none."""
    values = dict(act.values)
    if act.kind is not CreateMonitor:
        there = everyone(world)
        if not there:
            return None
        monitor = there[act.chosen % len(there)]
        values |= {"monitor_id": monitor.id, "team": monitor.team}
        if act.kind is ScriptOutage:
            values["start"] = world.now + values.pop("after")
            values["end"] = values["start"] + values.pop("length")
            wanted = values["regions"]
            some = tuple(r for n, r in enumerate(monitor.regions) if wanted >> n & 1)
            values["regions"] = some or None
    return act.kind(**values)


def carry_out(world: World, act: Act) -> Command | None:
    """Apply an act and return its command; None where the world refused or there was no monitor."""
    command = command_of(world, act)
    if command is None:
        return None
    try:
        world.apply(command)
    except SimulationError:
        return None
    return command


def live(seed: int, steps: list[tuple[int, Act]]) -> World:
    """Return the world after a whole life."""
    world = World(seed=seed, started_at=STARTED_AT)
    for pause, act in steps:
        world.advance(to=world.now + pause)
        carry_out(world, act)
    world.advance(to=world.now + 1_800)
    return world


def everyone(world: World) -> list[Monitor]:
    """Return the monitors of both teams."""
    return [m for team in Team for m in world.monitors(team=team, limit=10_000).items]


def every_row(world: World, monitor: Monitor) -> list[Check]:
    """Return a monitor's whole log."""
    return list(world.logs(monitor, limit=1_000_000).items)
