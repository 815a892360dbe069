"""Work in steps has the same result as the same work at once."""

import pytest

from statuspool_mock.simulation import (
    CreateMonitor,
    DeleteMonitor,
    Team,
    World,
    finish,
    restore,
    snapshot,
)
from statuspool_mock.simulation import incident_index as incidents

NOON = 1_700_000_000


def flapping(monitors):
    world = World(seed=3, started_at=NOON)
    for number in range(monitors):
        world.apply(
            CreateMonitor(
                name=f"M{number}",
                url="https://flapping.test/",
                interval_seconds=30,
            )
        )
    return world


@pytest.mark.parametrize("most", [None, 1, 33, 100])
def test_advancing_in_steps_stops_where_advancing_at_once_does(most):
    world, other = flapping(120), flapping(120)
    for to_next in (False, True, False):
        to = world.now + 4_000
        if to_next:
            facts = other.advance_to_next(before=to, most=most)
        else:
            facts = other.advance(to=to, most=most)
        assert finish(world.advancing(to=to, most=most, to_next=to_next)) == facts
        assert world.now == other.now
    assert snapshot(world) == snapshot(other)


def test_an_advance_that_stops_amid_an_instant_is_completed_by_the_next():
    world, other = flapping(120), flapping(120)
    to = NOON + 4_000
    facts, split = other.advance(to=to), 0
    briefly = []
    while world.now < to or world.is_amid_instant:
        briefly += world.advance_briefly(to=to, most=7)
        split += world.is_amid_instant
    assert briefly == facts
    assert split
    assert snapshot(world) == snapshot(other)


def test_the_oldest_resolved_incident_makes_room_for_a_new_one(monkeypatch):
    free = flapping(20)
    free.advance(to=NOON + 20_000)
    monkeypatch.setattr(incidents, "MOST_INCIDENTS", 50)
    world = flapping(20)
    world.advance(to=NOON + 10_000)
    copy = restore(snapshot(world))
    for one in (world, copy):
        one.advance(to=NOON + 20_000)
    assert world.incident_count == copy.incident_count == 50
    assert snapshot(world) == snapshot(copy)
    left = world.incidents(team=Team.OWN)
    assert list(left) == list(free.incidents(team=Team.OWN))[:50]


def test_deleting_a_monitor_with_many_incidents_leaves_those_of_others():
    world = flapping(3)
    world.advance(to=NOON + 200_000)
    first, *others = world.monitors(team=Team.OWN).items
    left = [one for one in world.incidents(team=Team.OWN) if one.monitor_id != first.id]
    world.apply(DeleteMonitor(monitor_id=first.id))
    assert list(world.incidents(team=Team.OWN)) == left
    assert {one.monitor_id for one in left} == {other.id for other in others}
