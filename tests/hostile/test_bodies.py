"""Bodies that cost much to read, parse or validate cost a client and its neighbours little."""

import json
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from statuspool_mock.contract import MOST_VIOLATIONS
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

MONITOR = {"name": "Shop", "url": "https://shop.example/", "interval_seconds": 60}
MOST_SECONDS = 4  # what was quadratic took far longer


@pytest.fixture
def client(server, key):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=server.control_url, headers=headers, timeout=60) as client:
        yield client


def details(response):
    assert response.status_code == 400, response.text[:500]
    return response.json()["details"]


def flat(count):
    """Return an object with many keys, the first of them twice."""
    keys = [f"k{number}" for number in range(count)]
    return "{" + ",".join(f'"{key}":1' for key in [*keys, keys[0]]) + "}"


@pytest.mark.parametrize("path", ["/v1/monitors", "/_mock/faults"])
def test_duplicate_keys_are_found_in_linear_time(client, path):
    began = time.monotonic()
    found = details(client.post(path, content=flat(19_000)))
    assert found == [
        {"field": "body", "message": "Must be valid JSON: the key 'k0' is given twice"}
    ]
    assert time.monotonic() - began < MOST_SECONDS


def test_a_long_duplicate_key_is_not_repeated_whole(client):
    long = "k" * 500_000
    (found,) = details(client.post("/v1/monitors", content=f'{{"{long}":1,"{long}":2}}'))
    assert len(found["message"]) < 300


@pytest.mark.parametrize(
    "change",
    [
        {"tags": [1] * 15_000},
        {"tags": ["fine"] * 7_000 + [1] * 7_000},
        {f"unknown{number}": number for number in range(15_000)},
    ],
    ids=["all", "the second half", "unknown"],
)
def test_violations_are_not_looked_for_without_end(client, change):
    body = {**MONITOR, **change}
    if "tags" not in change:
        body = {"by": "1h", **change}
    began = time.monotonic()
    path = "/v1/monitors" if "tags" in change else "/_mock/clock/advance"
    response = client.post(path, json=body)
    assert len(details(response)) == MOST_VIOLATIONS
    assert len(response.content) < 20_000
    assert time.monotonic() - began < MOST_SECONDS


def test_the_first_violations_of_a_long_list_are_shown(client):
    found = details(client.post("/v1/monitors", json={**MONITOR, "tags": ["fine"] * 9_000 + [1]}))
    assert [one["field"] for one in found] == ["tags.9000"]
    found = details(client.post("/v1/monitors", json={**MONITOR, "name": 1, "tags": [""] * 9_000}))
    assert [one["field"] for one in found] == ["name"]


def test_violations_of_parameters_are_bounded(client):
    query = "&".join(f"u{number}" for number in range(1_000))
    assert len(details(client.get(f"/_mock/journal?{query}"))) == MOST_VIOLATIONS


@pytest.mark.parametrize("path", ["/v1/monitors", "/_mock/faults", "/_mock/clock/advance"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[" * 101 + "]" * 101, "Must be nested at most 100 levels deep"),
        ('{"a":' * 101 + "1" + "}" * 101, "Must be nested at most 100 levels deep"),
        ("[" * 500_000, "Must have at most 20000 values"),
        ('{"name":"' + "\\\\" * 9 + '","tags":' + "[" * 101 + "]" * 101 + "}", "100 levels"),
        ("[" + "{}," * 20_000 + "{}]", "Must have at most 20000 values"),
    ],
)
def test_deep_and_crowded_bodies_are_refused(client, path, content, message):
    (found,) = details(client.post(path, content=content))
    assert found["field"] == "body"
    assert message in found["message"]


def test_brackets_and_commas_in_texts_do_not_count(client):
    name = '[{,]}\\"' * 10
    body = json.dumps({**MONITOR, "name": name, "tags": ["[,{" * 20_000, '"' * 999]})
    response = client.post("/v1/monitors", content=body)
    assert response.status_code == 201
    assert response.json()["name"] == name


def test_a_snapshot_of_many_objects_is_refused_at_once(client):
    began = time.monotonic()
    (found,) = details(
        client.put("/_mock/snapshot", content=b'{"a":[' + b"{}," * 10_000_000 + b"0]}")
    )
    assert found["message"] == "Must have at most 3000000 values"
    assert time.monotonic() - began < 2 * MOST_SECONDS


def test_only_a_snapshot_may_be_larger_than_a_mebibyte(client):
    large = json.dumps({"name": "x" * (1 << 20)})
    for path in ("/v1/monitors", "/_mock/faults"):
        (found,) = details(client.post(path, content=large))
        assert found["message"] == "Must be at most 1048576 bytes"
    assert details(client.put("/_mock/snapshot", content=large))[0]["field"] == "kind"


def raw(server, *parts):
    """Send parts on a connection of its own and return what comes back until it is closed."""
    with socket.create_connection(
        (urlsplit(server.url).hostname, urlsplit(server.url).port)
    ) as one:
        for part in parts:
            one.sendall(part)
        if not parts[-1]:
            one.shutdown(socket.SHUT_WR)
        one.settimeout(60)
        received = b""
        while chunk := one.recv(65_536):
            received += chunk
        return received


def test_a_body_of_tiny_chunks_is_read_in_linear_time(server, key):
    content = json.dumps({**MONITOR, "tags": ["x" * 200_000]}).encode()
    head = (
        f"POST /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in content) + b"0\r\n\r\n"
    began = time.monotonic()
    assert raw(server, head + chunks).startswith(b"HTTP/1.1 201 ")
    assert time.monotonic() - began < 2 * MOST_SECONDS


@pytest.mark.parametrize("mutants", [(), ("url-scheme-not-checked",)])
def test_a_body_that_breaks_off_has_no_effect(key, mutants):
    content = json.dumps({**MONITOR, "name": "Never"}).encode()
    head = (
        f"POST /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Length: {len(content) + 1}\r\n\r\n"
    ).encode()
    with RunningServer(Settings(port=0, mutants=mutants)) as server:
        raw(server, head + content, b"")
        headers = {"Authorization": f"Bearer {key}"}
        found = httpx.get(f"{server.url}/monitors?limit=100", headers=headers).json()
    names = [one["name"] for one in found["results"]]
    assert names
    assert "Never" not in names
