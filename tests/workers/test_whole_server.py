"""What concerns the whole server is asked of any worker, and is the same of each."""

import os
import signal
import sys

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.settings import Settings
from tests.mock_process import serving
from tests.scenario_that_changes import SCENARIO, write, written
from tests.vendor.test_monitoring import samples
from tests.waiting import until
from tests.workers.on_threads import WorkersOnThreads
from tests.workers.processes import wait_for_end, workers_of
from tests.workers.worlds import key_at, keys, name_at

MUTANT = "name-of-one-character-accepted"


@pytest.fixture
def file(tmp_path):
    return written(tmp_path)


def monitors(server, key):
    with Control(server.control_url, api_key=key) as control:
        return [one["name"] for one in control.monitors.all()]


def new_worlds(server):
    """Return the names of the monitors of a new world at each worker."""
    return [monitors(server, key) for key in keys()]


def made_with_short_name(server, key):
    """Return the status of a request that MUTANT accepts, and that is refused without it."""
    new = {"name": "x", "url": "https://a.example/", "interval_seconds": 60}
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{server.url}/monitors", json=new, headers=headers).status_code


@pytest.fixture(scope="module")
def server():
    settings = Settings(port=0, scenario="empty", most_sandboxes=9, switch_mutants=True)
    with WorkersOnThreads(settings) as running:
        yield running


def test_every_worker_lists_the_sandboxes_of_all(server):
    both = [name_at(home) for home in range(2)]
    for name in both:
        with Control(server.control_url, api_key=f"sp_test_{name}") as control:
            assert control.monitors.all() == []
    for name in both:
        headers = {"Authorization": f"Bearer sp_test_{name}"}
        found = httpx.get(f"{server.control_url}/_mock/sandboxes", headers=headers).json()
        assert set(both) <= {one["name"] for one in found["results"]}
        assert found["most"] == 10  # each worker has half of nine, rounded up


def test_metrics_add_up_what_all_workers_count():
    with WorkersOnThreads(Settings(port=0, scenario="empty")) as server:
        for key in keys():
            for _ in range(3):
                headers = {"Authorization": f"Bearer {key}"}
                httpx.get(f"{server.url}/monitors", headers=headers)
        for _ in range(4):  # whoever answers
            found = samples(server.control_url)
            assert found["statuspool_mock_requests_total", "200", "listMonitors"] == 6
            count = "statuspool_mock_request_duration_seconds_count"
            assert found[count, "listMonitors"] == 6
            assert found["statuspool_mock_sandboxes",] == 2
            assert found["process_resident_memory_bytes",] > 1 << 20


def test_mutants_are_switched_in_all_workers(server):
    both = keys()

    def statuses():
        return {made_with_short_name(server, key) for key in both}

    with Control(server.control_url, api_key=key_at(0)) as control:
        assert statuses() == {400}
        control.switch_mutants(MUTANT)
        assert statuses() == {201}
        with pytest.raises(RequestRefused, match="no-such-mutant"):
            control.switch_mutants("no-such-mutant")
        assert statuses() == {201}
        control.switch_mutants()
        assert statuses() == {400}


def test_the_scenario_is_read_again_in_all_workers(file):
    with WorkersOnThreads(Settings(port=0, scenario=str(file))) as server:
        assert new_worlds(server) == [["first"]] * 2
        write(file, "second")
        with Control(server.control_url, api_key=key_at(1)) as control:
            assert control.reload(reset=True) == {"scenario": "mine", "reset": True}
        assert new_worlds(server) == [["second"]] * 2
        file.write_text("name: mine\ntitle: Broken\nmonitors: 7\n", "utf-8")
        with (
            Control(server.control_url, api_key=key_at(1)) as control,
            pytest.raises(RequestRefused, match="monitors"),
        ):
            control.reload()
        assert new_worlds(server) == [["second"]] * 2


def test_keys_of_a_scenario_that_is_read_again_open_their_world_at_its_home(file):
    with WorkersOnThreads(Settings(port=0, scenario=str(file))) as server:
        headers = {"Authorization": "Bearer MY_KEY"}
        assert httpx.get(f"{server.url}/monitors", headers=headers).status_code == 401
        file.write_text(f"{SCENARIO.format(name='third')}keys: [MY_KEY]\n", "utf-8")
        with Control(server.control_url, api_key=key_at(0)) as control:
            control.reload()
        for _ in range(4):
            assert httpx.get(f"{server.url}/monitors", headers=headers).status_code == 200
        with Control(server.control_url, api_key="sp_test_demo") as control:
            assert control.journal.count() == 4


def test_a_watched_scenario_is_read_again_in_all_workers(file):
    with WorkersOnThreads(Settings(port=0, scenario=str(file), watch=True)) as server:
        write(file, "second")
        until(lambda: new_worlds(server), lambda found: found == [["second"]] * 2)


def test_a_server_is_ready_once_all_workers_are(server):
    ready = f"{server.control_url}/readyz"
    assert httpx.get(ready).status_code == 200
    server.workplace.ready[1] = 0
    try:
        assert {httpx.get(ready).status_code for _ in range(6)} == {503}
    finally:
        server.workplace.ready[1] = 1


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_a_worker_that_is_started_again_knows_what_was_changed(file):
    options = ("--workers", "2", "--scenario", str(file), "--switch-mutants", "--rate-limit", "off")
    with serving(*options) as served:
        write(file, "second")
        with Control(served.control_url, api_key=key_at(0)) as control:
            control.reload()
            control.switch_mutants(MUTANT)
        write(file, "third")
        before, ready = workers_of(served.pid), f"{served.control_url}/readyz"
        for pid in before:  # one after the other: the one that stays tells the new one
            os.kill(pid, signal.SIGKILL)
            wait_for_end([pid])
            until(lambda: len(workers_of(served.pid)), lambda count: count == 2)
            until(lambda: httpx.get(ready, timeout=60).status_code, lambda found: found == 200)
        assert new_worlds(served) == [["third"]] * 2
        for key in keys():
            assert made_with_short_name(served, key) == 201
