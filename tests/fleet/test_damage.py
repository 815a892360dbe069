"""A world of a fleet that cannot be read says so through every replica, until it is closed."""

import pytest

from statuspool_mock.client import RequestRefused
from tests.fleet.replicas import Fleet
from tests.fleet.test_one_world import client_of, control, names

pytestmark = [pytest.mark.process, pytest.mark.long]
HEAD = "statuspool:{one}:head"


@pytest.fixture
def fleet(store, tmp_path):
    """Two replicas, and a world that no release can read."""
    about = {"home": "", "epoch": 1, "seq": 0, "snapshot": "", "recipe": "none", "skew": 0}
    store.ask("HSET", HEAD, *(word for pair in about.items() for word in pair))
    with Fleet.on(store, tmp_path, "--scenario", "empty", count=2) as fleet:
        yield fleet


def test_a_damaged_world_is_closed_through_any_replica_and_kept_under_other_keys(fleet, store):
    first, second = fleet.replicas
    for replica in (first, second):
        with client_of(replica) as api:
            told = api.get("/v1/monitors")
        assert told.status_code == 500
        assert "ctl sandbox close one" in told.json()["message"]
        assert "ctl sandbox repair" not in told.json()["message"]
    with control(second) as world:
        (damaged,) = world.sandboxes()["damaged"]
        assert damaged["name"] == "one"
        with pytest.raises(RequestRefused, match=r"cannot be repaired.*ctl sandbox close one"):
            world.repair_sandbox("one")
        world.close_sandbox("one")
    assert b"head:damaged-" in store.ask("KEYS", "statuspool:{one}:*")
    assert names(second) == names(first) == set()
