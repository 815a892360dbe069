"""Any key on any connection: hand-over and forwarding are not seen by clients."""

import http.client
import json
import threading
from itertools import product

import httpx
import pytest

from tests.hostile.wire import connected, exchange, received, responses
from tests.workers.worlds import key_at, keys

pytestmark = pytest.mark.process
MONITOR = {"name": "Mine", "url": "https://perfect.test/health", "interval_seconds": 60}


def request(key, method="GET", path="/v1/monitors?limit=1", *headers, body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}"]
    lines += headers
    if body and not any(line.startswith("Transfer-Encoding") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def names(client, key):
    found = client.get("/monitors", params={"limit": 100}, headers=bearer(key)).json()
    return [one["name"] for one in found["results"]]


def one_response(connection, *, is_head=False):
    """Read the next response of a connection that stays open."""
    response = http.client.HTTPResponse(connection, method="HEAD" if is_head else "GET")
    response.begin()
    return response.status, response.read()


def journal_numbers(served, key):
    found = httpx.get(f"{served.control_url}/_mock/journal", headers=bearer(key)).json()
    return [one["number"] for one in found["results"]]


def test_keys_take_turns_on_one_connection_of_httpx(served):
    first, second = keys()
    with httpx.Client(base_url=served.url, limits=httpx.Limits(max_connections=1)) as client:
        for number in range(6):
            for key in (first, second, second, first):
                body = {**MONITOR, "name": f"{key} {number}"}
                assert client.post("/monitors", json=body, headers=bearer(key)).status_code == 201
    with httpx.Client(base_url=served.url) as client:
        for key in (first, second):
            mine = [name for name in names(client, key) if name.startswith("sp_test")]
            assert sorted(mine) == sorted([f"{key} {number}" for number in range(6)] * 2)


@pytest.mark.parametrize("pattern", ["0101", "1010", "0011", "1100", "0110100"])
def test_keys_take_turns_on_one_connection_of_http_client(served, pattern):
    both = keys()
    host, port = httpx.URL(served.url).host, httpx.URL(served.url).port
    connection = http.client.HTTPConnection(host, port, timeout=60)
    for place in pattern:
        connection.request("GET", "/v1/monitors?limit=1", headers=bearer(both[int(place)]))
        assert connection.sock is not None
        with connection.getresponse() as response:
            assert response.status == 200
            response.read()
    connection.close()
    for key, place in zip(both, "01", strict=True):
        count = httpx.get(f"{served.control_url}/_mock/journal/count", headers=bearer(key)).json()
        assert count["count"] == pattern.count(place)


@pytest.mark.parametrize("order", ["01", "10", "0110", "1001", "00110101"])
def test_pipelined_requests_of_different_worlds_are_answered_in_order(served, order):
    both = keys()
    for key in both:
        httpx.post(f"{served.url}/monitors", json={**MONITOR, "name": key}, headers=bearer(key))
    sent = [request(both[int(place)], path="/v1/monitors?limit=100") for place in order]
    sent[-1] = request(both[int(order[-1])], "GET", "/v1/monitors?limit=100", "Connection: close")
    found = responses(exchange(served.url, b"".join(sent)))
    assert [answer.status for answer in found] == [200] * len(order)
    for answer, place in zip(found, order, strict=True):
        assert both[int(place)] in {one["name"] for one in answer.value["results"]}


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_request_may_be_cut_anywhere(served, is_chunked):
    both = keys()
    body = json.dumps(MONITOR).encode()
    headers = ("Content-Type: application/json", "Connection: close")
    if is_chunked:
        half = len(body) // 2
        body = b"".join(
            b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b"")
        )
        headers += ("Transfer-Encoding: chunked",)
    whole = [request(key, "POST", "/v1/monitors", *headers, body=body) for key in both]
    offsets = range(1, len(whole[0]), 3)
    for offset in offsets:
        data = whole[offset % 2]
        with connected(served.url) as connection:
            connection.sendall(data[:offset])
            connection.sendall(data[offset:])
            (found,) = responses(received(connection))
        assert found.status == 201, (offset, found)
    with httpx.Client(base_url=served.url) as client:
        made = [name for key in both for name in names(client, key) if name == "Mine"]
    assert len(made) == min(len(offsets), len(made))
    assert len(made) >= min(len(offsets), 100)


