"""What a connection may send, leave unread and wait for is bounded."""

import json
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web import bounded_protocol
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from tests.hostile.wire import connected, exchange, responses

HEAD = b"GET /v1/monitors?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
EVENTS = b"GET /_mock/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
CODES = {
    400: "INVALID_REQUEST",
    408: "REQUEST_TIMEOUT",
    414: "URI_TOO_LONG",
    431: "REQUEST_HEADER_FIELDS_TOO_LARGE",
    503: "SERVICE_UNAVAILABLE",
}


@pytest.fixture
def impatient(monkeypatch):
    """Let every time run out at once."""
    limits = BoundedProtocol.limits._replace(head_seconds=0.1, body_seconds=0.1, unread_seconds=0.1)
    monkeypatch.setattr(BoundedProtocol, "limits", limits)
    monkeypatch.setattr(bounded_protocol, "_WATCH_SECONDS", 0.1)


def get(key, more=b""):
    return HEAD % key.encode() + more + b"\r\n"


def post(key, framing):
    return HEAD.replace(b"GET", b"POST") % key.encode() + framing + b"\r\n\r\n"


def refused(response, status):
    """Check that a response is the refusal of a connection."""
    assert response.status == status
    assert response.value["error"] == CODES[status]
    assert response.headers["connection"] == "close"
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"].startswith("req_")
    return True


def send_until_it_fails(connection, data, *, seconds=0.0):
    """Send data again and again; a connection that takes it without end fails the test."""
    for _ in range((200 << 20) // len(data) if len(data) > 1_000 else 1_000):
        connection.sendall(data)
        time.sleep(seconds)
    raise AssertionError("expected an end, got none")


def answers(server):
    """Whether the server still serves others."""
    return httpx.get(f"{server.control_url}/", timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NOT HTTP\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na\x00b: c\r\n\r\n", 400),
        (b"CONNECT a.example:443 HTTP/1.1\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /" + b"a" * 120_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\na: " + b"a" * 120_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 40_000 + b"\r\n", 431),
        (b"\r\n" * 100_000, 431),
    ],
)
def test_what_is_no_request_gets_the_error_envelope(server, request_, status):
    (response,) = responses(exchange(server.url, request_))
    assert refused(response, status)
    assert answers(server)


def test_a_head_just_below_the_bounds_is_served(server, key):
    long = b"a: " + b"a" * 20_000 + b"\r\nConnection: close\r\n"
    request = get(key, long).replace(b"limit=1", b"limit=1&x=" + b"x" * 8_000)
    assert [one.status for one in responses(exchange(server.url, request))] == [200]


def test_headers_without_end_are_not_kept(server):
    with connected(server.url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            send_until_it_fails(connection, b"a: " + b"a" * 100_000 + b"\r\n", seconds=0.002)
    assert answers(server)


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n" + b"trailer: x\r\n" * 10_000,
        b"0\r\ntrailer: " + b"x" * 100_000,
        b"5;extension=" + b"x" * 100_000,
    ],
    ids=["trailers", "a trailer", "an extension"],
)
def test_what_surrounds_chunks_is_bounded_too(server, key, rest):
    request = post(key, b"Transfer-Encoding: chunked") + rest
    (response,) = responses(exchange(server.url, request))
    assert refused(response, 431)


@pytest.mark.parametrize(
    "rest",
    [b"zz\r\n", b"\r\n", b"-1\r\n", b"2\r\nabc\r\n", b"f" * 20 + b"\r\n"],
)
def test_broken_chunks_are_refused_after_the_responses_before(server, key, rest):
    request = post(key, b"Transfer-Encoding: chunked") + rest
    (response,) = responses(exchange(server.url, request))
    assert refused(response, 400)
    first, last = responses(exchange(server.url, get(key) + request))
    assert first.status == 200
    assert refused(last, 400)


def test_garbage_after_a_request_is_refused_after_its_response(server, key):
    slow = get(key, b"Prefer: delay=200\r\n")
    first, second, last = responses(exchange(server.url, slow + slow + b"NOT HTTP\r\n\r\n"))
    assert (first.status, second.status) == (200, 200)
    assert refused(last, 400)


def test_pipelined_requests_are_all_answered_in_order(server, key):
    limits = range(1, 101)
    requests = b"".join(get(key).replace(b"limit=1", b"limit=%d" % limit) for limit in limits)
    data = exchange(server.url, requests * 10, get(key, b"Connection: close\r\n"))
    results = [len(one.value["results"]) for one in responses(data)]
    most = max(results)
    assert results == [min(limit, most) for limit in limits] * 10 + [1]


