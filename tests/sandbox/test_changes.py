"""A stored change, read again, has the same effect."""

import json

import pytest

from statuspool_mock.sandbox.changes import CommandApplied, Replay, change_data
from statuspool_mock.sandbox.state import ClockReading, State
from statuspool_mock.simulation import (
    CreateMonitor,
    Outage,
    ScriptOutage,
    ScriptOutages,
    World,
    finish,
    snapshot,
)

START = 1_736_900_000
LATER = START + 7_200


@pytest.fixture
def world():
    world = World(seed=1, started_at=START)
    world.apply(CreateMonitor(name="A", url="https://perfect.test/", interval_seconds=60))
    world.advance(to=LATER)
    return world


@pytest.mark.parametrize("regions", [None, ("us-east-1",)])
@pytest.mark.parametrize("is_one", [True, False])
def test_outages_are_read_as_they_were_stored(world, regions, is_one):
    (monitor,) = world.monitors(team="own").items
    window = {"start": START + 60, "end": LATER + 60, "regions": regions, "response_time_ms": 2_500}
    later = Outage(start=LATER + 90, end=LATER + 99, status_code=503, response_varies=True)
    if is_one:
        command = ScriptOutage(monitor_id=monitor.id, **window)
    else:
        command = ScriptOutages(monitor_id=monitor.id, outages=(Outage(**window), later))
    data = json.loads(json.dumps(change_data(CommandApplied(LATER, command))))
    state = State(clock=ClockReading(shows=float(LATER), rate=0.0), world=world.image())
    replay = Replay(state, 0.0, World.from_image(state.world))
    finish(replay.applying(data))
    world.apply(command)
    world.advance(to=LATER)
    assert snapshot(finish(World.restoring(replay.result()[0].world))) == snapshot(world)
