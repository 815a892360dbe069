"""Damaged files of a world are left as they are until a user decides, and harm no other world."""

import os
import subprocess

import httpx
import pytest
from tests.mock_process import command

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.slow
KEY = "sp_test_kept"
WHOLE = ["Number 0", "Number 1", "Number 2", "Number 3", "Number 4"]


@pytest.fixture
def settings(tmp_path):
    return Settings(port=0, data=tmp_path / "worlds", rate_limit=None, scenario="empty")


@pytest.fixture
def folder(settings):
    """The folder of a world with five monitors, of which a snapshot holds one."""
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        world.clock.freeze()
        world.monitors.create(WHOLE[0])
        world.keep("one")
        world.rewind("one")
        for name in WHOLE[1:]:
            world.monitors.create(name)
    return settings.data / "kept"


def only(folder, suffix):
    (found,) = folder.glob(f"*.{suffix}")
    return found


def empty_snapshot(folder):
    only(folder, "json").write_bytes(b"")


def half_snapshot(folder):
    path = only(folder, "json")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def nested_snapshot(folder):
    only(folder, "json").write_bytes(b"[" * 100_000)


def other_snapshot(folder):
    only(folder, "json").write_bytes(b'{"state":{"kind":"another"},"unix":0}')


def no_snapshot(folder):
    only(folder, "json").unlink()


def folder_for_snapshot(folder):
    path = only(folder, "json")
    path.unlink()
    path.mkdir()


def line_in_log(folder):
    path = only(folder, "log")
    path.write_bytes(path.read_bytes().replace(b"Number 3", b'"Number 3'))


def zeros_in_log(folder):
    path = only(folder, "log")
    path.write_bytes(path.read_bytes().replace(b"Number 3", bytes(8)))


def no_log(folder):
    only(folder, "log").unlink()


def checkpoint(folder):
    (path,) = (folder / "checkpoints").iterdir()
    path.write_bytes(b"{}")


LEFT = {
    empty_snapshot: [],
    half_snapshot: [],
    nested_snapshot: [],
    other_snapshot: [],
    no_snapshot: [],
    folder_for_snapshot: [],
    line_in_log: WHOLE[:3],
    zeros_in_log: WHOLE[:3],
    no_log: WHOLE[:1],
    checkpoint: WHOLE,
}


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("damage", LEFT, ids=lambda damage: damage.__name__)
def test_damage_stays_until_it_is_repaired(settings, folder, damage):
    damage(folder)
    before = contents(folder)
    headers = {"Authorization": f"Bearer {KEY}"}
    for _ in range(2):
        with RunningServer(settings) as server:
            for path in ("/v1/monitors", "/v1/nowhere", "/_mock/clock"):
                answer = httpx.get(f"{server.control_url}{path}", headers=headers)
                assert answer.status_code == (404 if path == "/v1/nowhere" else 500)
                assert answer.json()["message"]
            assert "ctl sandbox repair kept" in answer.json()["message"]
            other = {"Authorization": "Bearer sp_test_other"}
            assert httpx.get(f"{server.url}/monitors", headers=other).status_code == 200
        assert contents(folder) == before
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        with pytest.raises(RequestRefused, match="is damaged"):
            world.clock.read()
        assert [one["name"] for one in world.sandboxes()["damaged"]] == ["kept"]
        kept_as = world.repair_sandbox("kept")["kept_as"]
        assert [one["name"] for one in world.monitors.all()] == LEFT[damage]
        world.monitors.create("After")
        assert world.sandboxes()["damaged"] == []
    assert kept_as.startswith("kept.damaged-")
    assert contents(settings.data / kept_as) == before
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        assert [one["name"] for one in world.monitors.all()] == [*LEFT[damage], "After"]


def test_a_damaged_world_can_be_discarded(settings, folder):
    half_snapshot(folder)
    before = contents(folder)
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        with pytest.raises(RequestRefused, match="is damaged"):
            world.clock.read()
        world.close_sandbox("kept")
        assert world.monitors.all() == []
    (aside,) = settings.data.glob("kept.damaged-*")
    assert contents(aside) == before


