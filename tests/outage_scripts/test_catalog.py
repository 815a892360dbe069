"""What each script promises, played in a world and seen by its checks."""

from itertools import groupby, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuspool_mock.simulation import (
    INTERVALS,
    SLOW_FROM_MS,
    CreateMonitor,
    IncidentOpened,
    IncidentResolved,
    Status,
    StatusChanged,
    Team,
    World,
)
from statuspool_mock.simulation.outage_scripts import (
    OUTAGE_SCRIPTS,
    ScriptRejected,
    ScriptRequest,
    compile_scripts,
)

START = 1_736_900_000
DAY = 86_400
REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1")
seeds = st.integers(0, 2**32)


def world_of(*intervals, age=0, **values):
    """A world of spotless monitors, one of each interval."""
    world = World(seed=1, started_at=START)
    for interval in intervals:
        world.apply(
            CreateMonitor(
                name=f"Every {interval} s",
                url="https://perfect.test",
                interval_seconds=interval,
                **values,
            )
        )
    world.advance(to=START + age)
    return world, world.monitors(team=Team.OWN, limit=100).items


def play_in(world, *requests, seed=0):
    """Play the scripts and return the play and what happened from its start to its end."""
    compiled = compile_scripts(requests, seed=seed, start=world.now + 1)
    for command in compiled.commands:
        world.apply(command)
    return compiled, world.advance(to=compiled.end + 600)


def outages_of(compiled):
    return [outage for command in compiled.commands for outage in command.outages]


def states_of(facts, monitor):
    mine = [f for f in facts if isinstance(f, StatusChanged) and f.monitor_id == monitor.id]
    return [fact.current for fact in mine]


def rows_of(world, monitor, compiled):
    return world.logs(monitor, since=compiled.start, until=compiled.end, limit=1_000_000).items


def failing_at(world, monitor, compiled):
    """For each check of the play the regions that failed."""
    return {
        instant: {row.region for row in rows if row.error_message is not None}
        for instant, rows in groupby(
            rows_of(world, monitor, compiled), key=lambda row: row.timestamp
        )
    }


@pytest.mark.parametrize("name", OUTAGE_SCRIPTS)
@given(seed=seeds)
@settings(max_examples=8)
def test_every_play_begins_and_ends_with_all_well(name, seed):
    """Monitors of every interval are affected, and are up again when it is over."""
    world, monitors = world_of(*INTERVALS, age=DAY)
    compiled, facts = play_in(world, ScriptRequest(name, tuple(monitors)), seed=seed)
    for monitor in monitors:
        assert states_of(facts, monitor)[-1] is Status.UP
        assert world.status(monitor) is Status.UP
    assert not world.incidents(team=Team.OWN, resolved=False)
    assert compiled.start < compiled.end
    assert compiled.start <= compiled.steps[0].at
    assert [step.at for step in compiled.steps] == sorted(step.at for step in compiled.steps)
    assert compiled.steps[-1].at <= compiled.end


@pytest.mark.parametrize("name", OUTAGE_SCRIPTS)
def test_a_play_takes_about_as_long_as_announced(name):
    world, monitors = world_of(30, 60, age=30 * DAY)
    compiled = compile_scripts([ScriptRequest(name, tuple(monitors))], seed=3, start=world.now)
    announced = OUTAGE_SCRIPTS[name].duration_seconds
    assert announced / 2 < compiled.end - compiled.start < announced * 2


@pytest.mark.parametrize("name", [name for name in OUTAGE_SCRIPTS if name != "cert-expiry"])
def test_sites_are_slow_around_their_failures(name):
    """No site falls from well to dead and back in a moment; only certificates do."""
    world, (monitor,) = world_of(30, age=DAY)
    compiled, _ = play_in(world, ScriptRequest(name, (monitor,)))
    good = [row for row in rows_of(world, monitor, compiled) if row.error_message is None]
    slow = {row.response_time_ms for row in good if row.response_time_ms >= SLOW_FROM_MS}
    assert name == "flapping" or len(slow) >= 5


@given(seed=seeds, count=st.integers(2, 5))
@settings(max_examples=15)
def test_a_single_region_degrades_and_nothing_goes_down(seed, count):
    regions = (*REGIONS, "sa-east-1", "af-south-1")[:count]
    world, monitors = world_of(*INTERVALS, regions=regions)
    request = ScriptRequest("single-region", tuple(monitors), region=regions[-1])
    compiled, facts = play_in(world, request, seed=seed)
    for monitor in monitors:
        assert set(states_of(facts, monitor)) == {Status.DEGRADED, Status.UP}
        failing = failing_at(world, monitor, compiled)
        assert set().union(*failing.values()) == {regions[-1]}
    assert not world.incidents(team=Team.OWN)


