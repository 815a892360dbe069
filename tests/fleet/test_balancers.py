"""The shipped configurations of balancers send all requests of a world to one replica."""

import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.fleet.ports import free_port

pytestmark = [pytest.mark.long, pytest.mark.peer]
DEPLOY = Path(__file__).parents[2] / "deploy" / "fleet"
WORLDS = [f"sp_test_world{number}" for number in range(40)]
READY_SECONDS = 60


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        if self.path != "/events":
            self._respond(str(self.server.server_address[1]).encode())
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"7\r\nfirst\n\n\r\n")
        self.wfile.flush()
        self.server.may_end.wait(READY_SECONDS)
        self.wfile.write(b"0\r\n\r\n")

    def do_DELETE(self):
        self.server.deleted += 1
        self.close_connection = True  # without a response

    def _respond(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port):
        self.may_end = threading.Event()
        self.deleted = 0
        self._connections = []
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def get_request(self):
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def stop(self):
        """End like a program that is killed, whose connections end as well."""
        self.may_end.set()
        self.shutdown()
        self.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def servers():
    servers = [Server(free_port()) for _ in range(3)]
    yield servers
    for server in servers:
        server.stop()


def local(text, listen, ports, *, marks):
    """Return a configuration with ports of this machine in place of its names."""
    for number, port in enumerate(ports, 1):
        text, found = re.subn(rf"replica-{number}:4747", f"127.0.0.1:{port}", text)
        assert found == 1
    for old, new in marks.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new.format(port=listen))
    return text


def haproxy(folder, listen, ports):
    text = (DEPLOY / "haproxy.cfg").read_text("utf-8")
    marks = {
        "bind :4747": "bind 127.0.0.1:{port}",
        "log stdout format raw local0 notice": "",
    }
    path = folder / "haproxy.cfg"
    path.write_text(local(text, listen, ports, marks=marks), "utf-8")
    return ["haproxy", "-db", "-f", str(path)]


def nginx(folder, listen, ports):
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    marks = {
        "listen 4747;": "listen 127.0.0.1:{port};",
        "http {\n": f"http {{{{\n  access_log off;\n{temporary}",
        "worker_processes auto;": "worker_processes 2;",
    }
    path = folder / "nginx.conf"
    path.write_text(local(text, listen, ports, marks=marks), "utf-8")
    settings = f"daemon off; pid {folder}/pid; error_log stderr crit;"
    return ["nginx", "-p", str(folder), "-c", str(path), "-g", settings]


@contextmanager
def running(command, port, log):
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/", timeout=READY_SECONDS).is_success:
                    break
            time.sleep(0.05)
        else:
            raise AssertionError(log.read_text("utf-8"))
        yield
    finally:
        process.terminate()
        process.wait(READY_SECONDS)


@pytest.fixture(params=[haproxy, nginx], ids=["haproxy", "nginx"])
def client(request, tmp_path, servers):
    name = request.param.__name__
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    port = free_port()
    command = request.param(tmp_path, port, [server.server_port for server in servers])
    with (
        running(command, port, tmp_path / "log"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=READY_SECONDS) as client,
    ):
        yield client


def home(client, key, scheme="Bearer"):
    response = client.get("/v1/monitors", headers={"Authorization": f"{scheme} {key}"})
    assert response.status_code == 200
    return int(response.text)


def test_all_keys_of_a_world_go_to_one_replica_and_worlds_are_spread(client, servers):
    homes = {world: home(client, world) for world in WORLDS}
    for world in WORLDS:
        for suffix in ("", ".ro", ".rival"):
            assert home(client, f"{world}{suffix}") == homes[world]
    assert home(client, WORLDS[0], scheme="bearer") == homes[WORLDS[0]]
    shares = [list(homes.values()).count(server.server_port) for server in servers]
    assert min(shares) >= len(WORLDS) / 10


def test_requests_without_a_key_are_spread(client):
    assert len({client.get("/").text for _ in range(60)}) == 3


def test_only_the_worlds_of_a_replica_that_is_gone_move(client, servers):
    before = {world: home(client, world) for world in WORLDS}
    gone = servers[0].server_port
    servers[0].stop()
    after = {world: home(client, world) for world in WORLDS}
    assert gone not in after.values()
    stayed = {world: port for world, port in before.items() if port != gone}
    assert {world: after[world] for world in stayed} == stayed


def test_streams_of_events_are_not_held_back(client, servers):
    headers = {"Authorization": f"Bearer {WORLDS[0]}"}
    with client.stream("GET", "/events", headers=headers) as response:
        assert next(response.iter_raw()) == b"first\n\n"
        for server in servers:
            server.may_end.set()


def test_haproxy_sends_no_request_twice(client, servers, request):
    if "haproxy" not in request.node.name.partition("[")[2]:
        pytest.skip("nginx sends a DELETE again whose connection broke, as its file says")
    response = client.delete("/v1/monitors/x", headers={"Authorization": f"Bearer {WORLDS[0]}"})
    assert response.status_code == 502
    assert sum(server.deleted for server in servers) == 1
