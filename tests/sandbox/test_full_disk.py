"""A full disk: what cannot be stored is not done, and is told so; later writes are not lost."""

import errno
import os
import resource
import signal
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest
from tests.mock_process import serving

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.sandbox import StorageFailed, log_file
from statuspool_mock.sandbox.log_file import MOST_DEFERRED_BYTES, LogFile

KEY = "sp_test_full"
HEADERS = {"Authorization": f"Bearer {KEY}"}
OPTIONS = ("--scenario", "empty", "--rate-limit", "off", "--clock", "2026-11-24T12:00:00Z")


@contextmanager
def full(served, limit=0):
    """Let no file of the server grow beyond a size."""
    unlimited = resource.RLIM_INFINITY
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (limit, unlimited))
    yield
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))


def create(client, name):
    body = {"name": name, "url": "https://perfect.test/", "interval_seconds": 60}
    return client.post("/monitors", json=body)


def names(client):
    return [one["name"] for one in client.get("/monitors?limit=100").json()["results"]]


@pytest.mark.process
@pytest.mark.parametrize("limit", [0, 1_000, 3_333])
def test_writes_to_a_full_disk_are_refused_and_later_ones_kept(tmp_path, limit):
    made = []
    options = ("--data", str(tmp_path), *OPTIONS)
    with serving(*options) as served, httpx.Client(base_url=served.url, headers=HEADERS) as api:
        assert names(api) == []
        for turn in range(3):
            refused = 0
            with full(served, limit):
                for number in range(20):
                    name = f"{turn} {number} " + "x" * number
                    response = create(api, name)
                    if response.status_code == 201:
                        made.append(name)
                        continue
                    refused += 1
                    assert response.status_code == 500
                    assert response.json()["error"] == "INTERNAL_ERROR"
                    assert "cannot be stored: File too large" in response.json()["message"]
                    assert names(api) == made
            assert refused
            made.append(f"after {turn}")
            assert create(api, made[-1]).status_code == 201
        served.process.send_signal(signal.SIGKILL)
    with serving(*options) as served, httpx.Client(base_url=served.url, headers=HEADERS) as api:
        with full(served):
            assert names(api) == made
        assert create(api, "last").status_code == 201
        assert names(api) == [*made, "last"]


def every_write(world, monitor, snapshot):
    """Yield a call for every way to change a world through the control plane."""
    yield lambda: world.clock.advance("1h")
    yield world.clock.advance_to_next_event
    yield lambda: world.clock.scale(5)
    yield lambda: world.monitors.force_down(monitor)
    yield lambda: world.monitors.pause(monitor)
    yield lambda: world.faults.add(operation="listMonitors", status=500)
    yield world.faults.clear
    yield lambda: world.play("flapping")
    yield lambda: world.play("flapping", pace="time-lapse", rate=60)
    yield lambda: world.webhooks.trigger("status_change")
    yield world.webhooks.redeliver
    yield lambda: world.keep("another")
    yield lambda: world.keep("one")
    yield lambda: world.rewind("one")
    yield world.reset
    yield lambda: world.restore(snapshot)


@pytest.mark.process
def test_no_write_of_the_control_plane_is_half_done_on_a_full_disk(tmp_path):
    with (
        serving("--data", str(tmp_path), *OPTIONS) as served,
        Control(served.control_url, api_key=KEY) as world,
    ):
        snapshot = world.snapshot()
        monitor = world.monitors.create("One", "https://flapping.test/")
        world.webhooks.register("http://127.0.0.1:1/", secret="s" * 16)
        world.webhooks.trigger("status_change")
        world.clock.advance("9h")
        world.faults.add(operation="listIncidents", status=500)
        world.keep("one")
        world.monitors.create("Two")
        before = world.snapshot(), world.checkpoints()
        for write in every_write(world, monitor, snapshot):
            with full(served):
                with pytest.raises(RequestRefused, match="cannot be stored") as refused:
                    write()
                assert refused.value.status == 507
                assert refused.value.error == "INSUFFICIENT_STORAGE"
                assert (world.snapshot(), world.checkpoints()) == before
        served.process.send_signal(signal.SIGKILL)
    with (
        serving("--data", str(tmp_path), *OPTIONS) as served,
        Control(served.control_url, api_key=KEY) as world,
    ):
        assert (world.snapshot(), world.checkpoints()) == before


@pytest.mark.process
def test_a_new_world_that_cannot_be_stored_is_refused(tmp_path):
    with serving("--data", str(tmp_path), *OPTIONS) as served:
        with full(served):
            response = httpx.get(f"{served.url}/monitors", headers=HEADERS)
            assert response.status_code == 500
            assert "cannot be stored" in response.json()["message"]
        assert httpx.get(f"{served.url}/monitors", headers=HEADERS).json()["results"] == []


class FullDisk(SimpleNamespace):
    """The module `os` on a disk with so many bytes left."""

    def __init__(self, left):
        super().__init__(**{name: getattr(os, name) for name in dir(os)})
        self.left = left
        self.write = self._write

    def _write(self, file, raw):
        if not self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.write(file, raw[: self.left])
        self.left -= written
        return written


@pytest.fixture
def disk(monkeypatch):
    full_disk = FullDisk(0)
    monkeypatch.setattr(log_file, "os", full_disk)
    return full_disk


@pytest.fixture
def path(tmp_path):
    return tmp_path / "1.log"


def test_half_a_line_is_cut_off_again(disk, path):
    log = LogFile(path)
    for left in (0, 3):
        disk.left = left
        with pytest.raises(StorageFailed, match="No space left on device"):
            log.append(b"refused\n")
        assert path.read_bytes() == b""
    disk.left = 100
    log.append(b"one\n")
    log.append(b"two\n")
    log.retract()
    log.append(b"three\n")
    log.close()
    assert path.read_bytes() == b"one\nthree\n"


def test_a_line_that_cannot_be_cut_off_at_once_is_cut_off_before_the_next(disk, path):
    log = LogFile(path)
    disk.left = 3
    real, disk.ftruncate = disk.ftruncate, FullDisk(0)._write
    with pytest.raises(StorageFailed):
        log.append(b"refused\n")
    assert path.read_bytes() == b"ref"
    disk.left = 100
    disk.ftruncate = real
    log.append(b"one\n")
    assert path.read_bytes() == b"one\n"


def test_deferred_lines_are_written_before_the_next_one(disk, path):
    log = LogFile(path)
    log.defer(b"one\n")
    log.defer(b"two\n")
    with pytest.raises(StorageFailed):
        log.append(b"refused\n")
    disk.left = 100
    log.append(b"three\n")
    log.retract()
    log.append(b"four\n")
    assert path.read_bytes() == b"one\ntwo\nfour\n"


def test_deferred_lines_take_no_more_memory_than_stated(disk, path):
    log = LogFile(path)
    for _ in range(3):
        log.defer(b"x" * (MOST_DEFERRED_BYTES // 2))
    assert log.has_gap
    disk.left = 100
    with pytest.raises(StorageFailed):
        log.append(b"a log with a gap takes no more lines\n")
    log.defer(b"nor deferred ones\n")
    log.close()
    assert path.read_bytes() == b""