def test_a_sound_world_cannot_be_repaired(settings, folder):
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        for name in ("kept", "nobody", "..%2Fkept"):
            with pytest.raises(RequestRefused) as refused:
                world.repair_sandbox(name)
            assert refused.value.status == 404
        assert len(world.monitors.all()) == len(WHOLE)
    assert folder.is_dir()


def test_files_of_others_are_ignored(settings, folder):
    for name in ("1 (copy).json", "x.json", "007.json", "notes.txt", ".hidden"):
        (folder / name).write_text("not ours")
        (folder / "checkpoints" / name).write_text("not ours")
        (settings.data / name).write_text("not ours")
    (folder / ".2.json.abcdefgh").write_text("left behind by a kill")
    (folder / "9.log").touch()
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        assert [one["name"] for one in world.monitors.all()] == WHOLE
        assert [one["name"] for one in world.checkpoints()] == ["one"]
    assert (folder / "1 (copy).json").read_text() == "not ours"
    assert not (folder / ".2.json.abcdefgh").exists()


def test_a_server_starts_when_the_world_of_its_own_keys_is_damaged(settings):
    with RunningServer(settings):
        pass
    half_snapshot(settings.data / "demo")
    with RunningServer(settings) as server, Control(server.control_url) as world:
        with pytest.raises(RequestRefused, match="ctl sandbox repair demo"):
            world.clock.read()
        world.repair_sandbox("demo")
        assert world.monitors.all() == []


def test_a_file_where_a_world_should_be_is_damage(settings):
    settings.data.mkdir()
    (settings.data / "kept").write_text("a file")
    with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
        with pytest.raises(RequestRefused, match="not a folder"):
            world.clock.read()
        kept_as = world.repair_sandbox("kept")["kept_as"]
        world.monitors.create("After")
    assert (settings.data / kept_as).read_text() == "a file"


@pytest.mark.process
def test_damage_is_repaired_from_a_shell(settings, folder):
    line_in_log(folder)
    with RunningServer(settings) as server:

        def ctl(*arguments):
            return subprocess.run(
                command("ctl", *arguments, "--url", server.control_url, "--api-key", KEY),
                capture_output=True,
                text=True,
                check=False,
            )

        refused = ctl("clock", "show")
        assert refused.returncode == 2
        assert "ctl sandbox repair kept" in refused.stderr
        assert "is damaged" in ctl("sandbox", "list").stdout
        assert "kept as kept.damaged-" in ctl("sandbox", "repair", "kept").stdout
        assert ctl("clock", "show").returncode == 0


@pytest.mark.parametrize(
    "name", ["lock", "LOCK", "con", "-", "_", "x" * 64, "X" * 64, "checkpoints"]
)
def test_every_name_of_a_world_can_be_stored(settings, name):
    for expected in ([], ["Kept"]):
        with (
            RunningServer(settings) as server,
            Control(server.control_url, api_key=f"sp_test_{name}") as world,
        ):
            assert [one["name"] for one in world.monitors.all()] == expected
            world.monitors.create("Kept")
    folders = {path.name.lower() for path in settings.data.iterdir() if path.is_dir()}
    assert len(folders) == 2  # this one and that of the server's own keys


def test_worlds_whose_names_differ_in_case_only_have_folders_that_differ_otherwise(settings):
    with RunningServer(settings) as server:
        for name in ("team", "Team", "TEAM"):
            with Control(server.control_url, api_key=f"sp_test_{name}") as world:
                world.monitors.create(name)
    assert len({path.name.lower() for path in settings.data.glob("*t*e*a*m*")}) == 3


def test_folders_and_files_are_their_owners_whatever_the_umask(settings):
    umask = os.umask(0)
    try:
        with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
            world.keep("one")
    finally:
        os.umask(umask)
    paths = [settings.data, *settings.data.rglob("*")]
    assert len(paths) > 6
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}
