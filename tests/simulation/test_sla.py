"""A breach of the SLA target is told at the very check that makes it, once."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspool_mock.simulation import (
    UPTIME_WINDOW_SECONDS,
    CreateMonitor,
    EditMonitor,
    ForceStatus,
    PauseMonitor,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    SlaBreached,
    Status,
    Team,
    World,
    restore,
    snapshot,
)
from tests.simulation.strategies import every_row, everyone, live, lives

START = 1_736_900_000
SELDOM = (600, 900, 1_500, 3_600)
"""Intervals that keep the logs of 70 days short enough to walk over."""
DAY = 86_400


def make(world, **values):
    defaults = {
        "name": "API",
        "url": "https://api.example.com",
        "interval_seconds": 300,
        "behaviour": "perfect",
        "regions": ("a", "b", "c"),
    }
    return world.apply(CreateMonitor(**defaults | values))


def crossings(rows, target):
    """Walk the log check by check: instants and uptimes at which it fell below the target."""
    checks = [(at, list(some)) for at, some in groupby(rows, key=lambda row: row.timestamp)]
    found, total, failed, oldest, breached = [], 0, 0, 0, False
    for at, some in checks:
        total += len(some)
        failed += sum(row.error_message is not None for row in some)
        while checks[oldest][0] <= at - UPTIME_WINDOW_SECONDS:
            gone = checks[oldest][1]
            total -= len(gone)
            failed -= sum(row.error_message is not None for row in gone)
            oldest += 1
        uptime = 100_000 * (total - failed) // total / 1000
        if uptime < target and not breached:
            found.append((at, uptime))
        breached = uptime < target
    return found


def breaches(facts, monitor):
    return [
        (fact.at, fact.uptime)
        for fact in facts
        if isinstance(fact, SlaBreached) and fact.monitor_id == monitor.id
    ]


@st.composite
def months(draw):
    """A monitor, and what is done to it at instants of the 70 days after its creation."""
    values = {
        "interval_seconds": draw(st.sampled_from(SELDOM)),
        "behaviour": draw(st.sampled_from(("perfect", "flaky", "degrading", "stable", "degraded"))),
        "regions": ("a", "b", "c")[: draw(st.integers(1, 3))],
        "sla_target": draw(st.sampled_from((100.0, 99.99, 99.9, 99.5, 99.123, 99.0, 66.0, 50.0))),
    }
    acts = draw(
        st.lists(
            st.tuples(
                st.integers(1, 60 * DAY),
                st.sampled_from(("script", "edit", "pause", "resume", "force", "release")),
                st.integers(1, 2 * DAY),
                st.sampled_from(SELDOM),
            ),
            max_size=8,
            unique_by=lambda act: act[0],
        )
    )
    return draw(st.integers(0, 2**32)), values, sorted(acts)


def command(kind, monitor, now, length, interval):
    match kind:
        case "script":
            return ScriptOutage(monitor_id=monitor.id, start=now + 1, end=now + 1 + length)
        case "edit":
            return EditMonitor(monitor_id=monitor.id, interval_seconds=interval)
        case "pause":
            return PauseMonitor(monitor_id=monitor.id)
        case "resume":
            return ResumeMonitor(monitor_id=monitor.id)
        case "force":
            return ForceStatus(monitor_id=monitor.id, status=Status.UP, seconds=length)
        case _:
            return ReleaseMonitor(monitor_id=monitor.id)


@pytest.mark.slow
@given(months(), st.sampled_from((None, "restored", "cloned", "imaged")))
@settings(max_examples=100)
def test_breaches_are_told_at_the_checks_a_walk_over_all_of_them_finds(plan, copied):
    """Edits change how densely the window is checked; it may even breach while all is well."""
    seed, values, acts = plan
    world = World(seed=seed, started_at=START)
    monitor = make(world, **values)
    facts = world.advance(to=START)
    for after, kind, length, interval in acts:
        facts += world.advance(to=START + after)
        world.apply(command(kind, monitor, world.now, length, interval))
        facts += world.advance(to=world.now)
        if copied == "restored":
            world = restore(snapshot(world))
        elif copied == "cloned":
            world = world.clone()
        elif copied == "imaged":
            world = World.from_image(world.image())
    facts += world.advance(to=START + 70 * DAY)
    assert breaches(facts, monitor) == crossings(every_row(world, monitor), monitor.sla_target)


@given(lives())
def test_a_monitor_counts_as_breached_while_its_uptime_is_below_the_target(life):
    """Whatever was done to it, its past included."""
    world = live(*life)
    breached = {one.monitor.id: one.breached for one in world.image().monitors}
    for monitor in everyone(world):
        at = world.last_check_at(monitor)
        window = world.logs(
            monitor, since=at - UPTIME_WINDOW_SECONDS + 1, until=at, limit=1_000_000
        ).items
        failed = sum(row.error_message is not None for row in window)
        uptime = 100_000 * (len(window) - failed) // len(window) / 1000
        assert breached[monitor.id] is (uptime < monitor.sla_target)


def test_a_new_monitor_whose_first_check_fails_is_in_breach_at_once():
    world = World(seed=7, started_at=START)
    monitor = make(world, behaviour="down")
    assert SlaBreached(
        at=START, team=Team.OWN, monitor_id=monitor.id, uptime=0.0, target=99.9
    ) in world.advance(to=START)


def test_a_breach_is_told_once_and_again_after_uptime_was_back():
    """Back is at the target or above: 99.9 of 99.9 will do."""
    world = World(seed=7, started_at=START)
    monitor = make(world, regions=("a",))
    world.advance(to=START + 40 * DAY)
    for day in (40, 41, 80):  # 8,640 checks in the window: nine failed are more than 0.1 %
        begin = START + day * DAY + 1
        world.apply(ScriptOutage(monitor_id=monitor.id, start=begin, end=begin + 9 * 300))
    told = breaches(world.advance(to=START + 100 * DAY), monitor)
    assert [(at - START) // DAY for at, _ in told] == [40, 80]
    assert {uptime for _, uptime in told} == {99.895}


def test_a_paused_monitor_does_not_breach():
    """Good rows leave the window of a pause, failed ones stay; the next check tells."""
    world = World(seed=7, started_at=START)
    monitor = make(world, regions=("a",))
    world.advance(to=START + 29 * DAY)
    begin = world.now + 1
    world.apply(ScriptOutage(monitor_id=monitor.id, start=begin, end=begin + 8 * 300))
    assert not breaches(world.advance(to=START + 30 * DAY), monitor)
    world.apply(PauseMonitor(monitor_id=monitor.id))
    assert not breaches(world.advance(to=START + 50 * DAY), monitor)
    assert world.reading(monitor).uptime_30d < monitor.sla_target
    world.apply(ResumeMonitor(monitor_id=monitor.id))
    assert [at for at, _ in breaches(world.advance(to=world.now), monitor)] == [START + 50 * DAY]


def test_a_scripted_past_may_breach_and_mend():
    """Told now, since it is now that it is known."""
    world = World(seed=7, started_at=START)
    monitor = make(world)
    world.advance(to=START + 9 * DAY + 17)
    script = ScriptOutage(monitor_id=monitor.id, start=START + DAY, end=START + 2 * DAY)
    world.apply(script)
    (breach,) = world.advance(to=world.now)
    assert (breach.at, breach.uptime) == (world.now, world.reading(monitor).uptime_30d)
    world.apply(
        ScriptOutage(monitor_id=monitor.id, start=START, end=START + 3 * DAY, status_code=200)
    )
    assert world.advance(to=world.now) == []
    world.apply(script)
    assert len(breaches(world.advance(to=world.now), monitor)) == 1


@pytest.mark.parametrize(("target", "told"), [(0.0, False), (100.0, True)])
def test_the_outermost_targets_are_targets(target, told):
    """Nothing is below 0 %; one failure is below 100 %."""
    world = World(seed=7, started_at=START)
    monitor = make(world, sla_target=target)
    world.advance(to=START + 30 * DAY)
    world.apply(ScriptOutage(monitor_id=monitor.id, start=world.now + 1, end=world.now + 301))
    assert bool(breaches(world.advance(to=START + 31 * DAY), monitor)) is told
