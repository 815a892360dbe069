"""Many listeners, and listeners that leave or do not read, cost little and hold up nothing."""

import time
from contextlib import ExitStack

import httpx
import pytest

from statuspool_mock.web.control import events
from tests.hostile.wire import connected
from tests.mock_process import serving
from tests.waiting import until

MOST_SECONDS = 10


def listen(url, key, stack):
    """Open a stream and return its connection."""
    connection = stack.enter_context(connected(url))
    request = (
        f"GET /_mock/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    )
    connection.sendall(request.encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def refusal(url, key):
    response = httpx.get(f"{url}/_mock/events", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 503
    assert response.json()["error"] == "SERVICE_UNAVAILABLE"
    return response.json()["message"]


def eventually(holds):
    until(holds, seconds=MOST_SECONDS)


def streams(server):
    return len(server._server.server_state.tasks)


def test_listeners_of_a_sandbox_and_a_server_are_bounded(server, key, monkeypatch):
    eventually(lambda: not streams(server))
    with ExitStack() as stack:
        for _ in range(events.MOST_LISTENERS):
            listen(server.control_url, key, stack)
        assert refusal(server.control_url, key) == "This sandbox has 32 event streams already."
        monkeypatch.setattr(events, "MOST_LISTENERS_OF_SERVER", events.MOST_LISTENERS + 1)
        listen(server.control_url, f"{key}x", stack)
        assert refusal(server.control_url, f"{key}x") == "This server has 33 event streams already."
    eventually(lambda: not streams(server))
    with ExitStack() as stack:
        listen(server.control_url, key, stack)


def test_an_event_is_rendered_once_for_all_listeners(server, key, api, monkeypatch):
    rendered = []
    render = events._rendered

    def counting(context, event):
        rendered.append(event.id)
        return render(context, event)

    monkeypatch.setattr(events, "_rendered", counting)
    with ExitStack() as stack:
        listeners = [listen(server.control_url, key, stack) for _ in range(10)]
        for _ in range(20):
            api.get("/monitors")
        for listener in listeners:
            data = b""
            while data.count(b"event: exchange") < 20:
                data += listener.recv(1 << 16)
    assert len(rendered) == len(set(rendered)) == 20


def test_a_listener_that_leaves_is_noticed_at_once(server, key):
    eventually(lambda: not streams(server))
    with ExitStack() as stack:
        listen(server.control_url, key, stack)
        assert streams(server) == 1
    eventually(lambda: not streams(server))


def test_the_streams_of_a_deleted_sandbox_end(server, key):
    with ExitStack() as stack:
        listener = listen(server.control_url, key, stack)
        path = f"/_mock/sandboxes/{key.removeprefix('sp_test_')}"
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx.delete(server.control_url + path, headers=headers).is_success
        while listener.recv(1 << 16):
            if not streams(server):
                break
        eventually(lambda: not streams(server))


@pytest.mark.process
def test_listeners_that_do_not_read_hold_up_neither_others_nor_the_end():
    with serving("--rate-limit", "off") as served, ExitStack() as stack:
        for number in range(events.MOST_LISTENERS_OF_SERVER):
            listen(served.control_url, f"sp_test_l{number // events.MOST_LISTENERS}", stack)
        headers = {"Authorization": "Bearer sp_test_l0"}
        with httpx.Client(base_url=served.url, headers=headers, timeout=MOST_SECONDS) as client:
            query = "x" * 6_000  # an event repeats it, and nobody reads the events
            for _ in range(500):
                assert client.get(f"/monitors?limit=1&q={query}").status_code == 200
        began = time.monotonic()
        served.process.terminate()
        _, log = served.process.communicate(timeout=60)
        assert time.monotonic() - began < MOST_SECONDS
        assert served.process.returncode == 0
        assert "Traceback" not in log


@pytest.mark.process
@pytest.mark.parametrize("breakage", ["stalled", "reset", "truncated", "empty"])
def test_a_client_that_leaves_during_a_fault_leaves_no_trace_in_the_log(breakage):
    headers = {"Authorization": "Bearer sp_test_left"}
    with serving("--rate-limit", "off") as served:
        url = f"{served.control_url}/_mock/faults"
        assert httpx.post(url, json={"breakage": breakage}, headers=headers).is_success
        for _ in range(3):
            with connected(served.url) as connection:
                request = "GET /v1/monitors HTTP/1.1\r\nHost: x\r\nPrefer: delay=100\r\n"
                key = f"Authorization: {headers['Authorization']}\r\n\r\n"
                connection.sendall((request + key).encode())
                if breakage == "stalled":
                    assert connection.recv(12) == b"HTTP/1.1 200"
        assert httpx.get(f"{served.control_url}/").status_code == 200
        time.sleep(0.3)
        served.process.terminate()
        assert served.process.communicate(timeout=60)[1] == ""
