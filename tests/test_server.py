"""Two servers live in one process, and a server that ends leaves nothing behind."""

import gc
import json
import socket
import struct
import sys
import threading

import httpx
import pytest

from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web.sockets import CannotListen

KEY = {"Authorization": "Bearer sp_test_x"}
NEW = {"name": "Checkout", "url": "https://checkout.example.com/", "interval_seconds": 60}


def total(server):
    return len(httpx.get(f"{server.url}/monitors", headers=KEY).json()["results"])


def test_two_servers_in_one_process_share_nothing():
    settings = Settings(port=0, scenario="empty")
    with RunningServer(settings) as one, RunningServer(settings) as other:
        assert one.url != other.url
        httpx.post(f"{one.url}/monitors", json=NEW, headers=KEY).raise_for_status()
        assert (total(one), total(other)) == (1, 0)


def test_it_is_gone_after_its_block_and_so_is_its_thread():
    before = threading.active_count()
    with RunningServer(Settings(port=0, scenario="empty")) as server:
        url, port = server.url, server.address.port
        assert total(server) == 0
    assert threading.active_count() <= before  # those of other tests may have ended meanwhile
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/monitors")
    with RunningServer(Settings(port=port, scenario="empty")) as again:
        assert total(again) == 0


def test_a_port_in_use_is_said_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"port {port}: .* Choose another with --port"):
            RunningServer(Settings(port=port)).__enter__()


def test_an_unknown_host_is_said():
    with pytest.raises(CannotListen, match=r"Cannot listen on 192\.0\.2\.1"):
        RunningServer(Settings(host="192.0.2.1", port=0)).__enter__()


def test_ipv6_addresses_are_bracketed():
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with RunningServer(Settings(host="::1", port=0, scenario="empty")) as server:
        assert server.url.startswith("http://[::1]:")
        assert total(server) == 0


def test_a_chosen_instant_freezes_the_worlds_there():
    settings = Settings(port=0, clock=ClockChoice(at=1_800_000_000))
    with RunningServer(settings) as server:
        statuses = [
            httpx.post(f"{server.url}/monitors", json=NEW, headers=KEY).json()["created_at"]
            for _ in range(2)
        ]
    assert statuses == ["2027-01-15T08:00:00Z"] * 2


def test_a_server_on_a_thread_leaves_the_garbage_collector_as_it_was():
    before = gc.get_threshold()
    with RunningServer(Settings(port=0, scenario="empty")):
        assert gc.get_threshold() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a connection's segments")
def test_an_answer_comes_in_one_piece():
    """Each piece is a call to the kernel, here and there: two of them cost a fifth of a request."""
    request = b"GET /v1/monitors?limit=1 HTTP/1.1\r\nHost: x\r\n"
    request += b"Authorization: Bearer sp_test_x\r\n\r\n"
    with RunningServer(Settings(port=0, scenario="docs")) as server:
        host, port = server.control_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            for responses in (1, 2):
                connection.sendall(request)
                head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                assert json.loads(body)["results"]
                assert _segments(connection) == responses


def _segments(connection):
    """Return how many segments with data came: tcpi_data_segs_in of Linux's tcp_info."""
    (segments,) = struct.unpack_from(
        "=I", connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), 152
    )
    return segments
