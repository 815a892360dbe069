"""Measure what each trick of the hot paths gains: processor time with it ÷ without, in one run.

Run: python benchmarks/hot_paths.py. docs/hot-paths.md explains the tricks.
"""

import asyncio
import gc
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from statuspool_mock import contract, scenarios, server
from statuspool_mock.composition import application
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.scenarios.world_factory import ClockChoice, WorldFactory
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.simulation import Incident, Status, Team, timeline
from statuspool_mock.simulation.behaviour import FAILURES
from statuspool_mock.web import write_coalescing
from statuspool_mock.web.gc_tuning import tune_for_serving
from statuspool_mock.web.known_heads import KnownHeads
from statuspool_mock.web.vendor.kept_bodies import KeptBodies

ROUNDS = 9
KEY = "sp_test_hot"
CLIENT = """
import socket, sys
port, count, request = int(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3])
with socket.create_connection(("127.0.0.1", port)) as connection:
    for _ in range(count):
        connection.sendall(request)
        data = b""
        while b"\\r\\n\\r\\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\\r\\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
"""
BODY = b'{"name": "One", "url": "https://one.example.com", "interval_seconds": 60}'
LIST = b"GET /v1/monitors?limit=20 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sp_test_hot\r\n\r\n"
CREATE = (
    b"POST /v1/monitors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sp_test_hot\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


class Gain(NamedTuple):
    """One trick: processor time in µs per operation, without and with it."""

    name: str
    unit: str
    without: float
    with_it: float

    @property
    def share(self) -> float:
        return 1 - self.with_it / self.without


def compare(name: str, unit: str, without: Callable[[], Any], with_it: Callable[[], Any]) -> Gain:
    """Time both in turn; each call returns how many operations it did."""
    times: dict[Callable[[], Any], list[float]] = {without: [], with_it: []}
    for turn in range(ROUNDS + 1):
        for act in (without, with_it):
            began = time.process_time()
            count = act()
            used = (time.process_time() - began) / count * 1e6
            if turn:
                times[act].append(used)
    return Gain(name, unit, median(times[without]), median(times[with_it]))


def repeated(act: Callable[[], Any], count: int) -> Callable[[], int]:
    def run() -> int:
        for _ in range(count):
            act()
        return count

    return run


def small_values() -> list[Gain]:
    incident = Incident("id", 1, "m", Team.OWN, "down", 0, ("a", "b"), automatic=True)
    statuses = dict.fromkeys(Status, 0)
    effect = FAILURES[0]
    by_id, by_value = {(id(effect), 1): 0}, {(effect, 1): 0}
    body = {"results": [{"name": f"Monitor {n}", "url": "https://x.test/"} for n in range(20)]}
    enum_hash = lambda self: hash(self._name_)  # noqa: E731 - that of enum.Enum

    def slow_status() -> int:
        with patch.object(Status, "__hash__", enum_hash):
            return repeated(lambda: statuses.get(Status.UP), 50_000)()

    return [
        compare(
            "`incident_of((*self[:-1], at))` instead of `_replace`",
            "incident",
            repeated(lambda: incident._replace(resolved_at=9), 50_000),
            repeated(lambda: incident.resolved(9), 50_000),
        ),
        compare(
            "`Status.__hash__` of `str` instead of `Enum`",
            "dictionary lookup",
            slow_status,
            repeated(lambda: statuses.get(Status.UP), 50_000),
        ),
        compare(
            "keys by `id(effect)` instead of the value",
            "dictionary lookup",
            repeated(lambda: by_value.get((effect, 1)), 50_000),
            repeated(lambda: by_id.get((id(effect), 1)), 50_000),
        ),
        compare(
            "orjson instead of json",
            "list of 20",
            repeated(lambda: json.dumps(body, separators=(",", ":")).encode(), 2_000),
            repeated(lambda: orjson.dumps(body), 2_000),
        ),
    ]


class InProcess:
    """The API as an ASGI application, without sockets."""

    def __init__(self) -> None:
        factory = WorldFactory(scenarios.load("large"), seed=1, clock=ClockChoice(at=1_764_072_000))
        self.sandboxes = Sandboxes(factory, document=contract.load(), wall=time.monotonic)
        self.app = application(replace(Settings(), rate_limit=None), self.sandboxes)
        self.world = self.sandboxes.access(KEY).sandbox.world
        self.monitor = self.world.monitors(team=Team.OWN).items[0]
        self.tracked = list(self.world._scheduler.tracked.values())  # noqa: SLF001 - measures what is inside
        self.loop = asyncio.new_event_loop()

    def get(self, path: str, query: bytes = b"") -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"x"), (b"authorization", b"Bearer " + KEY.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] != 200:
                raise RuntimeError(message)

        self.loop.run_until_complete(self.app(scope, receive, send))


