"""One key does the heaviest things there are, and another one hardly notices."""

import http.client
import http.server
import json
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from statuspool_mock.sandbox.json_steps import encoding
from statuspool_mock.sandbox.state import ClockReading, State, lazy_state_data
from statuspool_mock.simulation import CreateMonitor, World, finish
from tests.mock_process import serving

pytestmark = [pytest.mark.long, pytest.mark.process]

LONGEST_SECONDS = 4.0  # beside other tests: what is done at once takes 10 s; `make waits` measures
MOST_MEBIBYTES = 1_200
STOP_SECONDS = 8
MONITORS = 4_000


class Client:
    """Sends requests with one key."""

    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self.headers = {"Authorization": f"Bearer sp_test_{key}"}

    def close(self):
        self.connection.close()

    def __call__(self, method, path, body=None):
        """Return status and body of a response."""
        raw = body if isinstance(body, bytes | None) else json.dumps(body)
        self.connection.request(
            method, path, raw, self.headers | {"Content-Type": "application/json"}
        )
        response = self.connection.getresponse()
        return response.status, response.read()


class Quiet(threading.Thread):
    """Asks every few milliseconds, and notes the longest wait."""

    def __init__(self, url):
        super().__init__()
        self.client = Client(url, "quiet")
        self.client("GET", "/v1/monitors")
        self.over = threading.Event()
        self.longest = 0.0
        self.asked = 0

    def run(self):
        while not self.over.wait(0.005):
            began = time.monotonic()
            status, _ = self.client("GET", "/v1/monitors?limit=5")
            self.longest = max(self.longest, time.monotonic() - began)
            self.asked += 1
            assert status == 200


@contextmanager
def quiet_key(url):
    quiet = Quiet(url)
    quiet.start()
    try:
        yield quiet
    finally:
        quiet.over.set()
        quiet.join(60)
        quiet.client.close()


def mebibytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    raise AssertionError(pid)


def snapshot(monitors, url, *, hours):
    world = World(seed=1, started_at=1_760_000_000)
    for number in range(monitors):
        world.apply(CreateMonitor(name=f"Monitor {number}", url=url, interval_seconds=60))
    world.advance(to=world.now + 3_600 * hours)
    clock = ClockReading(shows=float(world.now), rate=0.0)
    data = lazy_state_data(State(clock=clock, world=world.image()))
    return b"".join(finish(encoding(data)))


@pytest.fixture(scope="module")
def crowd():
    return snapshot(MONITORS, "https://flapping.test/", hours=2)


def race(client, crowd):
    """Run the clock faster than anything can be computed."""
    client("PUT", "/_mock/snapshot", crowd)
    client("PUT", "/_mock/clock", {"rate": 1_000_000})
    yield client("GET", "/v1/monitors")
    status, clock = client("GET", "/_mock/clock")
    assert json.loads(clock)["lag_seconds"] > 0
    yield status, clock


def states(client, crowd):
    yield client("PUT", "/_mock/snapshot", crowd)
    yield client("PUT", "/_mock/checkpoints/a")
    yield client("POST", "/_mock/checkpoints/a/rewind")
    yield client("GET", "/_mock/snapshot")
    yield client("POST", "/_mock/reset", {"scenario": "large"})


def scripts(client, crowd):
    del crowd
    client("POST", "/_mock/reset", {"scenario": "large"})
    yield client("POST", "/_mock/play", {"scripts": [{"name": "recovery-storm"}] * 2})
    yield client("DELETE", "/_mock/play")


def lists(client, crowd):
    client("PUT", "/_mock/snapshot", crowd)
    yield client("GET", "/v1/incidents")
    yield client("GET", "/_mock/board?search=1&sort=name")
    yield client("GET", "/_mock/timeline")


def past(client, crowd):
    """Change what happened long ago."""
    client("PUT", "/_mock/snapshot", crowd)
    _, found = client("GET", "/v1/monitors?limit=1")
    path = f"/_mock/monitors/{json.loads(found)['results'][0]['id']}/outages"
    outage = {"from": "2025-10-09T08:54:00Z", "for": "1h"}
    yield client("POST", path, outage)
    yield client("POST", "/_mock/clock/advance", {"by": "3h"})


HEAVY = [race, states, scripts, lists, past]