def test_few_pipelined_requests_are_queued(server, key, monkeypatch):
    queued = []
    start = BoundedProtocol._start_asgi_task

    def counting(protocol, cycle, app):
        queued.append(len(protocol.pipeline) + len(protocol._unparsed) // 100)
        start(protocol, cycle, app)

    monkeypatch.setattr(BoundedProtocol, "_start_asgi_task", counting)
    with connected(server.url) as connection:
        connection.settimeout(1)
        with pytest.raises(TimeoutError):  # the server stops reading, as nothing reads from it
            send_until_it_fails(connection, get(key) * 1_000)
    assert max(queued) < 100
    assert answers(server)


def test_a_body_behind_a_request_that_waits_is_not_read_without_end(server, key):
    with connected(server.url) as connection:
        connection.settimeout(1)
        connection.sendall(EVENTS % key.encode())
        connection.sendall(b"\r\n" + post(key, b"Content-Length: 900000000"))
        with pytest.raises(TimeoutError):
            send_until_it_fails(connection, b"x" * 1_000_000)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "part", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n", b"G"], ids=repr
)
def test_a_head_that_does_not_end_is_refused(server, part):
    (response,) = responses(exchange(server.url, part))
    assert refused(response, 408)


@pytest.mark.usefixtures("impatient")
def test_a_head_that_drips_is_refused(server):
    with connected(server.url) as connection:
        connection.sendall(b"GET /")
        with pytest.raises(ConnectionError):
            send_until_it_fails(connection, b"a", seconds=0.02)


@pytest.mark.usefixtures("impatient")
def test_a_connection_without_a_request_is_closed(server):
    assert exchange(server.url) == b""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("framing", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_end_is_refused(server, key, framing):
    part = b"{" if b"Len" in framing else b"9\r\n{"
    (response,) = responses(exchange(server.url, post(key, framing) + part))
    assert refused(response, 408)
    first, last = responses(exchange(server.url, get(key) + post(key, framing) + part))
    assert first.status == 200
    assert refused(last, 408)


@pytest.mark.usefixtures("impatient")
def test_the_rest_of_a_body_after_the_response_is_not_waited_for(server):
    request = b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    (response,) = responses(exchange(server.url, request))
    assert response.status == 404


@pytest.mark.usefixtures("impatient")
def test_a_delayed_response_is_not_taken_for_a_slow_client(server, key):
    request = get(key, b"Prefer: delay=800\r\nConnection: close\r\n")
    assert [one.status for one in responses(exchange(server.url, request))] == [200]


@pytest.mark.usefixtures("impatient")
def test_a_client_that_does_not_read_is_disconnected(server, key):
    with connected(server.url) as connection:
        connection.settimeout(30)
        with pytest.raises(ConnectionError):
            send_until_it_fails(connection, get(key).replace(b"limit=1", b"limit=100") * 100)


def test_connections_beyond_the_bound_are_refused(monkeypatch):
    monkeypatch.setattr(bounded_protocol, "_LINGER_SECONDS", 0.1)
    limits = BoundedProtocol.limits._replace(connections=5)
    monkeypatch.setattr(BoundedProtocol, "limits", limits)
    with RunningServer(Settings(port=0)) as server:  # no other test has connections to it
        with ExitStack() as stack:
            kept = [stack.enter_context(connected(server.url)) for _ in range(5)]
            for connection in kept:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert connection.recv(12) == b"HTTP/1.1 200"
            (response,) = responses(exchange(server.url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
            assert refused(response, 503)
        time.sleep(0.3)
        assert answers(server)


def test_requests_that_close_their_half_are_answered_or_closed(server, key):
    for request in (get(key), get(key) * 3, b"GET / HT", post(key, b"Content-Length: 9") + b"{"):
        for response in responses(exchange(server.url, request, half_close=True)):
            assert response.status in {200, 400}


def test_the_end_of_a_connection_ends_what_others_are_queued_behind(key):
    with RunningServer(Settings(port=0)) as server:  # no other test leaves tasks in it
        with connected(server.url) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            events = EVENTS % key.encode()
            connection.sendall(events + b"\r\n" + get(key))
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
        for _ in range(200):
            if not server._server.server_state.tasks:
                break
            time.sleep(0.05)
        assert not server._server.server_state.tasks


def test_a_refusal_is_one_json_object(server):
    data = exchange(server.url, b"NOT HTTP\r\n\r\n")
    assert json.loads(received_body(data))["details"] == [
        {"field": "request", "message": "Must be valid HTTP/1.1"}
    ]


def received_body(data):
    return data.partition(b"\r\n\r\n")[2]
