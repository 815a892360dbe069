"""Whatever a client sends, it gets well-formed responses or the end of its connection.

Set HOSTILE_EXAMPLES for more examples of the long variant, and HOSTILE_SEED for others.
"""

import os
import random
import resource
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.hostile.wire import connected, received, responses
from tests.mock_process import serving

pytestmark = pytest.mark.process

EXAMPLES = 250
MOST_GROWTH_KB = 64 << 10
MOST_ADDRESS_SPACE = 4 << 30
TIMEOUT = 60
MOST_SECONDS = 15
KEY = b"Authorization: Bearer sp_test_hostile"
BODY = b'{"name": "Hostile", "url": "https://a.example/", "interval_seconds": 60}'
METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH"]
PATHS = [
    *(b"/v1/monitors", b"/v1/monitors?limit=2", b"/v1/incidents", b"/v1/webhooks", b"/v1/nothing"),
    *(b"/_mock/clock", b"/_mock/snapshot", b"/_mock/journal", b"/", b"/docs", b"*", b"//", b"/%00"),
]
HEADERS = [
    *(KEY, b"Content-Type: application/json", b"Accept: */*", b"Expect: 100-continue"),
    *(b"Connection: close", b"Connection: keep-alive", b"Connection: Upgrade", b"Upgrade: h2c"),
    *(b"Upgrade: websocket", b"Prefer: code=500", b"Prefer: delay=1", b"Origin: http://a.example"),
    *(
        b"Transfer-Encoding: chunked",
        b"Content-Length: 0",
        b"Content-Length: 3",
        b"X: " + b"y" * 99,
    ),
]
MANGLED = [
    *(b"\x00", b"\r", b"\n", b"\r\n", b" ", b":", b"\t", b"\xff", b"\x7f", b"%", b"\r\n\r\n"),
    *(b"a" * 9_000, b"a: b\r\n" * 9_000, b"0", b"-1", b"HTTP/1.1", b"{", b'"', b"\xc3\xbc"),
]
CHUNK_SIZES = [b"%x", b"%X", b"0%x", b"-%x", b" %x", b"%x;a=b", b"+%x", b"0x%x", b"%xg", b"%x\t"]


