"""A world that cannot keep up with its clock says so, and its case file replays all the same."""

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.replay import replay
from statuspool_mock.sandbox import case_from, sandbox
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

KEY = "sp_test_late"
FLAPPING = {"name": "Flapping", "url": "https://flapping.test/", "interval_seconds": 30}


@pytest.fixture
def late(monkeypatch):
    """The API and the control plane of a world that is behind its clock."""
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0.1)
    headers = {"Authorization": f"Bearer {KEY}"}
    with (
        RunningServer(Settings(port=0, scenario="empty", rate_limit=None)) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as api,
        Control(server.control_url, api_key=KEY, timeout=60) as control,
    ):
        for _ in range(200):
            api.post("/monitors", json=FLAPPING).raise_for_status()
        control.clock.scale(1_000_000)
        api.get("/monitors")
        yield api, control


def test_the_clock_tells_how_far_the_world_is_behind(late):
    _, control = late
    first, second = control.clock.read(), control.clock.read()
    assert 0 < first["lag_seconds"] < second["lag_seconds"]


def test_a_change_to_a_world_that_is_behind_is_made_where_it_is(late):
    api, control = late
    made = api.post("/monitors", json=FLAPPING).json()
    assert made["created_at"] == made["last_check_at"]
    assert made["created_at"] < control.clock.read()["now"]


def test_the_case_file_of_a_world_that_is_behind_replays_byte_for_byte(late):
    api, control = late
    for _ in range(2):
        monitor = api.get("/monitors").json()["results"][0]
        api.put(f"/monitors/{monitor['id']}", json={"interval_seconds": 60}).raise_for_status()
        api.get("/incidents?resolved=false")  # all of them may be more than a journal keeps
        control.monitors.pause(monitor["id"])
    case = control.case()
    assert any("reached" in step for step in case["exchanges"])
    assert replay(case_from(case)) is None
