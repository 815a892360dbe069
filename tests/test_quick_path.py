"""Requests that are answered at once, and those that uvicorn answers in a task: same responses."""

import asyncio
import json
import logging
import re
import socket
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web import quick_protocol
from statuspool_mock.web.known_heads import MOST_KNOWN_HEADS, KnownHeads
from statuspool_mock.web.quick_protocol import QuickProtocol
from statuspool_mock.web.quick_requests import in_task, start
from tests.hostile.wire import connected, exchange, responses

KEY = "sp_test_quick"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SETTINGS = Settings(port=0, rate_limit=None, clock=ClockChoice(at=1_764_072_000))


@contextmanager
def served(settings=SETTINGS):
    """Serve until the block ends; yield the server and the ways in which requests went."""
    ways = []
    with pytest.MonkeyPatch.context() as patch:

        def noting(coroutine, *, loop):
            ways.append("ended")  # before the client has the response
            task = start(coroutine, loop=loop)
            if task is not None:
                ways[-1] = "went on as a task"
            return task

        patch.setattr(quick_protocol, "start", noting)
        with RunningServer(settings) as server:
            yield server, ways


@pytest.fixture
def slowly(monkeypatch):
    """Return a function that lets every request take uvicorn's way."""

    def slow_down():
        monkeypatch.setattr(QuickProtocol, "_may_be_quick", lambda _: False)
        monkeypatch.setattr(QuickProtocol, "heads", KnownHeads())

    return slow_down


def request(method, path, *headers, key=KEY):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if key:
        lines.insert(2, f"Authorization: Bearer {key}")
    return "\r\n".join([*lines, "", ""]).encode()


def writing(method, path, body, *headers, key=KEY):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = f"Content-Length: {len(content)}"
    return request(method, path, "Content-Type: application/json", length, *headers, key=key) + (
        content
    )


CLOSE = request("GET", "/healthz", "Connection: close", key=None)


def ask(server, *requests):
    """Send requests one after the other on one connection; return each response as received."""
    found = []
    with connected(server.url) as connection:
        for one in requests:
            connection.sendall(one)
            found.append(response_on(connection, head_only=one.startswith(b"HEAD")))
    return found


def response_on(connection, *, head_only=False):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1 << 16)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    size = 0 if head_only else int(lines.get(b"content-length", 0))
    while len(body) < size:
        body += connection.recv(1 << 16)
    return data[: len(head) + 4] + body


def undated(response):
    head, separator, body = response.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"date:")]
    return b"\r\n".join(lines) + separator + body


def without_id(response):
    return re.sub(rb"(req_|x-request-id: )\w+", b"", response)


def monitors(server, key=KEY):
    headers = {"Authorization": f"Bearer {key}"}
    return [
        one["id"] for one in httpx.get(f"{server.url}/monitors", headers=headers).json()["results"]
    ]


def all_requests(own, foreign):
    """Return a request for each GET operation, DELETE, each error, and ways to ask for them."""
    yield request("GET", "/v1/monitors", key=None)
    yield request("GET", "/v1/monitors", key="sk_wrong")
    yield request("GET", "/v1/monitors", key=f"{KEY}.revoked")
    yield request("GET", "/v1/monitors", "Connection: keep-alive")
    for query in ("", "?limit=1&page=2", "?limit=0", "?status=down", "?status=no", "?%6Cimit=1"):
        yield request("GET", f"/v1/monitors{query}")
    for monitor_id in (own[0], own[0].upper(), foreign[0], UNKNOWN, "no", "%41", "caf%C3%A9"):
        for below in ("", "/status", "/logs", "/logs?limit=100&from=2025-11-20T00%3A00%3A00Z"):
            yield request("GET", f"/v1/monitors/{monitor_id}{below}")
    yield request("GET", f"/v1/monitors/{own[0]}/logs?from=2025-11-20T00:00:00Z&to=2024")
    for path in ("incidents", f"incidents?monitor_id={own[1]}", "webhooks", "webhooks?active=no"):
        yield request("GET", f"/v1/{path}")
    for path in ("nothing", "monitors/", "monitors?a#b", "openapi.json"):
        yield request("GET", f"/v1/{path}")
    for code in (200, 400, 401, 403, 404, 429, 500):
        yield request("GET", "/v1/monitors", f"Prefer: code={code}")
    for origin in ("http://localhost:3000", "https://other.example"):
        yield request("GET", "/v1/monitors", f"Origin: {origin}")
    for path in (own[0], foreign[0], UNKNOWN):
        yield request("DELETE", f"/v1/monitors/{path}", key=f"{KEY}.ro")
        yield request("DELETE", f"/v1/monitors/{path}")
    yield from all_writes(own)
    for method, path in (("DELETE", "monitors"), ("HEAD", "monitors"), ("OPTIONS", "monitors")):
        yield request(method, f"/v1/{path}")
    yield request("GET", "/v1/monitors", "Connection: close")