def test_a_single_region_is_drawn_where_none_is_given():
    """The one that most of the cast has; a monitor with no other region is slow in it."""
    world, _ = world_of(30, 60)
    world.apply(
        CreateMonitor(
            name="One eye",
            url="https://perfect.test",
            interval_seconds=60,
            regions=("us-east-1",),
        )
    )
    monitors = world.monitors(team=Team.OWN).items
    compiled, facts = play_in(world, ScriptRequest("single-region", tuple(monitors)))
    assert {region for outage in outages_of(compiled) for region in outage.regions} == {"us-east-1"}
    for monitor in monitors:
        assert set(states_of(facts, monitor)) == {Status.DEGRADED, Status.UP}


@given(seed=seeds)
@settings(max_examples=15)
def test_a_global_outage_takes_all_down_in_all_regions_at_once(seed):
    world, monitors = world_of(*INTERVALS, *INTERVALS)
    compiled, _ = play_in(world, ScriptRequest("global-outage", tuple(monitors)), seed=seed)
    dark = []
    for monitor in monitors:
        failing = failing_at(world, monitor, compiled)
        everywhere = [instant for instant, regions in failing.items() if regions == set(REGIONS)]
        dark.append((everywhere[0], everywhere[-1]))
        (incident,) = world.incidents(team=Team.OWN, monitor_id=monitor.id)
        assert set(incident.affected_regions) == set(REGIONS)
    assert max(first for first, _ in dark) < min(last for _, last in dark)
    messages = {row.error_message for m in monitors for row in rows_of(world, m, compiled)}
    assert len(messages) >= 3


def test_an_expired_certificate_shows_as_tls_everywhere_in_the_same_instant():
    world, monitors = world_of(30, 30, 30)
    compiled, facts = play_in(world, ScriptRequest("cert-expiry", tuple(monitors)))
    opened = [fact for fact in facts if isinstance(fact, IncidentOpened)]
    assert len(opened) == 3
    assert len({fact.at for fact in opened}) == 1
    for monitor in monitors:
        rows = rows_of(world, monitor, compiled)
        messages = {row.error_message for row in rows} - {None}
        assert messages == {"TLS handshake failed: certificate has expired"}
        renewed = {
            r: max(x.timestamp for x in rows if x.region == r and x.error_message) for r in REGIONS
        }
        assert len(set(renewed.values())) == 3


@given(seed=seeds)
@settings(max_examples=15)
def test_flapping_opens_an_incident_again_and_again(seed):
    world, monitors = world_of(*INTERVALS)
    play_in(world, ScriptRequest("flapping", tuple(monitors)), seed=seed)
    for monitor in monitors:
        assert len(world.incidents(team=Team.OWN, monitor_id=monitor.id)) >= 5


@given(seed=seeds)
@settings(max_examples=15)
def test_a_deploy_takes_one_monitor_after_another_down(seed):
    world, monitors = world_of(30, 30, 30, 30)
    _, facts = play_in(world, ScriptRequest("deploy-brownout", tuple(monitors)), seed=seed)
    opened = [fact for fact in facts if isinstance(fact, IncidentOpened)]
    began = {fact.incident.monitor_id: fact.at for fact in opened}
    assert sorted(began) == sorted(monitor.id for monitor in monitors)
    in_turn = [began[monitor.id] for monitor in monitors]
    assert in_turn == sorted(in_turn)  # two that fail within 30 s are found by the same check
    resolved = [fact for fact in facts if isinstance(fact, IncidentResolved)]
    assert all(fact.incident.duration_seconds(fact.at) < 600 for fact in resolved)


@example(seed=4)  # an outage that begins after the last check of a block of time
@given(seed=seeds)
@settings(max_examples=15)
def test_after_a_recovery_storm_all_are_back_at_once_and_some_fail_again(seed):
    """Each resolves at its first check after the same instant, is slow, and relapses."""
    world, monitors = world_of(*INTERVALS)
    _, facts = play_in(world, ScriptRequest("recovery-storm", tuple(monitors)), seed=seed)
    first_back = []
    for monitor in monitors:
        newest_first = world.incidents(team=Team.OWN, monitor_id=monitor.id)
        assert len(newest_first) >= 2
        assert newest_first[-1].duration_seconds(0) > 40 * 60 - monitor.interval_seconds
        first_back.append(newest_first[-1].resolved_at)
        states = states_of(facts, monitor)
        after_down = [b for a, b in pairwise(states) if a is Status.DOWN]
        assert after_down[0] is Status.DEGRADED
    assert max(first_back) - min(first_back) <= max(INTERVALS)


