"""The tests' own proxies do what they are used for."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.fleet.proxies import TcpProxy
from tests.fleet.round_robin import RoundRobin

ROUNDS = 6


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(201)
        self.send_header("X-Port", str(self.server.server_address[1]))
        self.send_header("X-Header", self.headers.get("x-header", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def ports():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Echo) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_address[1] for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


def post(url, timeout=30):
    return httpx.post(url, content=b"tea", headers={"X-Header": "a"}, timeout=timeout)


def test_each_request_of_a_connection_goes_to_the_next_server(thread, ports):
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    with RoundRobin(thread, *urls) as balancer, httpx.Client(base_url=balancer.url) as client:
        found = [
            client.post("/x?y=%2F", content=b"tea", headers={"X-Header": "a"})
            for _ in range(ROUNDS)
        ]
    assert [response.headers["x-port"] for response in found] == [*map(str, ports)] * (ROUNDS // 2)
    assert {(r.status_code, r.text, r.headers["x-header"]) for r in found} == {(201, "tea", "a")}


def test_a_server_that_is_down_is_passed_over(thread, ports, free_port):
    urls = [f"http://127.0.0.1:{port}" for port in (free_port, ports[0])]
    with RoundRobin(thread, *urls) as balancer:
        assert [post(balancer.url).status_code for _ in range(ROUNDS)] == [201] * ROUNDS
    with TcpProxy(thread, free_port, ports[0]) as proxy:
        assert post(f"http://127.0.0.1:{proxy.port}").status_code == 201


def test_what_is_sent_while_a_proxy_is_stalled_arrives_once_it_is_healed(thread, ports):
    with TcpProxy(thread, ports[0]) as proxy, ThreadPoolExecutor() as pool:
        url = f"http://127.0.0.1:{proxy.port}"
        proxy.stall()
        held = pool.submit(post, url)
        with pytest.raises(httpx.ReadTimeout):
            post(url, timeout=0.2)
        assert not held.done()
        proxy.heal()
        assert held.result().status_code == 201


def test_a_cut_proxy_resets_connections_until_it_is_healed(thread, ports):
    with TcpProxy(thread, ports[0]) as proxy, httpx.Client() as client:
        url = f"http://127.0.0.1:{proxy.port}"
        assert client.post(url, content=b"tea").status_code == 201
        proxy.cut()
        with pytest.raises(httpx.TransportError):
            client.post(url, content=b"tea")
        with pytest.raises(httpx.TransportError):
            post(url)
        proxy.heal()
        assert client.post(url, content=b"tea").status_code == 201