def test_bodies_of_any_size_reach_their_world(served):
    for key in keys():
        snapshot = httpx.get(f"{served.control_url}/_mock/snapshot", headers=bearer(key)).json()
        text = json.dumps(snapshot)
        for size in (0, 3_000, 60_000, 70_000, 300_000, 2_000_000):
            padded = " " * max(size - len(text), 0) + text
            for headers in ({}, {"Connection": "close"}):
                put = httpx.put(
                    f"{served.control_url}/_mock/snapshot",
                    content=padded,
                    headers={**bearer(key), **headers, "Content-Type": "application/json"},
                )
                assert put.status_code == 200, put.text


def test_a_connection_stays_open_over_hand_overs(served):
    first, second = keys()
    with connected(served.url) as connection:
        for key in (first, first, second, second, second, first, first, second) * 3:
            connection.sendall(request(key))
            assert one_response(connection)[0] == 200


def test_head_and_close_work_on_every_worker(served):
    for key, close in product(keys(), (False, True)):
        with connected(served.url) as connection:
            connection.sendall(request(key, "HEAD", "/v1/monitors", *["Connection: close"] * close))
            assert one_response(connection, is_head=True) == (200, b"")
            if close:
                assert received(connection) == b""
            else:
                connection.sendall(request(key))
                assert one_response(connection)[0] == 200


def test_a_client_that_sends_no_more_gets_its_response(served):
    both = keys()
    for key in both:  # as on one process, the world has to be open
        assert httpx.get(f"{served.url}/monitors", headers=bearer(key)).status_code == 200
    for key in both * 5:
        (found,) = responses(exchange(served.url, request(key), half_close=True))
        assert found.status == 200


def test_a_client_may_wait_before_it_sends_the_body(served):
    body = json.dumps(MONITOR).encode()
    for key in keys():
        head = request(
            key, "POST", "/v1/monitors", "Content-Type: application/json",
            f"Content-Length: {len(body)}", "Expect: 100-continue", "Connection: close",
        )  # fmt: skip
        with connected(served.url) as connection:
            connection.sendall(head)
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            connection.sendall(body)
            (found,) = responses(received(connection))
        assert found.status == 201


def test_requests_without_a_world_are_answered_by_any_worker(served):
    with httpx.Client(base_url=served.control_url) as client:
        for key in keys():
            assert client.get("/v1/monitors", headers=bearer(key)).status_code == 200
            for path in ("/", "/healthz", "/readyz", "/docs", "/_mock/", "/v1/openapi.json"):
                assert client.get(path).status_code == 200, path
            assert client.get("/v1/monitors").status_code == 401
            assert client.get("/v1/monitors", headers=bearer("nonsense")).status_code == 401


def test_a_stream_of_events_comes_from_the_world_of_its_key(served):
    for key in keys():
        path = f"/_mock/events?key={key}"
        stream = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode()
        for asked in (stream, request(key, path="/_mock/events")):
            with connected(served.url) as connection:
                connection.sendall(asked)
                assert connection.recv(10).startswith(b"HTTP/1.1 2")
                httpx.get(f"{served.url}/monitors", headers=bearer(key))
                seen = b""
                while b"event: exchange" not in seen:
                    seen += connection.recv(65_536) or pytest.fail(f"it ended after {seen!r}")


def test_numbers_of_the_journal_have_no_gap_over_many_connections(served):
    key = key_at(0)

    def ask():
        with httpx.Client(base_url=served.url, headers=bearer(key)) as client:
            for _ in range(15):
                assert client.get("/monitors?limit=1").status_code == 200

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(journal_numbers(served, key)) == list(range(1, 61))


def test_garbage_ends_its_connection_only(served):
    assert responses(exchange(served.url, b"\0\1\2 garbage\r\n\r\n"))[0].status == 400
    for key in keys():
        assert httpx.get(f"{served.url}/monitors", headers=bearer(key)).status_code == 200