@given(
    seed=seeds,
    target=st.sampled_from((100.0, 99.99, 99.9, 99.5, 99.0, 95.0)),
    interval=st.sampled_from(INTERVALS),
    age=st.sampled_from((0, DAY, 29 * DAY, 45 * DAY)),
)
@settings(max_examples=25)
def test_a_slow_burn_ends_below_the_sla_target(seed, target, interval, age):
    """However old a spotless monitor is."""
    world, (monitor,) = world_of(interval, age=age, sla_target=target)
    compiled = compile_scripts(
        [ScriptRequest("slow-burn-sla-breach", (monitor,))], seed=seed, start=world.now + 1
    )
    for command in compiled.commands:
        world.apply(command)
    assert world.sla(monitor).uptime == 100
    world.advance(to=compiled.end)
    assert world.sla(monitor).uptime < target


def test_a_slow_burn_in_one_region_breaches_too_and_opens_no_incident():
    world, (monitor,) = world_of(30, age=40 * DAY)
    request = ScriptRequest("slow-burn-sla-breach", (monitor,), region="us-east-1")
    play_in(world, request)
    assert world.sla(monitor).uptime < monitor.sla_target
    assert not world.incidents(team=Team.OWN)


@pytest.mark.parametrize("name", OUTAGE_SCRIPTS)
def test_a_region_narrows_any_script(name):
    world, (monitor,) = world_of(30)
    compiled, facts = play_in(world, ScriptRequest(name, (monitor,), region="us-east-1"))
    assert {outage.regions for outage in outages_of(compiled)} == {("us-east-1",)}
    assert Status.DOWN not in states_of(facts, monitor)


@given(seed=seeds)
@settings(max_examples=15)
def test_same_seed_same_play(seed):
    _, monitors = world_of(30, 60)
    requests = [ScriptRequest(name, tuple(monitors), after_seconds=90) for name in OUTAGE_SCRIPTS]
    compiled = compile_scripts(requests, seed=seed, start=START)
    assert compile_scripts(requests, seed=seed, start=START) == compiled
    assert compile_scripts(requests, seed=seed + 1, start=START) != compiled


def test_scripts_may_be_played_together_over_the_same_monitors():
    """Where one only slows what another breaks, it is broken."""
    world, monitors = world_of(30, 60)
    both = tuple(monitors)
    compiled, facts = play_in(
        world,
        ScriptRequest("single-region", both, region="us-east-1"),
        ScriptRequest("deploy-brownout", both, after_seconds=300),
        ScriptRequest("cert-expiry", both[:1], after_seconds=600),
    )
    assert Status.DOWN in states_of(facts, monitors[1])
    messages = [row.error_message for row in rows_of(world, monitors[0], compiled)]
    assert any("certificate" in message for message in messages if message)
    for command in compiled.commands:
        slow = [outage.status_code == 200 for outage in command.outages]
        assert slow == sorted(slow, reverse=True)
    assert compiled.start == START + 1
    assert compiled.end == max(outage.end for outage in outages_of(compiled))


def test_failures_fail_whatever_status_is_expected():
    """A monitor that expects 503 is not content with an outage of 503."""
    world, monitors = world_of(30, expected_status=503)
    play_in(world, ScriptRequest("global-outage", tuple(monitors)))
    assert world.incidents(team=Team.OWN)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "meteor"}, "Unknown outage script 'meteor'; expected one of single-region"),
        ({"monitors": ()}, "no monitors"),
        ({"region": "mars-1"}, "mars-1, only from eu-central-1, us-east-1"),
        ({"after_seconds": -5}, "5 s before"),
        ({"after_seconds": 0, "start": START - 1}, "created"),
        ({"name": "slow-burn-sla-breach", "target": 20.0}, "SLA target of 20.0 %"),
    ],
)
def test_scripts_that_cannot_be_played_are_refused_with_the_reason(change, told):
    target = change.pop("target", 99.9)
    start = change.pop("start", START)
    _, monitors = world_of(30, sla_target=target)
    values = {"name": "flapping", "monitors": tuple(monitors)} | change
    with pytest.raises(ScriptRejected, match=told):
        compile_scripts([ScriptRequest(**values)], seed=0, start=start)


def test_a_play_without_scripts_is_refused():
    with pytest.raises(ScriptRejected, match="At least one"):
        compile_scripts([], seed=0, start=START)
