"""Stored worlds survive the death of their worker, and a start with another number of workers."""

import os
import signal
import sys

import httpx
import pytest

from tests.command_line import run
from tests.mock_process import serving
from tests.waiting import until
from tests.workers.processes import wait_for_end, workers_of
from tests.workers.worlds import keys

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc"),
]


def make(served, key, name):
    body = {"name": name, "url": "https://perfect.test/", "interval_seconds": 60}
    headers = {"Authorization": f"Bearer {key}"}
    made = httpx.post(f"{served.url}/monitors", json=body, headers=headers)
    assert made.status_code == 201, made.text


def names(served, key):
    headers = {"Authorization": f"Bearer {key}"}
    found = httpx.get(f"{served.url}/monitors", headers=headers).json()
    return {one["name"] for one in found["results"]}


def test_stored_worlds_go_on_whatever_happens_to_workers(tmp_path):
    options = ("--data", str(tmp_path), "--scenario", "empty", "--rate-limit", "off")
    all_keys = [*keys(), *keys(), *keys()]
    with serving("--workers", "2", *options) as served:
        for key in all_keys:
            make(served, key, "first")
        other = run("serve", "--port", "0", "--workers", "2", *options)
        assert (other.returncode, "Another server stores its worlds" in other.stderr) == (2, True)
        for pid in workers_of(served.pid):
            os.kill(pid, signal.SIGKILL)
            wait_for_end([pid])
        ready = f"{served.control_url}/readyz"
        until(lambda: httpx.get(ready).status_code, lambda status: status == 200)
        for key in all_keys:
            assert names(served, key) == {"first"}
            make(served, key, "second")
        served.process.terminate()
        assert served.process.wait(60) == 0
        said = served.process.stderr.read()
        assert said.count("it is started again. Its sandboxes are read from their folder.") == 2
    for workers in ("3", "1"):
        with serving("--workers", workers, *options) as served:
            for key in all_keys:
                assert names(served, key) == {"first", "second"}
