"""What a fleet leaves in its ledger is what docs/durability.md says."""

import re

import pytest

from tests.fleet.replicas import Fleet
from tests.fleet.test_one_world import control

pytestmark = pytest.mark.process
OPTIONS = ("--scenario", "empty", "--rate-limit", "off")
WORLDS = ("one", "two")
DAY_MS = 86_400_000


def keys(store):
    """Return the milliseconds that each key has to live, -1 for any time."""
    found = re.findall(rb"statuspool:\S+", store.ask("KEYS", "*"))
    return {key.decode(): int(store.ask("PTTL", key.decode())[1:]) for key in found}


def use(replica, name):
    """Leave in the ledger whatever a world can have there."""
    with control(replica, name) as world:
        world.monitors.create("kept", "https://perfect.test/")
        world.keep("mark")
        world.keep("dropped")
        world.forget("dropped")
        world.rewind("mark")
        world.reset()
        world.monitors.create("another", "https://perfect.test/")


def test_closed_worlds_and_replicas_that_are_gone_leave_nothing_for_good(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        first, second = fleet.replicas
        for name in WORLDS:
            use(first, name)
            with control(second, name) as world:
                world.move_world(name)
        kinds = {key.partition("}:")[2].partition(":")[0] for key in keys(store) if "{" in key}
        assert kinds == {"head", "log", "marks", "snapshot"}
        first.kill()
        for name in WORLDS:
            with control(second, name) as world:
                world.close_sandbox(name)
        assert second.terminate() == 0
    left = keys(store)
    assert {key for key in left if "{" in key} == {f"statuspool:{{{one}}}:head" for one in WORLDS}
    assert all(0 < milliseconds <= DAY_MS for milliseconds in left.values()), left