class Generator:
    """Makes hostile bytes from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311

    def often(self, share):
        return self.random.random() < share

    def chunked(self, body):
        """Return a body in chunks, some with sizes that are none."""
        data = b""
        while body:
            size = self.random.randint(1, len(body))
            written = self.random.choice(CHUNK_SIZES) if self.often(0.1) else b"%x"
            data += written % size + b"\r\n" + body[:size] + b"\r\n"
            body = body[size:]
        trailers = b"Trailer: x\r\n" * self.random.choice([0, 0, 0, 1, 9_000])
        return data + b"0\r\n" + trailers + b"\r\n"

    def request(self):
        """Return a request, right or almost."""
        method, path = self.random.choice(METHODS), self.random.choice(PATHS)
        if self.often(0.02):
            path += b"?" + b"x" * 120_000
        headers = [b"Host: localhost", *self.random.sample(HEADERS, self.random.randint(0, 5))]
        if self.often(0.8):
            headers.append(KEY)
        body = self.random.choice([b"", BODY, BODY * 3, b"[" * 500, b'{"a":1,"a":2}', b"\xff\xfe"])
        if b"Transfer-Encoding: chunked" in headers:
            body = self.chunked(body)
        elif self.often(0.9):
            length = len(body) + (self.random.randint(-2, 2) if self.often(0.1) else 0)
            headers.append(b"Content-Length: %d" % length)
        version = self.random.choice(
            [b"HTTP/1.1"] * 9 + [b"HTTP/1.0", b"HTTP/2.0", b"http/1.1", b""]
        )
        end = b"\n" if self.often(0.03) else b"\r\n"
        return end.join([method + b" " + path + b" " + version, *headers, b"", b""]) + body

    def mangled(self, data):
        """Return data with something cut out, doubled or put in."""
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(data))
            to = min(len(data), at + self.random.randint(0, 20))
            middle = self.random.choice([b"", data[at:to] * 2, self.random.choice(MANGLED)])
            data = data[:at] + middle + data[to:]
        return data

    def stream(self):
        """Return what is sent on one connection."""
        requests = [self.request() for _ in range(self.random.choice([1, 1, 1, 2, 5, 60]))]
        data = b"".join(requests)
        if self.often(0.1):
            return self.random.randbytes(self.random.randint(1, 5_000))
        return self.mangled(data) if self.often(0.6) else data

    def parts(self, data):
        """Return data in parts, at random places."""
        cuts = sorted(self.random.choices(range(len(data) + 1), k=self.random.choice([0, 0, 1, 3])))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.fixture(scope="module")
def server():
    """Serve with a bounded address space, and check the log at the end."""
    with serving("--rate-limit", "off", "--scenario", "docs") as served:
        resource.prlimit(served.pid, resource.RLIMIT_AS, (MOST_ADDRESS_SPACE, MOST_ADDRESS_SPACE))
        yield served
        served.process.terminate()
        assert served.process.communicate(timeout=TIMEOUT)[1] == ""


@pytest.fixture
def served(server):
    """The server, which is alive afterwards and has not grown much."""
    alive(server)
    before = most_memory_kb(server.pid)
    yield server
    alive(server)
    assert most_memory_kb(server.pid) - before < MOST_GROWTH_KB


def most_memory_kb(pid):
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def alive(served):
    response = httpx.get(f"{served.url}/nothing", timeout=TIMEOUT)
    assert response.status_code == 404


def check(data, sent):
    """Check what came back: responses, errors in the envelope, perhaps to HEAD."""
    for response in responses(data, is_hostile=True):
        if response.status >= 400 and response.body:
            assert response.headers["content-type"] == "application/json", (sent, response)
            assert {"error", "message"} <= set(response.value), (sent, response)
        assert "x-request-id" in response.headers or response.status == 100, (sent, response)


def talk(served, generator):
    """Use one connection for something hostile."""
    sent = generator.stream()
    with connected(served.url, timeout=TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for part in generator.parts(sent):
                connection.sendall(part)
                if generator.often(0.3):
                    time.sleep(0.001)
        except ConnectionError:
            pass
        if generator.often(0.1):
            return  # it leaves without reading
        if generator.often(0.3):
            time.sleep(0.02)  # let some responses come first
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        check(received(connection), sent)


def test_hostile_connections_harm_nobody(served):
    generator = Generator(20_260_101)
    for _ in range(EXAMPLES):
        talk(served, generator)


GET = b"GET /v1/monitors HTTP/1.1\r\nHost: localhost\r\n" + KEY + b"\r\n"
POST = GET.replace(b"GET", b"POST")
FLOODS = {
    "headers": (GET, b"X-Y: " + b"z" * 10_000 + b"\r\n"),
    "a URL": (b"GET /", b"a" * 10_000),
    "requests that nobody reads": (b"", (GET + b"\r\n") * 100),
    "a body": (POST + b"Content-Length: 999999999\r\n\r\n", b"x" * 10_000),
    "a body for a GET": (GET + b"Content-Length: 999999999\r\n\r\n", b"x" * 10_000),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 2_000),
    "an extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n5;x=", b"x" * 10_000),
    "trailers": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 2_000),
    "empty lines": (b"", b"\r\n" * 5_000),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_one_thing_costs_little_memory_and_nobody_waits(served, name):
    first, repeated = FLOODS[name]
    with connected(served.url, timeout=0.5) as connection:
        with suppress(OSError):  # the server closes the connection, or stops reading
            connection.sendall(first)
            for _ in range((8 << 20) // len(repeated)):
                connection.sendall(repeated)
        began = time.monotonic()
        alive(served)
        assert time.monotonic() - began < MOST_SECONDS


def test_many_connections_with_half_a_request_cost_little(served):
    with ExitStack() as stack:
        for number in range(400):
            connection = stack.enter_context(connected(served.url))
            connection.sendall((POST + b"Content-Length: 9\r\n\r\n{")[: 40 + number % 100])
        alive(served)


@pytest.mark.long
def test_many_hostile_connections_harm_nobody(served):
    generator = Generator(int(os.environ.get("HOSTILE_SEED", "1")))
    for _ in range(int(os.environ.get("HOSTILE_EXAMPLES", "10_000"))):
        talk(served, generator)
