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
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.scenarios.world_factory import ClockChoice, WorldFactory
from statuspool_mock.server import RunningServer, Settings, application
from statuspool_mock.simulation import Incident, Status, Team, timeline
from statuspool_mock.simulation.behaviour import FAILURES
from statuspool_mock.web import write_coalescing
from statuspool_mock.web.gc_tuning import tune_for_serving

ROUNDS = 9
KEY = "sp_test_hot"
CLIENT = """
import socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
lines = b"GET /v1/monitors?limit=20 HTTP/1.1", b"Host: x", b"Authorization: Bearer sp_test_hot"
request = b"\\r\\n".join(lines) + b"\\r\\n\\r\\n"
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
        self.monitor = self.sandboxes.access(KEY).sandbox.world.monitors(team=Team.OWN).items[0]
        world = self.sandboxes.access(KEY).sandbox.world
        self.tracked = list(world._scheduler.tracked.values())  # noqa: SLF001 - measures what is inside
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
    routes = _routes_of_the_api()
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
    serializers = [one for one in gc.get_objects() if type(one).__name__ == "MonitorSerializer"]
    operation = api.sandboxes.document.operations["listMonitors"]

    def unserialized() -> None:
        for serializer in serializers:
            serializer._kept.clear()  # noqa: SLF001 - measures what is inside
        unkept()

    def unkept() -> None:
        for serializer in serializers:
            serializer._pages.clear()  # noqa: SLF001 - measures what is inside
        api.get("/v1/monitors", b"limit=20")

    def unsummarized() -> None:
        for one in api.tracked[:20]:
            one.cached_summary = None
        api.get("/v1/monitors", b"limit=20")

    def unread() -> None:
        operation.read_query.cache_clear()
        api.get("/v1/monitors", b"limit=20")

    unit = "GET list of 20"
    page = repeated(lambda: api.get("/v1/monitors", b"limit=20"), 200)
    without_pages = repeated(unkept, 200)
    return [
        compare("JSON of monitors cached", unit, repeated(unserialized, 200), without_pages),
        compare("pages of monitors kept", unit, without_pages, page),
        compare("summaries of monitors cached", unit, repeated(unsummarized, 200), page),
        compare("query strings cached", unit, repeated(unread, 200), page),
    ]


def blocks(api: InProcess) -> Gain:
    """Count the failures of 30 days with and without the cached blocks."""
    world = api.sandboxes.access(KEY).sandbox.world
    monitors = world.monitors(team=Team.OWN, limit=50).items

    def count() -> int:
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
        def _may_be_quick(self) -> bool:
            return False

    def serve(protocol: type[HttpToolsProtocol], held: int = 64 << 10) -> Callable[[], None]:
        def run() -> None:
            settings = Settings(port=0, rate_limit=None, scenario="large")
            with (
                patch.object(server, "_Protocol", protocol),
                patch.object(write_coalescing, "_MOST_HELD_BYTES", held),
                RunningServer(settings) as running,
            ):
                call = [sys.executable, "-c", CLIENT, str(running.address.port)]
                subprocess.run([*call, "50"], check=True)
                began = time.process_time()
                subprocess.run([*call, "2000"], check=True)
                used.append((time.process_time() - began) / 2000 * 1e6)

        used: list[float] = []
        run.used = used  # type: ignore[attr-defined]
        return run

    ways = [serve(Slow, -1), serve(Slow), serve(server._Protocol)]  # noqa: SLF001 - measures what is inside
    for _ in range(ROUNDS):
        for way in ways:
            way()
    separate, slow, quick = (median(way.used) for way in ways)  # type: ignore[attr-defined]
    unit = "GET list of 20 over a socket"
    return [
        Gain("head and body in one write", unit, separate, slow),
        Gain("answered at once, without a task", unit, slow, quick),
    ]


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


def _routes_of_the_api() -> Any:
    """Return what caches routes, wherever it is in the application."""
    (routes,) = (one for one in gc.get_objects() if type(one).__name__ == "_Routes")
    return routes


def main() -> None:
    socket.setdefaulttimeout(30)
    before, after = collections()
    api = InProcess()
    gains = [*small_values(), *status_caches(api), *list_caches(api), blocks(api), *protocols()]
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
