"""Connections whose TLS handshake does not come, or comes with all that follows."""

import ssl
import time
from contextlib import ExitStack, suppress

import httpx
import pytest

from statuspool_mock.interception.authority import Authority
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from tests.hostile.wire import connected, received, responses

REQUEST = b"GET /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sp_test_tls\r\n\r\n"


@pytest.fixture(scope="module")
def authority():
    return Authority.made_now()


@pytest.fixture
def trust(authority, tmp_path):
    return ssl.create_default_context(cafile=authority.write_certificate(tmp_path))


@pytest.fixture
def server(authority):
    tls = authority.server_context("127.0.0.1")
    with RunningServer(Settings(port=0, tls=tls, rate_limit=None)) as server:
        yield server


def records(client):
    """Yield what the server sent, until it said that this was all."""
    with suppress(ssl.SSLZeroReturnError):
        while record := client.read(1 << 16):
            yield record


def bounded(monkeypatch, **limits):
    monkeypatch.setattr(BoundedProtocol, "limits", BoundedProtocol.limits._replace(**limits))


def test_handshakes_count_as_connections_and_end(monkeypatch, server, trust):
    bounded(monkeypatch, connections=20, head_seconds=0.5)
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(server.url)) for _ in range(30)]
        began = time.monotonic()
        assert [received(connection) for connection in idle] == [b""] * 30
        assert time.monotonic() - began < 20  # by itself, asyncio waits 60 s
        url = f"{server.control_url}/healthz"
        assert httpx.get(url, verify=trust, timeout=20).status_code == 200


def test_what_is_beyond_the_bound_is_closed_at_once(monkeypatch, server):
    bounded(monkeypatch, connections=20, head_seconds=3_600)
    with ExitStack() as stack:
        for _ in range(10):  # half of the bound, since some are accepted meanwhile
            stack.enter_context(connected(server.url))
        time.sleep(0.2)
        late = stack.enter_context(connected(server.url))
        assert received(late) == b""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_requests_may_come_together_with_the_end_of_the_handshake(server, trust, version):
    trust.maximum_version = version
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with connected(server.url) as connection:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(1 << 16))
        client.write(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        connection.sendall(outgoing.read())
        incoming.write(received(connection))
    (response,) = responses(b"".join(records(client)))
    assert response.status == 200
    assert response.value["results"]


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff", b"\0" * 9_000]
)
def test_what_is_no_handshake_ends_the_connection(monkeypatch, server, data):
    bounded(monkeypatch, head_seconds=0.5)
    with connected(server.url) as connection:
        connection.sendall(data)
        assert b"HTTP" not in received(connection)


def test_a_handshake_under_way_does_not_hold_up_the_end(authority):
    tls = authority.server_context("127.0.0.1")
    with ExitStack() as stack:
        with RunningServer(Settings(port=0, tls=tls)) as server:
            connection = stack.enter_context(connected(server.url))
            time.sleep(0.2)
            began = time.monotonic()
        assert time.monotonic() - began < 8
        assert received(connection) == b""
