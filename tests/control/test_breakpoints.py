"""Requests are held at breakpoints, their responses edited, and released."""

import contextlib
import json
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mock_process import command, serving
from tests.waiting import until

LONG = 60


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as pool:
        yield pool


@pytest.fixture
def ask(server, key, threads):
    """Send a request on a thread; its result is the response."""

    def ask(method="GET", path="/monitors", **options):
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{server.url}{path}"
        return threads.submit(httpx.request, method, url, headers=headers, timeout=LONG, **options)

    return ask


def held(world, count=1):
    """Return the requests that are held, once there are so many."""
    return until(world.breakpoints.held, lambda found: len(found) == count, seconds=LONG)


def test_the_next_request_is_held_and_its_response_edited(world, ask):
    rule = world.breakpoints.add(operation="listMonitors")
    assert (rule["times"], rule["hold_for"]) == (1, "60s")
    asked = ask(path="/monitors?limit=1")
    (one,) = held(world)
    assert (one["operation"], one["path"], one["query"]) == (
        "listMonitors", "/v1/monitors", "limit=1",
    )  # fmt: skip
    assert world.breakpoints.all() == []
    whole = world.breakpoints.get(one["id"])
    assert json.loads(whole["response_body"])["results"]
    assert not asked.done()
    changes = {"X-Odd": "yes", "Content-Type": "text/plain"}
    world.breakpoints.release(one["id"], status=503, headers=changes, body="not JSON: ü")
    response = asked.result(LONG)
    assert (response.status_code, response.text) == (503, "not JSON: ü")
    assert response.headers["X-Odd"] == "yes"
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Request-Id"] == one["request_id"]
    assert world.breakpoints.held() == []
    recorded = world.journal.get(one["number"])
    assert (recorded["status"], recorded["response_body"]) == (503, "not JSON: ü")
    assert recorded["edited"]
    assert ask().result(LONG).status_code == 200


def test_a_held_request_has_taken_effect_and_is_sent_as_it_is(world, ask):
    world.breakpoints.add(method="POST")
    body = {"name": "Held", "url": "https://example.com/", "interval_seconds": 60}
    asked = ask("POST", json=body)
    (one,) = held(world)
    assert "Held" in [monitor["name"] for monitor in world.monitors.all()]
    world.breakpoints.release(one["id"])
    assert asked.result(LONG).status_code == 201
    assert not world.journal.get(one["number"])["edited"]
    with pytest.raises(RequestRefused, match="no held request"):
        world.breakpoints.release(one["id"])


def test_only_what_matches_is_held(world, ask):
    mine, other = (world.monitors.create(name)["id"] for name in ("Mine", "Other"))
    world.breakpoints.add(operation="getMonitor", monitor_id=mine.upper())
    assert ask(path=f"/monitors/{other}").result(LONG).status_code == 200
    assert ask(path="/monitors").result(LONG).status_code == 200
    asked = ask(path=f"/monitors/{mine}")
    (one,) = held(world)
    world.breakpoints.release(one["id"], status=204)
    response = asked.result(LONG)
    assert (response.status_code, response.content) == (204, b"")


def test_after_its_time_the_response_is_sent_as_it_was(world, ask):
    world.breakpoints.add(hold_for="1s")
    assert ask().result(LONG).status_code == 200
    assert world.breakpoints.held() == []


def test_a_client_that_leaves_is_held_no_longer(world, server, key):
    world.breakpoints.add(hold_for="10m")
    address = urlsplit(server.url)
    request = f"GET /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(request.encode())
        held(world)
    held(world, 0)


def test_what_is_removed_holds_nothing(world, ask):
    first = world.breakpoints.add(operation="listMonitors")
    world.breakpoints.add(operation="listIncidents", times=5)
    one, two = ask(), ask(path="/incidents")
    held(world, 2)
    world.breakpoints.remove(first["id"])
    assert one.result(LONG).status_code == 200
    with pytest.raises(RequestRefused, match="no breakpoint"):
        world.breakpoints.remove(first["id"])
    (rule,) = world.breakpoints.all()
    assert rule["times"] == 4
    world.breakpoints.clear()
    assert two.result(LONG).status_code == 200
    assert world.breakpoints.all() == []


def test_a_reset_releases_what_is_held(world, ask):
    world.breakpoints.add(times=2)
    asked = ask()
    held(world)
    world.reset()
    assert asked.result(LONG).status_code == 200
    assert world.breakpoints.all() == []