@pytest.mark.parametrize("heavy", HEAVY, ids=lambda heavy: heavy.__name__)
def test_no_command_of_a_key_makes_another_one_wait(heavy, crowd):
    with serving("--rate-limit", "off") as served:
        client = Client(served.control_url, "heavy")
        with closing(client), quiet_key(served.control_url) as quiet:
            for status, content in heavy(client, crowd):
                assert status < 300, content[:500]
        assert quiet.asked > 10
        assert quiet.longest < LONGEST_SECONDS
        assert mebibytes(served.pid) < MOST_MEBIBYTES


@pytest.mark.parametrize("heavy", [race, states, scripts], ids=lambda heavy: heavy.__name__)
def test_a_server_stops_within_seconds_amid_long_work(heavy, crowd, tmp_path):
    with serving("--rate-limit", "off", "--data", str(tmp_path)) as served:

        def work():
            try:
                with closing(Client(served.control_url, "heavy")) as client:
                    for _ in heavy(client, crowd):
                        pass
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                pass  # the server is gone

        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(2)
        began = time.monotonic()
        served.process.terminate()
        assert served.process.wait(30) == 0
        assert time.monotonic() - began < STOP_SECONDS
        worker.join(60)


def test_a_world_that_was_behind_when_it_was_killed_loads_beside_the_others(crowd, tmp_path):
    options = ("--rate-limit", "off", "--data", str(tmp_path))
    with serving(*options) as served, closing(Client(served.control_url, "heavy")) as client:
        client("PUT", "/_mock/snapshot", crowd)
        client("PUT", "/_mock/clock", {"rate": 1_000_000})
        served.process.kill()
        served.process.wait(30)
    with serving(*options) as served, quiet_key(served.control_url) as quiet:
        with closing(Client(served.control_url, "heavy")) as client:
            status, clock = client("GET", "/_mock/clock")
        assert status == 200
        assert json.loads(clock)["lag_seconds"] > 0
        assert quiet.longest < LONGEST_SECONDS


@contextmanager
def receiver(delivered):
    """Accept deliveries; `delivered` is set by each."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            delivered.set()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def subscribe(client, url):
    body = {"url": url, "events": ["status_change"], "secret": "whsec_" + "a" * 24}
    status, content = client("POST", "/v1/webhooks", body)
    assert status == 201, content


def force_down(client):
    body = {"name": "Shop", "url": "https://perfect.test/", "interval_seconds": 60}
    monitor = json.loads(client("POST", "/v1/monitors", body)[1])["id"]
    assert client("PUT", f"/_mock/monitors/{monitor}/status", {"status": "down"})[0] == 200


def test_receivers_that_hang_do_not_delay_the_deliveries_of_another_key():
    delivered = threading.Event()
    with ExitStack() as stack:
        served = stack.enter_context(serving("--rate-limit", "off", "--scenario", "empty"))
        hostile, other = (
            stack.enter_context(closing(Client(served.control_url, name))) for name in "ab"
        )
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1_024))
        for number in range(400):
            subscribe(hostile, f"http://127.0.0.1:{silent.getsockname()[1]}/{number}")
        subscribe(other, stack.enter_context(receiver(delivered)))
        force_down(hostile)
        began = time.monotonic()
        force_down(other)
        assert delivered.wait(30)
        assert time.monotonic() - began < 5  # each attempt of the hostile key takes 15 s


def test_messages_that_cannot_be_delivered_are_dropped_at_a_bound_and_counted():
    with (
        serving("--rate-limit", "off", "--scenario", "empty") as served,
        closing(Client(served.control_url, "heavy")) as client,
    ):
        client("PUT", "/_mock/clock", {"mode": "frozen"})
        for number in range(150):
            subscribe(client, f"http://127.0.0.1:9/{number}")
        body = {"name": "Shop", "url": "https://flapping.test/", "interval_seconds": 30}
        for _ in range(10):
            client("POST", "/v1/monitors", body)
        client("PUT", "/_mock/clock", {"rate": 10_000})
        found = {"dropped": 0}
        until = time.monotonic() + 60
        while not found["dropped"] and time.monotonic() < until:
            found = json.loads(client("GET", "/_mock/deliveries?limit=1")[1])
        assert found["dropped"]
        assert found["waiting"] <= 10_000
