"""How a server with workers begins and ends, and what becomes of workers that die."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import ExitStack

import httpx
import pytest

from statuspool_mock.client import Control
from tests.command_line import run
from tests.mock_process import command, serving
from tests.waiting import until
from tests.workers.processes import kill_a_worker, threads_of, wait_for_end, workers_of
from tests.workers.worlds import key_at, keys

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc"),
]


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def status(served, key):
    try:
        return httpx.get(f"{served.url}/monitors", headers=bearer(key)).status_code
    except httpx.TransportError as error:
        return repr(error)


def test_sigterm_ends_all_with_exit_code_0():
    with serving("--workers", "3") as served:
        workers = workers_of(served.pid)
        assert served.pid == served.process.pid
        assert len(workers) == 3
        assert threads_of(served.pid) == 1  # a process with several may not fork safely
        served.process.terminate()
        assert served.process.wait(60) == 0
        wait_for_end(workers)
        assert served.process.stderr.read() == ""


def test_ctrl_c_reaches_all_processes_and_leaves_no_mess():
    process = subprocess.Popen(
        command("serve", "--port", "0", "--ready-json", "--workers", "2"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_a_request_under_way_is_answered_when_the_server_stops():
    """Held requests are let go then, so that nothing here depends on time."""
    with serving("--workers", "2", "--rate-limit", "off") as served:
        found = {}

        def ask(key):
            with httpx.Client(base_url=served.url, headers=bearer(key)) as client:
                found[key] = client.get("/monitors").status_code

        with ExitStack() as stack:
            # Whether one is forwarded or handed over depends on who accepts its connection.
            controls = {
                key: stack.enter_context(Control(served.control_url, api_key=key))
                for key in (key_at(number % 2) for number in range(8))
            }
            for control in controls.values():
                control.breakpoints.add(operation="listMonitors")
            threads = [threading.Thread(target=ask, args=(key,)) for key in controls]
            for thread in threads:
                thread.start()
            for control in controls.values():
                until(control.breakpoints.held)
        served.process.terminate()
        for thread in threads:
            thread.join()
        assert found == dict.fromkeys(controls, 200)
        assert served.process.wait(60) == 0


def test_under_load_no_request_that_was_begun_fails_when_the_server_stops():
    with serving("--workers", "2", "--rate-limit", "off", "--new-sandboxes", "100000") as served:
        stop, wrong, served_well = threading.Event(), [], []

        def ask(number):
            with httpx.Client(base_url=served.url) as client:
                while not stop.is_set():
                    for home in (number % 2, 0, 1):
                        headers = bearer(f"sp_test_load{home}{number}")
                        try:
                            answer = client.get("/monitors?limit=1", headers=headers)
                        except httpx.TransportError as error:
                            # An idle or new connection may be closed before it is used.
                            if "complete message body" in str(error):
                                wrong.append(error)
                            return
                        served_well.append(answer.status_code)
                        if answer.status_code != 200:
                            wrong.append(answer)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        until(lambda: len(served_well), lambda count: count > 200)
        served.process.terminate()
        assert served.process.wait(60) == 0
        stop.set()
        for thread in threads:
            thread.join()
        assert not wrong


def test_a_worker_that_dies_is_started_again():
    with serving("--workers", "2", "--rate-limit", "off") as served:
        both = keys()
        for key in both:
            assert status(served, key) == 200
        before = kill_a_worker(served.pid)
        for key in both:  # they wait for the new one, at most
            assert until(lambda key=key: status(served, key), lambda found: found == 200)
        after = until(lambda: workers_of(served.pid), lambda found: len(found) == 2)
        assert len(set(before) & set(after)) == 1
        ready = f"{served.control_url}/readyz"
        until(lambda: httpx.get(ready).status_code, lambda found: found == 200)
        served.process.terminate()
        assert served.process.wait(60) == 0
        said = served.process.stderr.read()
        assert said.count("ended by signal 9; it is started again. Its sandboxes begin anew.") == 1


def test_workers_end_when_their_parent_is_killed():
    with serving("--workers", "2") as served:
        workers = workers_of(served.pid)
        served.process.kill()
        wait_for_end(workers)


@pytest.mark.long
def test_a_server_ends_with_its_standard_input():
    process = subprocess.Popen(
        command("serve", "--port", "0", "--ready-json", "--workers", "2", "--exit-on-stdin-eof"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline()
        process.stdin.write("anything")
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scenario", "no-such-scenario"], "no-such-scenario"),
        (["--token-file", "/nowhere/tokens"], "/nowhere/tokens"),
        (["--data", "/proc/nowhere"], "Cannot store worlds"),
        (["--workers", "65"], "64"),
        (["--ledger", "valkey://127.0.0.1:1"], "--ledger excludes --workers"),
    ],
)
def test_what_is_wrong_at_the_start_is_reported_with_exit_code_2(options, words):
    ended = run("serve", "--port", "0", "--workers", "2", *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr


def test_a_port_in_use_is_one_line_and_exit_code_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("serve", "--port", port, "--workers", "2")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert f"Cannot listen on 127.0.0.1 port {port}" in line


def test_tls_connections_serve_all_keys():
    with serving("--workers", "2", "--tls", "--rate-limit", "off") as served:
        trust = ssl.create_default_context(cafile=served.ca_file)
        first, second = keys()
        with httpx.Client(base_url=served.url, verify=trust) as client:
            for key in (first, second, second, first) * 3:
                body = {"name": "Mine", "url": "https://a.test/", "interval_seconds": 60}
                assert client.post("/monitors", json=body, headers=bearer(key)).status_code == 201
                assert client.get("/monitors", headers=bearer(key)).status_code == 200