def test_they_are_bounded(world, ask, monkeypatch):
    for _ in range(20):
        rule = world.breakpoints.add(times=1000, hold_for="10m")
    with pytest.raises(RequestRefused, match="20 breakpoints already"):
        world.breakpoints.add()
    asked = [ask() for _ in range(11)]
    held(world, 10)
    until(lambda: sum(one.done() for one in asked), lambda count: count == 1, seconds=LONG)
    monkeypatch.setattr("statuspool_mock.web.vendor.holding.MOST_HELD_OF_SERVER", 10)
    world.breakpoints.release(world.breakpoints.held()[0]["id"])
    held(world, 9)
    asked.append(ask())
    held(world, 10)
    assert ask().result(LONG).status_code == 200
    assert rule["times"] == 1000
    world.breakpoints.clear()
    assert {one.result(LONG).status_code for one in asked} == {200}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"operation": "nonsense"}, "Must be one of"),
        ({"hold_for": "11m"}, "at most 600"),
        ({"hold_for": "soon"}, "duration"),
        ({"times": 0}, "times"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rule_that_is_none_is_refused(world, rule, why):
    with pytest.raises(RequestRefused, match=why):
        world.breakpoints.add(**rule)
    assert world.breakpoints.all() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": 99}, "status"),
        ({"status": 101}, "status"),
        ({"headers": {"X Y": "1"}}, "valid names"),
        ({"headers": {"X-Y": "1\r\nX-Z: 2"}}, "valid value"),
        ({"headers": {"X-Y": "\u2603"}}, "valid value"),
        ({"headers": {"Content-Length": "3"}}, "the server sets"),
        ({"body": "x" * 1_000_001}, "body"),
    ],
)
def test_an_edit_that_is_none_is_refused_and_the_request_stays_held(world, ask, changes, why):
    world.breakpoints.add()
    asked = ask()
    (one,) = held(world)
    with pytest.raises(RequestRefused, match=why):
        world.breakpoints.release(one["id"], **changes)
    world.breakpoints.release(one["id"], headers={"Content-Type": None})
    response = asked.result(LONG)
    assert response.status_code == 200
    assert "Content-Type" not in response.headers


def test_the_stream_tells_of_held_requests(world, ask):
    newest = next(world.events(last_event_id=0))["id"]
    world.breakpoints.add()
    asked = ask()
    (one,) = held(world)
    world.breakpoints.release(one["id"])
    asked.result(LONG)
    kinds = []
    with contextlib.closing(world.events(last_event_id=newest)) as events:
        for event in events:
            kinds += [event["event"]] if event["event"] in {"held", "released"} else []
            if kinds[-1:] == ["released"]:
                break
    assert kinds == ["held", "released"]


def test_without_a_journal_requests_are_held_too(threads):
    with RunningServer(Settings(port=0, journal=0)) as server, Control(server.control_url) as world:
        world.breakpoints.add()
        headers = {"Authorization": "Bearer sp_test_demo"}
        asked = threads.submit(httpx.get, f"{server.url}/monitors", headers=headers, timeout=LONG)
        (one,) = held(world)
        world.breakpoints.release(one["id"], body="[]")
        assert asked.result(LONG).json() == []


@pytest.mark.process
def test_a_case_in_which_a_response_was_edited_replays(world, ask, tmp_path):
    world.clock.freeze()
    ask().result(LONG)
    world.breakpoints.add(operation="listMonitors")
    asked = ask()
    (one,) = held(world)
    world.breakpoints.release(one["id"], status=500, body="edited")
    asked.result(LONG)
    ask(path="/incidents").result(LONG)
    file = tmp_path / "case.json"
    file.write_text(json.dumps(world.case()), "utf-8")
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.process
def test_sigterm_sends_what_is_held(threads):
    with serving() as mock, Control(mock.control_url) as world:
        world.breakpoints.add(hold_for="10m")
        headers = {"Authorization": "Bearer sp_test_demo"}
        asked = threads.submit(httpx.get, f"{mock.url}/monitors", headers=headers, timeout=LONG)
        held(world)
        mock.process.send_signal(signal.SIGTERM)
        assert asked.result(LONG).status_code == 200
        assert mock.process.wait(LONG) == 0
