"""The API breaks on purpose: at random, yet reproducibly, and never for longer than told."""

import contextlib
import json
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from statuspool_mock.client import RequestRefused

LIST = "listMonitors"


def statuses(api, count, path="/monitors"):
    return [api.get(path).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (404, "NOT_FOUND"),
        (429, "RATE_LIMITED"),
        (500, "INTERNAL_ERROR"),
    ],
)
def test_every_status_wears_the_vendors_body(world, api, status, error):
    world.faults.add(operation=LIST, status=status)
    response = api.get("/monitors")
    assert response.status_code == status
    assert response.json()["error"] == error


def test_retry_after_is_told_three_times(world, api):
    world.faults.add(status=429, retry_after=17)
    response = api.get("/monitors")
    assert response.headers["Retry-After"] == "17"
    assert response.json()["retry_after"] == 17
    assert "17 seconds" in response.json()["message"]


def test_it_strikes_what_it_matches_and_nothing_else(world, api, server, key):
    made = world.monitors.create("Struck")
    other = world.monitors.create("Spared")
    world.faults.add(operation="getMonitorStatus", monitor_id=made["id"].upper(), status=500)
    world.faults.add(method="DELETE", status=403)
    world.faults.add(role="rival", status=401)
    assert statuses(api, 1, f"/monitors/{made['id']}/status") == [500]
    assert statuses(api, 1, f"/monitors/{other['id']}/status") == [200]
    assert statuses(api, 1, f"/monitors/{made['id']}") == [200]
    assert api.delete(f"/monitors/{made['id']}").status_code == 403
    rival = {"Authorization": f"Bearer {key}.rival"}
    assert httpx.get(f"{server.url}/monitors", headers=rival).status_code == 401


def test_the_same_seed_strikes_the_same_requests(world, api):
    injected = {}
    for seed in (1, 1, 2):
        world.faults.clear()
        world.faults.add(operation=LIST, status=500, probability=0.3, seed=seed)
        injected.setdefault(seed, []).append(statuses(api, 60))
    assert injected[1][0] == injected[1][1] != injected[2][0]
    assert 6 <= injected[1][0].count(500) <= 32


def test_it_is_spent_after_so_many_times_or_so_long(world, api):
    world.faults.add(operation=LIST, status=500, times=2)
    assert statuses(api, 4) == [500, 500, 200, 200]
    assert world.faults.all() == []
    world.faults.add(operation=LIST, status=500, ttl="10m")
    world.clock.advance("9m")
    assert statuses(api, 1) == [500]
    world.clock.advance("1m")
    assert statuses(api, 1) == [200]
    assert world.faults.all() == []


def test_a_fault_can_be_removed(world, api):
    fault = world.faults.add(status=500)
    world.faults.remove(fault["id"])
    assert statuses(api, 1) == [200]
    with pytest.raises(RequestRefused, match="may be used up"):
        world.faults.remove(fault["id"])


@pytest.mark.parametrize(
    "latency",
    [
        {"fixed_ms": 80},
        {"least_ms": 60, "most_ms": 120},
        {"median_ms": 80, "sigma": 0.01},
    ],
)
def test_an_answer_comes_late(world, api, latency):
    world.faults.add(operation=LIST, latency=latency)
    began = time.perf_counter()
    assert api.get("/monitors").status_code == 200
    assert time.perf_counter() - began >= 0.055
    assert world.journal.all()[0]["milliseconds"] >= 55


def test_what_is_late_still_happened_when_it_was_asked(world, api):
    world.faults.add(operation="createMonitor", latency={"fixed_ms": 50})
    made = api.post(
        "/monitors", json={"name": "Late", "url": "https://a.test/", "interval_seconds": 60}
    )
    assert made.status_code == 201
    assert world.journal.all()[0]["operation"] == "createMonitor"


def test_a_reset_connection_gives_no_answer(world, api):
    world.faults.add(operation=LIST, breakage="reset", times=1)
    with pytest.raises(httpx.TransportError):
        api.get("/monitors")
    assert statuses(api, 1) == [200]


def test_an_empty_answer_has_its_status_and_no_body(world, api):
    world.faults.add(operation=LIST, breakage="empty")
    response = api.get("/monitors")
    assert (response.status_code, response.content) == (200, b"")


def test_truncated_json_is_no_json(world, api):
    world.faults.add(operation=LIST, breakage="truncated")
    response = api.get("/monitors")
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_stalled_body_starts_and_does_not_end(world, server, key):
    world.faults.add(operation=LIST, breakage="stalled", times=1)
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.settimeout(1)
        head = f"GET /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
        connection.sendall(head.encode())
        received = b""
        with contextlib.suppress(TimeoutError):
            while part := connection.recv(65_536):
                received += part
            pytest.fail("The server ended the body.")
    assert received.startswith(b"HTTP/1.1 200")
    declared = int(received.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert 0 < len(received.split(b"\r\n\r\n", 1)[1]) < declared
    assert httpx.get(
        f"{server.url}/monitors", headers={"Authorization": f"Bearer {key}"}
    ).is_success


def test_latencies_add_up_and_the_first_status_counts(world, api):
    world.faults.add(operation=LIST, latency={"fixed_ms": 30})
    world.faults.add(operation=LIST, latency={"fixed_ms": 30}, status=429)
    world.faults.add(operation=LIST, status=500)
    began = time.perf_counter()
    assert statuses(api, 1) == [429]
    assert time.perf_counter() - began >= 0.06
    assert [len(entry["faults"]) for entry in world.journal.all()] == [3]


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"status": 418},
        {"status": 500, "probability": 7},
        {"status": 500, "probability": -0.1},
        {"status": 500, "times": 0},
        {"status": 500, "ttl": "-1s"},
        {"status": 500, "operation": "nope"},
        {"status": 500, "retry_after": 3},
        {"latency": {}},
        {"latency": {"fixed_ms": 1, "sigma": 2}},
        {"latency": {"least_ms": 5, "most_ms": 1}},
        {"latency": {"fixed_ms": 1e9}},
        {"breakage": "explode"},
        {"status": "500"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_not_added(world, fault):
    with pytest.raises(RequestRefused) as refused:
        world.faults.add(**fault)
    assert refused.value.status == 400
    assert world.faults.all() == []