def status_caches(api: InProcess) -> list[Gain]:
    status = f"/v1/monitors/{api.monitor.id}/status"
    routes = _only("_Routes")
    (tracked,) = (one for one in api.tracked if one.monitor is api.monitor)

    def unrouted() -> None:
        routes._cached.clear()  # noqa: SLF001 - measures what is inside
        routes._shapes.clear()  # noqa: SLF001 - measures what is inside
        api.get(status)

    def routed_alike() -> None:
        routes._cached.clear()  # noqa: SLF001 - measures what is inside
        api.get(status)

    def unread() -> None:
        tracked.kept_reading = None
        api.get(status)

    known = repeated(lambda: api.get(status), 200)
    return [
        compare("routes cached", "GET status", repeated(unrouted, 200), known),
        compare(
            "routes known from similar paths",
            "GET status of another monitor",
            repeated(unrouted, 200),
            repeated(routed_alike, 200),
        ),
        compare("readings kept", "GET status", repeated(unread, 200), known),
    ]


def list_caches(api: InProcess) -> list[Gain]:
    serializer = _only("MonitorSerializer")
    pages = api.world._pages  # noqa: SLF001 - measures what is inside
    operation = api.sandboxes.document.operations["listMonitors"]

    def unserialized() -> None:
        serializer._kept.clear()  # noqa: SLF001 - measures what is inside
        unkept()

    def unkept() -> None:
        serializer._pages = KeptBodies()  # noqa: SLF001 - measures what is inside
        api.get("/v1/monitors", b"limit=20")

    def unsummarized() -> None:
        for one in api.tracked[:20]:
            one.cached_summary = None
        uncollected()

    def uncollected() -> None:
        pages._pages.clear()  # noqa: SLF001 - measures what is inside
        api.get("/v1/monitors", b"limit=20")

    def unread() -> None:
        operation.read_query.cache_clear()
        api.get("/v1/monitors", b"limit=20")

    unit = "GET list of 20"
    page = repeated(lambda: api.get("/v1/monitors", b"limit=20"), 200)
    without_bytes, without_pages = repeated(unkept, 200), repeated(uncollected, 200)
    return [
        compare("JSON of monitors cached", unit, repeated(unserialized, 200), without_bytes),
        compare("pages kept as bytes", unit, without_bytes, page),
        compare("summaries of monitors cached", unit, repeated(unsummarized, 200), without_pages),
        compare("pages kept until a monitor is checked", unit, without_pages, page),
        compare("query strings cached", unit, repeated(unread, 200), page),
    ]


def logs(api: InProcess) -> Gain:
    path = f"/v1/monitors/{api.monitor.id}/logs"
    serializer = _only("MonitorSerializer")

    def unkept() -> None:
        serializer._logs = KeptBodies()  # noqa: SLF001 - measures what is inside
        api.get(path, b"limit=100")

    kept = repeated(lambda: api.get(path, b"limit=100"), 200)
    return compare("pages of logs kept", "GET logs of 100", repeated(unkept, 200), kept)