def all_writes(own):
    """Return requests with a body for each operation that has one, and each error of bodies."""
    monitor = {"name": "One", "url": "https://one.example.com", "interval_seconds": 60}
    incident = {"monitor_id": own[1], "title": "One"}
    webhook = {"url": "http://127.0.0.1:9/", "events": ["monitor.down"], "secret": "s" * 32}
    paths = {"monitors": monitor, "incidents": incident, "webhooks": webhook}
    for path, body in paths.items():
        for content in (body, {}, [], b"", b"{", b"{} {}", b'"\\ud800"', body | {"name": None}):
            yield writing("POST", f"/v1/{path}", content)
        yield writing("POST", f"/v1/{path}", body, key=f"{KEY}.ro")
        yield writing("POST", f"/v1/{path}", body, key=None)
        yield writing("POST", f"/v1/{path}", body, "Content-Type: text/plain")
        yield writing("POST", f"/v1/{path}", body, "Origin: https://other.example")
    for monitor_id in (own[1], UNKNOWN, "no"):
        yield writing("PUT", f"/v1/monitors/{monitor_id}", {"name": "Another"})
        yield writing("PUT", f"/v1/monitors/{monitor_id}", {"name": "x" * 5_000})
    yield writing("POST", "/v1/nothing", {})
    yield writing("DELETE", f"/v1/monitors/{UNKNOWN}", {})


def everything(server):
    """Send all requests; return the responses, and what the server says about them."""
    own, foreign = monitors(server), monitors(server, f"{KEY}.rival")
    found = [undated(ask(server, one)[0]) for one in all_requests(own, foreign)]
    headers = {"Authorization": f"Bearer {KEY}"}
    journal, coverage, metrics = (
        httpx.get(f"{server.control_url}/{path}", headers=headers)
        for path in ("_mock/journal?limit=1000", "_mock/coverage", "metrics")
    )
    exchanges = [
        {name: value for name, value in one.items() if name not in {"at", "milliseconds"}}
        for one in journal.json()["results"]
    ]
    counts = [line for line in metrics.text.splitlines() if "requests_total{" in line]
    return found, exchanges, coverage.json(), counts


def test_both_ways_give_the_same_responses_journal_coverage_and_metrics(slowly):
    with served() as (server, ways):
        quick = everything(server)
    assert ways.count("ended") > 100
    slowly()
    with served() as (server, ways):
        slow = everything(server)
    assert not ways
    for one, other in zip(quick[0], slow[0], strict=True):
        assert one == other
    assert quick[1:] == slow[1:]
    assert len(quick[1]) > 60
    assert len(quick[3]) > 20


