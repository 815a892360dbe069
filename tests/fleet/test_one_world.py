"""Two replicas are one server: any key through any of them, and nothing acknowledged is lost."""

import itertools
import threading
import time
from contextlib import suppress

import httpx
import pytest

from statuspool_mock.client import Control
from tests.fleet.replicas import Fleet

pytestmark = pytest.mark.process
OPTIONS = ("--scenario", "empty", "--rate-limit", "off")
SECONDS = 60


@pytest.fixture
def fleet(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        yield fleet


def control(replica, name="one"):
    return Control(replica.url, api_key=f"sp_test_{name}", timeout=SECONDS)


def create(client, name):
    monitor = {"name": name, "url": "https://perfect.test/", "interval_seconds": 60}
    return client.post("/v1/monitors", json=monitor)


def client_of(replica, name="one"):
    headers = {"Authorization": f"Bearer sp_test_{name}"}
    return httpx.Client(base_url=replica.url, headers=headers, timeout=SECONDS)


def names(replica, name="one"):
    with control(replica, name) as world:
        return {one["name"] for one in world.monitors.all()}


def monitors(replica):
    with client_of(replica) as api:
        found = api.get("/v1/monitors").json()["results"]
    return [(one["id"], one["name"], one["created_at"]) for one in found]


def test_a_world_is_the_same_through_each_replica(fleet):
    first, second = fleet.replicas
    with control(first) as one, control(second) as two:
        one.clock.freeze()
        made = two.monitors.create("through the second", "https://perfect.test/")
        assert one.monitors.force_down(made["id"])
        two.clock.advance("1h")
        one.keep("mark")
        assert one.clock.read() == two.clock.read()
        assert one.monitors.all() == two.monitors.all()
        assert one.checkpoints() == two.checkpoints()
        assert one.snapshot() == two.snapshot()
        assert [exchange["operation"] for exchange in one.journal.all()] == [
            exchange["operation"] for exchange in two.journal.all()
        ]


@pytest.mark.long
def test_a_new_world_is_kept_as_its_recipe(store, tmp_path):
    with Fleet.on(store, tmp_path, "--scenario", "default", count=2) as fleet:
        first, second = fleet.replicas
        before = monitors(first)
        assert b"$0\r\n\r\n" in store.ask("HGET", "statuspool:{one}:head", "snapshot")
        first.kill()
        assert monitors(second) == before


class Writer(threading.Thread):
    """Creates monitors with names of its own through replicas in turn, until it is stopped."""

    def __init__(self, replicas, world):
        super().__init__(daemon=True)
        self.replicas = itertools.cycle(replicas)
        self.world = world
        self.acknowledged = set()
        self.refused = []
        self.is_over = threading.Event()

    def run(self):
        for number in itertools.count():
            if self.is_over.is_set():
                return
            name = f"monitor {number}"
            with suppress(httpx.TransportError), client_of(next(self.replicas), self.world) as api:
                response = create(api, name)
                if response.status_code == 201:
                    self.acknowledged.add(name)
                else:
                    self.refused.append(response.text)


def wait_for(writers, count):
    until = time.monotonic() + SECONDS
    for writer in writers:
        while len(writer.acknowledged) < count:
            assert writer.is_alive()
            assert time.monotonic() < until, f"{len(writer.acknowledged)} of {count} were stored"
            writer.join(0.01)


def test_nothing_acknowledged_is_lost_when_a_home_is_killed(fleet):
    worlds = ("one", "two", "three", "four")
    writers = [Writer(fleet.replicas, world) for world in worlds]
    for writer in writers:
        writer.start()
    wait_for(writers, 10)
    fleet.replicas[0].kill()
    seen = {writer.world: set(writer.acknowledged) for writer in writers}
    wait_for(writers, max(map(len, seen.values())) + 5)
    for writer in writers:
        writer.is_over.set()
        writer.join()
    for writer in writers:
        assert writer.acknowledged <= names(fleet.replicas[1], writer.world)


@pytest.mark.long
def test_a_home_that_was_stopped_answers_nothing_of_worlds_that_moved_on(fleet):
    first, second = fleet.replicas
    with client_of(first) as api:
        assert create(api, "before").status_code == 201
        first.pause()
        with client_of(second) as other:
            assert create(other, "meanwhile").status_code == 201
        first.resume()
        found = [one["name"] for one in api.get("/v1/monitors").json()["results"]]
    assert found == ["before", "meanwhile"]


@pytest.mark.long
def test_all_replicas_end_and_worlds_go_on_with_the_next_ones(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        with control(fleet.replicas[0]) as one:
            one.clock.freeze()
            one.monitors.create("kept", "https://perfect.test/")
            snapshot = one.snapshot()
        assert [replica.terminate() for replica in fleet.replicas] == [0, 0]
        fleet.replicas[1].start()
        with control(fleet.replicas[1]) as one:
            assert one.snapshot() == snapshot


@pytest.mark.long
def test_the_store_is_killed_and_starts_again(fleet, store):
    with client_of(fleet.replicas[0]) as api:
        assert create(api, "before").status_code == 201
        store.kill()
        assert api.get("/v1/monitors").status_code == 200
        store.start()
        assert create(api, "after").status_code in {201, 500}
        assert create(api, "later").status_code == 201
    assert {"before", "later"} <= names(fleet.replicas[1])


@pytest.mark.long
def test_a_store_that_has_lost_changes_gets_the_world_whole(fleet, store):
    """What a home acknowledged comes back from its memory, once it writes again."""
    first, second = fleet.replicas
    with client_of(first) as api:
        assert [create(api, name).status_code for name in ("one", "two", "three")] == [201] * 3
        store.ask("DEL", "statuspool:{one}:log")
        store.ask("HSET", "statuspool:{one}:head", "seq", "1")
        assert create(api, "four").status_code == 201
        first.kill()
    assert names(second) == {"one", "two", "three", "four"}


@pytest.mark.long
def test_a_world_whose_log_has_grown_goes_on_from_its_snapshot(fleet, store):
    first, second = fleet.replicas
    with control(first) as world:
        world.reset(scenario="large")
        world.clock.freeze()
        before = world.snapshot()
        assert b"$0\r\n\r\n" not in store.ask("HGET", "statuspool:{one}:head", "snapshot")
    first.kill()
    with control(second) as world:
        assert world.snapshot() == before
