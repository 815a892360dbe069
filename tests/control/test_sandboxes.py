"""Worlds never see each other, however many there are and however much they do at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

WORLDS = 50
STEADY = "https://perfect.test/"


@pytest.mark.slow
def test_fifty_keys_at_once_never_see_each_other(server):
    """Real clients that start together, each driving and using its own world."""
    start = threading.Barrier(WORLDS)

    def live(number):
        key = f"sp_test_crowd{number}"
        headers = {"Authorization": f"Bearer {key}"}
        with (
            Control(server.control_url, api_key=key) as world,
            httpx.Client(base_url=server.url, headers=headers, timeout=60) as api,
        ):
            start.wait(60)
            world.reset(scenario="empty")
            world.clock.freeze()
            made = [world.monitors.create(f"{number} {turn}", STEADY) for turn in range(3)]
            world.monitors.force_down(made[0])
            world.faults.add(operation="listWebhooks", status=500, times=number % 3 + 1)
            world.clock.advance(f"{number + 1}h")
            names = [m["name"] for m in api.get("/monitors?limit=100").json()["results"]]
            faults = [api.get("/webhooks").status_code for _ in range(4)].count(500)
            incidents = api.get("/incidents").json()["results"]
            return (
                names == [f"{number} {turn}" for turn in range(3)]
                and faults == number % 3 + 1
                and len(incidents) == 1
                and incidents[0]["duration_seconds"] == (number + 1) * 3600
                and world.journal.count(operation="createMonitor") == 3
                and world.journal.count() == 3 + 1 + 4 + 1
            )

    with ThreadPoolExecutor(WORLDS) as pool:
        assert all(pool.map(live, range(WORLDS)))


def test_the_worlds_of_a_server_are_listed_with_its_limits(world, key):
    listed = world.sandboxes()
    mine = [item for item in listed["results"] if f"sp_test_{item['name']}" == key]
    assert [item["rate"] for item in mine] == [0]
    assert listed["most"] >= 50
    assert listed["idle_seconds"] > 0


def test_a_closed_world_begins_anew(world, key):
    world.monitors.create("Gone soon")
    world.close_sandbox(key.removeprefix("sp_test_"))
    assert "Gone soon" not in [monitor["name"] for monitor in world.monitors.all()]
    with pytest.raises(RequestRefused, match="There is no sandbox 'nobody'"):
        world.close_sandbox("nobody")


def test_worlds_of_one_server_share_one_past():
    with RunningServer(Settings(port=0)) as fresh:
        found = []
        for key in ("sp_test_a", "sp_test_b"):
            headers = {"Authorization": f"Bearer {key}"}
            monitors = httpx.get(f"{fresh.url}/monitors?limit=100", headers=headers).json()
            found.append([(m["id"], m["created_at"]) for m in monitors["results"]])
    assert found[0] == found[1]