@pytest.mark.parametrize(
    "plain",
    [
        request("HEAD", "/v1/monitors"),
        request("GET", "/v1/monitors", "Connection: close"),
        request("GET", "/v1/monitors", "Connection: keep-alive, upgrade", "Upgrade: h2c"),
        request("GET", "/v1/monitors", "Content-Length: 0"),
        request("GET", "/v1/monitors", "Expect: 100-continue"),
        request("GET", "/v1/monitors").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("GET", "/v1/monitors", "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("GET", "/healthz"),
        request("PUT", f"/v1/monitors/{UNKNOWN}"),
    ],
)
def test_what_is_unusual_goes_uvicorns_way(plain):
    with served() as (server, ways):
        ask(server, plain)
        assert not ways
        ask(server, request("GET", "/v1/monitors"))
        assert ways


def test_pipelined_requests_go_uvicorns_way_and_keep_their_order():
    with served() as (server, ways):
        ask(server, request("GET", "/v1/monitors"))
        ways.clear()
        many = b"".join(request("GET", f"/v1/monitors?limit={n}") for n in range(1, 6))
        found = responses(exchange(server.url, many + CLOSE))
        assert [len(one.value["results"]) for one in found[:-1]] == [1, 2, 3, 4, 5]
        assert not ways


def test_a_request_in_several_pieces_is_answered():
    one = request("GET", "/v1/monitors?limit=1")
    with served() as (server, ways), connected(server.url) as connection:
        for byte in one:
            connection.sendall(bytes([byte]))
        assert response_on(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(one + one[:20])
        assert response_on(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(one[20:])
        assert response_on(connection).startswith(b"HTTP/1.1 200")
    assert len(ways) == 3


def test_a_body_in_several_pieces_is_taken():
    body = {"name": "One", "url": "https://one.example.com", "interval_seconds": 60}
    one = writing("POST", "/v1/monitors", body)
    with served() as (server, ways), connected(server.url) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for end in range(len(one) - 100, len(one) + 1, 9):
            connection.sendall(one[:end])
            time.sleep(0.005)
            connection.sendall(one[end:])
            assert response_on(connection).startswith(b"HTTP/1.1 201")
    assert set(ways[1:]) <= {"ended"}  # the first one waits for its sandbox


def test_a_known_head_is_answered_as_when_it_was_new(monkeypatch):
    heads = KnownHeads()
    monkeypatch.setattr(QuickProtocol, "heads", heads)
    own, foreign = [], []
    with served() as (server, _):
        own, foreign = monitors(server), monitors(server, f"{KEY}.rival")
        reads = [one for one in all_requests(own, foreign) if one.startswith(b"GET /v1/")]
        first = [without_id(undated(ask(server, one)[0])) for one in reads]
        assert sum(heads.find(one) is not None for one in reads) > 40
        assert [without_id(undated(ask(server, one)[0])) for one in reads] == first


def test_a_known_head_behind_a_part_of_another_request_is_no_request():
    one = request("GET", "/v1/monitors?limit=1")
    with served() as (server, _), connected(server.url) as connection:
        assert ask(server, one, one)[1].startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET /v1/monitors?limit=2 HTTP/1.1\r\nX: ")
        time.sleep(0.1)
        connection.sendall(one)  # begins with the value of the header
        found = response_on(connection)
        assert found.startswith(b"HTTP/1.1 200")
        assert found.count(b'"id"') == 2
        body = b"x" * 20_000
        connection.sendall(writing("POST", "/v1/monitors", body + one)[: -len(one)])
        time.sleep(0.1)
        connection.sendall(one)  # ends the body
        assert response_on(connection).startswith(b"HTTP/1.1 400")


def test_no_more_heads_are_kept_than_said(monkeypatch):
    heads = KnownHeads()
    monkeypatch.setattr(QuickProtocol, "heads", heads)
    with served() as (server, _):
        paths = [f"/v1/monitors?limit=1&n={number}" for number in range(MOST_KNOWN_HEADS + 10)]
        found = ask(server, *(request("GET", path) for path in paths))
        assert all(one.startswith(b"HTTP/1.1 200") for one in found)
        assert len(heads) == 10
        ask(server, request("GET", "/v1/monitors", f"X-Long: {'x' * 2_100}"))
        assert len(heads) == 10


def test_garbage_behind_a_request_is_refused_after_its_response():
    one = request("GET", "/v1/monitors?limit=1")
    with served() as (server, _):
        first, second = responses(exchange(server.url, one + b"NOT HTTP\r\n\r\n"))
    assert (first.status, second.status) == (200, 400)


def test_a_delayed_request_goes_on_as_a_task_and_others_are_served():
    with served() as (server, ways), connected(server.url) as waiting:
        ask(server, request("GET", "/v1/monitors"))
        waiting.sendall(request("GET", "/v1/monitors", "Prefer: delay=1500"))
        waiting.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        assert ask(server, request("GET", "/v1/monitors"))[0].startswith(b"HTTP/1.1 200")
        waiting.settimeout(60)
        assert response_on(waiting).startswith(b"HTTP/1.1 200")
    assert ways[-2:] == ["went on as a task", "ended"]


def test_a_request_waits_while_its_world_is_held():
    with served() as (server, ways):
        ask(server, request("GET", "/v1/monitors"))
        sandbox = _sandbox_of(server)
        hold = sandbox._hold.on()
        hold.__enter__()
        with connected(server.url) as waiting:
            waiting.sendall(request("GET", "/v1/monitors"))
            waiting.settimeout(0.2)
            with pytest.raises(TimeoutError):
                waiting.recv(1)
            server._server.servers[0].get_loop().call_soon_threadsafe(
                hold.__exit__, None, None, None
            )
            waiting.settimeout(60)
            assert response_on(waiting).startswith(b"HTTP/1.1 200")
        assert ways[-1] == "went on as a task"


def test_a_stalled_response_ends_with_its_client():
    with served() as (server, ways):
        headers = {"Authorization": f"Bearer {KEY}"}
        fault = {"operation": "listMonitors", "breakage": "stalled", "times": 1}
        made = httpx.post(f"{server.control_url}/_mock/faults", json=fault, headers=headers)
        assert made.status_code == 201
        with connected(server.url) as connection:
            connection.sendall(request("GET", "/v1/monitors"))
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        assert ask(server, request("GET", "/v1/monitors"))[0].startswith(b"HTTP/1.1 200")
    assert "went on as a task" in ways


def test_a_client_that_does_not_read_stops_the_server_from_reading():
    one = request("GET", "/v1/monitors?limit=100")
    with served() as (server, _), connected(server.url) as connection:
        connection.settimeout(2)
        sent = _sent_until_it_waits(connection, one)
        assert ask(server, one)[0].startswith(b"HTTP/1.1 200")
        connection.settimeout(60)
        reader = threading.Thread(target=_read_on, args=(connection, sent))
        reader.start()
        reader.join(60)
        assert not reader.is_alive()


def test_a_stopping_server_finishes_the_response_and_closes():
    with served() as (server, _), connected(server.url) as connection:
        connection.sendall(request("GET", "/v1/monitors", "Prefer: delay=500"))
        time.sleep(0.2)
        server._server.should_exit = True
        response = response_on(connection)
        assert response.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in response
        assert connection.recv(1) == b""


def test_an_idle_connection_is_closed_after_the_time_since_its_last_response(monkeypatch):
    seconds = property(lambda _: 2.0, _ignore)
    monkeypatch.setattr(QuickProtocol, "timeout_keep_alive", seconds, raising=False)
    one = request("GET", "/v1/monitors")
    with served() as (server, _), connected(server.url) as connection:
        for _ in range(4):
            time.sleep(0.7)
            connection.sendall(one)
            assert response_on(connection).startswith(b"HTTP/1.1 200")
        assert connection.recv(1) == b""


def test_a_quick_request_is_written_to_the_access_log(caplog):
    caplog.set_level(logging.INFO, "statuspool_mock.access")
    with served(SETTINGS.__class__(port=0, access_log=True)) as (server, ways):
        ask(server, request("GET", "/v1/monitors"), request("GET", f"/v1/monitors/{UNKNOWN}"))
    assert ways[-1] == "ended"
    lines = [record.getMessage() for record in caplog.records]
    assert any("GET '/v1/monitors' 200" in line for line in lines)
    assert any(f"GET '/v1/monitors/{UNKNOWN}' 404" in line for line in lines)


def test_what_needs_a_task_can_ask_for_one_and_cancelling_reaches_the_coroutine():
    seen = []

    async def work():
        seen.append(asyncio.current_task())
        await in_task()
        seen.append(asyncio.current_task())
        async with asyncio.timeout(60):
            try:
                await asyncio.sleep(60)
            finally:
                seen.append("cleaned up")

    async def main():
        loop = asyncio.get_running_loop()
        tasks = []
        loop.call_soon(lambda: tasks.append(start(work(), loop=loop)))
        await asyncio.sleep(0.05)
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        assert seen == [None, tasks[0], "cleaned up"]

    asyncio.run(main())


def _ignore(protocol, value):
    """Take no value."""


def _sent_until_it_waits(connection, data):
    for sent in range(1_000_000):
        try:
            connection.sendall(data)
        except TimeoutError:
            return sent
    raise AssertionError("expected the server to stop reading, but it goes on")


def _read_on(connection, wanted):
    for _ in range(min(wanted, 50)):
        assert connection.recv(1 << 16)


def _sandbox_of(server):
    (sandbox,) = (one for one in server._server._ticker._sandboxes if one.name == "quick")
    return sandbox
