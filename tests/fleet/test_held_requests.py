"""Requests are held at breakpoints wherever they come in, and end when their home does."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from statuspool_mock.fleet.fleet_app import BUDGET_SECONDS
from tests.fleet.replicas import Fleet
from tests.fleet.test_one_world import OPTIONS, SECONDS, client_of, control, create
from tests.waiting import until

pytestmark = [pytest.mark.process, pytest.mark.long]
LONGER_THAN_ANY_OTHER_WAIT = BUDGET_SECONDS + 2


@pytest.fixture
def fleet(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        yield fleet


@pytest.fixture
def held(fleet):
    """A request that came in at the second replica, and is held at the first one, its home."""
    first, second = fleet.replicas
    with (
        control(first) as world,
        ThreadPoolExecutor() as threads,
        client_of(second) as api,
    ):
        world.breakpoints.add(operation="createMonitor", hold_for="10m")
        response = threads.submit(create, api, "held")
        (found,) = until(world.breakpoints.held, seconds=SECONDS)
        yield world, found["id"], response


def test_a_forwarded_request_is_held_until_it_is_released(held):
    world, held_id, response = held
    time.sleep(LONGER_THAN_ANY_OTHER_WAIT)
    assert not response.done()
    world.breakpoints.release(held_id, status=503)
    assert response.result(SECONDS).status_code == 503


def test_a_request_is_released_when_its_world_is_moved(held, fleet):
    world, _, response = held
    world.move_world("one")
    assert response.result(SECONDS).status_code == 201
    with control(fleet.replicas[1]) as other:
        assert [one["name"] for one in other.monitors.all()] == ["held"]
        assert other.breakpoints.all() == other.breakpoints.held() == []


def test_a_request_whose_home_is_killed_gets_500(held, fleet):
    _, _, response = held
    fleet.replicas[0].kill()
    found = response.result(SECONDS)
    assert found.status_code == 500
    assert found.json()["error"] == "INTERNAL_ERROR"