def blocks(api: InProcess) -> Gain:
    """Count the failures of 30 days with and without the cached blocks."""
    world = api.world
    monitors = world.monitors(team=Team.OWN, limit=50).items

    def count() -> int:
        for one in api.tracked:
            one.kept_reading = None
        for monitor in monitors:
            world.sla(monitor)
        return len(monitors)

    def uncached() -> int:
        world._timeline = timeline.Timeline()  # noqa: SLF001 - measures what is inside
        return count()

    return compare("blocks of outages cached", "uptime of 30 days", uncached, count)


def protocols() -> list[Gain]:
    """Serve a client in another process, with and without what the protocol class does."""

    class Slow(server._Protocol):  # noqa: SLF001 - measures what is inside
        heads = _NoHeads()

        def _may_be_quick(self) -> bool:
            return False

    class Parsing(server._Protocol):  # noqa: SLF001 - measures what is inside
        heads = _NoHeads()

    quick = server._Protocol  # noqa: SLF001 - measures what is inside
    ways = [
        Served(Slow, LIST, held=-1),
        Served(Slow, LIST),
        Served(Parsing, LIST),
        Served(quick, LIST),
        Served(Slow, CREATE),
        Served(quick, CREATE),
    ]
    for _ in range(ROUNDS):
        for way in ways:
            way.run()
    separate, slow, parsing, known, slow_body, body = (median(way.used) for way in ways)
    unit, made = "GET list of 20 over a socket", "POST over a socket"
    return [
        Gain("head and body in one write", unit, separate, slow),
        Gain("answered at once, without a task", unit, slow, parsing),
        Gain("heads known", unit, parsing, known),
        Gain("answered at once, with its body", made, slow_body, body),
    ]


class _NoHeads(KnownHeads):
    def keep(self, data: bytes, scope: Any) -> None:
        pass


class Served:
    """A request that is sent to a server with some protocol, again and again."""

    def __init__(self, protocol: type[HttpToolsProtocol], request: bytes, *, held: int = 64 << 10):
        self.used: list[float] = []
        self._protocol = protocol
        self._request = request.hex()
        self._held = held

    def run(self) -> None:
        """Note the processor time per request."""
        settings = Settings(port=0, rate_limit=None, scenario="large")
        with (
            patch.object(server, "_Protocol", self._protocol),
            patch.object(write_coalescing, "_MOST_HELD_BYTES", self._held),
            RunningServer(settings) as running,
        ):
            call = [sys.executable, "-c", CLIENT, str(running.address.port)]
            subprocess.run([*call, "50", self._request], check=True)
            began = time.process_time()
            subprocess.run([*call, "2000", self._request], check=True)
            self.used.append((time.process_time() - began) / 2000 * 1e6)


def collections() -> tuple[float, float]:
    """Return how long a full collection takes in ms, before and after `tune_for_serving`."""
    kept = [{"n": n, "list": [n]} for n in range(400_000)]
    began = time.perf_counter()
    gc.collect()
    before = (time.perf_counter() - began) * 1000
    tune_for_serving()
    began = time.perf_counter()
    gc.collect()
    after = (time.perf_counter() - began) * 1000
    gc.unfreeze()
    del kept
    return before, after


def _only(name: str) -> Any:
    """Return the object of a class, wherever it is in the application."""
    (found,) = (one for one in gc.get_objects() if type(one).__name__ == name)
    return found


def main() -> None:
    socket.setdefaulttimeout(30)
    before, after = collections()
    api = InProcess()
    gains = [*small_values(), *status_caches(api), *list_caches(api), logs(api)]
    gains += [blocks(api), *protocols()]
    print("| | per | without | with | gain |")
    print("|---|---|---:|---:|---:|")
    for gain in gains:
        print(
            f"| {gain.name} | {gain.unit} | {gain.without:.2f} µs | {gain.with_it:.2f} µs "
            f"| {gain.share:.0%} |"
        )
    print(f"\nA full garbage collection: {before:.0f} ms, after tuning {after:.1f} ms.")


if __name__ == "__main__":
    main()
