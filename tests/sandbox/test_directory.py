"""Worlds outlive their server; tests/hostile kills it at any instant under load."""

import asyncio
import subprocess

import httpx
import pytest
from tests.mock_process import command

from statuspool_mock import contract
from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.exchanges.faults import Fault
from statuspool_mock.sandbox import InitialWorld, Sandboxes, long_work
from statuspool_mock.sandbox.directory import DirectoryStorage
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.simulation import World

pytestmark = pytest.mark.slow

KEY = "sp_test_kept"
HEADERS = {"Authorization": f"Bearer {KEY}"}
NEW = {"name": "Kept", "url": "https://perfect.test/", "interval_seconds": 60}


@pytest.fixture
def settings(tmp_path):
    return Settings(port=0, data=tmp_path / "worlds", rate_limit=None)


def test_a_world_is_there_again_after_a_restart(settings):
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        world.clock.freeze()
        made = world.monitors.create("Kept", "https://perfect.test/")
        world.monitors.force_down(made, lasting="3h")
        world.keep("a checkpoint")
        world.clock.advance("1h")
        world.faults.add(operation="listMonitors", status=500, times=3)
        assert httpx.get(f"{server.url}/monitors", headers=HEADERS).status_code == 500
        world.play("flapping")
        before = world.snapshot()
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        assert world.snapshot() == before
        assert [item["name"] for item in world.checkpoints()] == ["a checkpoint"]
        codes = [httpx.get(f"{server.url}/monitors", headers=HEADERS).status_code for _ in range(3)]
        assert codes == [500, 500, 200]
        world.rewind("a checkpoint")
        assert world.monitors.find("Kept")["status"] == "down"


def test_a_live_clock_runs_on_while_nobody_is_there(settings):
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        world.clock.scale(3600)
        then = world.clock.read()["now"]
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        assert world.clock.read()["mode"] == "scaled"
        assert world.clock.read()["now"] > then


def test_a_deleted_world_is_gone_from_the_folder(settings):
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        world.monitors.create("Gone soon")
        assert (settings.data / "kept").is_dir()
        world.close_sandbox("kept")
        assert not (settings.data / "kept").exists()
        assert "Gone soon" not in [monitor["name"] for monitor in world.monitors.all()]


def test_a_stored_world_that_is_not_open_can_be_deleted(settings):
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        world.monitors.create("Gone soon")
    with RunningServer(settings) as server, Control(server.control_url) as anyone:
        anyone.close_sandbox("kept")
        assert not (settings.data / "kept").exists()
        for name in ("kept", "..", "../worlds", "lock", "%2e%2e", ""):
            with pytest.raises(RequestRefused):
                anyone.close_sandbox(name)
        assert list(settings.data.iterdir())
        with Control(server.control_url, api_key=KEY) as world:
            assert "Gone soon" not in [monitor["name"] for monitor in world.monitors.all()]


def test_an_idle_world_makes_room_and_comes_back(tmp_path):
    settings = Settings(port=0, data=tmp_path, most_sandboxes=2)
    with RunningServer(settings) as server:
        httpx.post(f"{server.url}/monitors", json=NEW, headers=HEADERS).raise_for_status()
        for name in "abc":
            other = {"Authorization": f"Bearer sp_test_{name}"}
            httpx.get(f"{server.url}/monitors", headers=other)
        monitors = httpx.get(f"{server.url}/monitors?limit=100", headers=HEADERS).json()["results"]
        assert "Kept" in [monitor["name"] for monitor in monitors]


def test_the_log_is_folded_into_a_snapshot_before_it_grows_for_ever(settings):
    body = {**NEW, "tags": ["x" * 2_000]}
    with RunningServer(settings) as server, httpx.Client(headers=HEADERS) as client:
        for _ in range(300):
            made = client.post(f"{server.url}/monitors", json=body).json()
            client.delete(f"{server.url}/monitors/{made['id']}")
        files = list((settings.data / "kept").glob("*.*"))
        assert sorted(path.suffix for path in files) == [".json", ".log"]
        assert sum(path.stat().st_size for path in files) < 1_000_000


@pytest.mark.process
def test_two_servers_do_not_share_a_folder(settings):
    with RunningServer(settings):
        done = subprocess.run(
            command("serve", "--port", "0", "--data", str(settings.data)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "Another server stores its worlds in" in done.stderr


@pytest.mark.process
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        command("serve", "--port", "0", "--data", str(tmp_path / "file" / "below")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Cannot store worlds in" in done.stderr


def test_secrets_are_readable_by_their_owner_only(settings):
    with RunningServer(settings) as server:
        hook = {"url": "https://a.example/", "events": ["status_change"], "secret": "hush"}
        httpx.post(f"{server.url}/webhooks", json=hook, headers=HEADERS).raise_for_status()
    assert settings.data.stat().st_mode & 0o077 == 0
    for path in (settings.data / "kept").glob("*.*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_change_that_was_cut_short_never_keeps_a_world_from_loading(settings):
    with RunningServer(settings) as server, httpx.Client(headers=HEADERS) as client:
        for number in range(5):
            client.post(f"{server.url}/monitors", json={**NEW, "name": f"Number {number}"})
    (log,) = (settings.data / "kept").glob("*.log")
    log.write_bytes(log.read_bytes()[:-7])
    for _ in range(2):
        with RunningServer(settings) as server, httpx.Client(headers=HEADERS) as client:
            found = client.get(f"{server.url}/monitors?limit=100").json()["results"]
            client.post(f"{server.url}/monitors", json={**NEW, "name": "After"})
    names = [one["name"] for one in found if one["name"].startswith(("Number", "After"))]
    assert names == ["Number 0", "Number 1", "Number 2", "Number 3", "After"]


def test_what_was_held_back_about_a_replaced_state_is_not_stored(tmp_path):
    """A delivery draws from the faults while an earlier state is restored beside the loop."""
    initial = InitialWorld(World(seed=1, started_at=0), 0.0)

    def opened(storage):
        return Sandboxes(
            lambda *_: initial, document=contract.load(), wall=lambda: 0.0, storage=storage
        )

    async def scenario():
        with DirectoryStorage(tmp_path) as storage:
            sandbox = opened(storage).access(KEY).sandbox
            before = sandbox.state()
            sandbox.add_fault(Fault(id="late", created_at=0))

            def restoring():
                sandbox.defer_settings()
                return before, (yield from World.restoring(before.world))

            await long_work.become(sandbox, restoring(), why="rewound")

    asyncio.run(scenario())
    with DirectoryStorage(tmp_path) as storage:
        assert len(opened(storage).access(KEY).sandbox.faults) == 0
