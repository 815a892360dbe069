"""Measures how long a quiet key waits while another key does the heaviest things there are.

    make waits      or: python benchmarks/waits.py [--only NAME] [--monitors N]

One server, two keys. The quiet one lists its monitors every few milliseconds, from a process of its
own. The other one carries out one heavy command after another, each in a new sandbox.
"""

import argparse
import http.client
import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from statuspool_mock.sandbox.json_steps import encoding
from statuspool_mock.sandbox.state import ClockReading, State, lazy_state_data
from statuspool_mock.simulation import CreateMonitor, World, finish

_BEGAN = 1_760_000_000
_PAUSE_SECONDS = 0.004
_QUIET_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the requests of a quiet key took, in milliseconds."""

    taken: list[float]

    def percentile(self, share: float) -> float:
        """Return a percentile."""
        return sorted(self.taken)[min(int(len(self.taken) * share), len(self.taken) - 1)]

    @property
    def longest(self) -> float:
        """The longest of all."""
        return max(self.taken)


class Client:
    """Sends requests with one key."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._headers = {"Authorization": f"Bearer sp_test_{key}"}

    def __call__(self, method: str, path: str, body: Any = None) -> bytes:
        """Send a request and return the body of its response, which must not be an error."""
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = self._headers | ({} if raw is None else {"Content-Type": "application/json"})
        self._connection.request(method, path, raw, headers)
        response = self._connection.getresponse()
        content = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
        return content


def _ask(port: int, pipe: Connection) -> None:
    """Be the quiet key until told to stop, then send how long its requests took."""
    client, taken = Client(port, "quiet"), []
    client("GET", "/v1/monitors")
    pipe.send(None)
    while not pipe.poll():
        began = time.perf_counter()
        client("GET", "/v1/monitors")
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(_PAUSE_SECONDS)
    pipe.send(taken)


@contextmanager
def quiet_key(port: int) -> Iterator[Callable[[], Waits]]:
    """Let a quiet key send requests in the block, which calls the function at its end."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_ask, args=(port, theirs))
    process.start()
    ours.recv()

    def stop() -> Waits:
        ours.send(None)
        return Waits(ours.recv())

    try:
        yield stop
    finally:
        process.join(10)


@contextmanager
def server(*options: str) -> Iterator[tuple[int, int]]:
    """Run a server; return its port and its process id."""
    command = [sys.executable, "-m", "statuspool_mock", "serve", "--port", "0", "--ready-json"]
    process = subprocess.Popen(
        [*command, "--rate-limit", "off", *options], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        ready = json.loads(process.stdout.readline())
        try:
            yield int(ready["control_url"].rpartition(":")[2]), process.pid
        finally:
            process.terminate()
            process.wait(20)


def snapshot(monitors: int, url: str, *, hours: int = 0) -> bytes:
    """Return the snapshot of a world with so many monitors, some time after it began."""
    world = World(seed=1, started_at=_BEGAN)
    for number in range(monitors):
        world.apply(CreateMonitor(name=f"Monitor {number}", url=url, interval_seconds=60))
    world.advance(to=_BEGAN + 3_600 * hours)
    clock = ClockReading(shows=float(world.now), rate=0.0)
    data = lazy_state_data(State(clock=clock, world=world.image()))
    return b"".join(finish(encoding(data)))


Command = Callable[[Client], object]
Case = tuple[str, Command, Command]  # name, preparation, what is measured


def _create(count: int, url: str) -> Command:
    body = {"name": "Monitor", "url": url, "interval_seconds": 30}

    def create(client: Client) -> None:
        for _ in range(count):
            client("POST", "/v1/monitors", body)

    return create


def _restored(content: bytes) -> Command:
    return lambda client: client("PUT", "/_mock/snapshot", content)


def _keep(client: Client) -> None:
    client("PUT", "/_mock/checkpoints/a")


def _rewind(client: Client) -> None:
    client("POST", "/_mock/checkpoints/a/rewind")


def _race(client: Client) -> None:
    """Let the clock run faster than anything can be computed, and ask."""
    client("PUT", "/_mock/clock", {"rate": 1_000_000})
    for _ in range(2):
        client("GET", "/v1/monitors")


def _large(client: Client) -> None:
    client("POST", "/_mock/reset", {"scenario": "large"})


def _play(client: Client) -> None:
    client("POST", "/_mock/play", {"scripts": [{"name": "recovery-storm"}] * 5})


def _nothing(client: Client) -> None:
    del client


def heavy_commands(monitors: int) -> list[Case]:
    """Return the heavy commands, with what prepares each; the first one is nothing at all."""
    crowd = snapshot(monitors, "https://perfect.test/")
    flapping = snapshot(1_000, "https://flapping.test/", hours=18)
    return [
        ("nothing", _nothing, lambda _: time.sleep(_QUIET_SECONDS)),
        ("clock ×1,000,000", _create(300, "https://flapping.test/"), _race),
        ("reset to `large`", _nothing, _large),
        ("play on 2,000 monitors", _large, _play),
        ("end that play", _both(_large, _play), _request("DELETE", "/_mock/play")),
        (f"restore {monitors:,} monitors", _nothing, _restored(crowd)),
        (f"checkpoint of {monitors:,}", _restored(crowd), _keep),
        (f"rewind to {monitors:,}", _both(_restored(crowd), _keep), _rewind),
        (f"snapshot of {monitors:,}", _restored(crowd), _request("GET", "/_mock/snapshot")),
        ("list of many incidents", _restored(flapping), _request("GET", "/v1/incidents")),
        (
            f"search in {monitors:,}",
            _restored(crowd),
            _request("GET", "/_mock/board?search=9&sort=name"),
        ),
    ]


def _both(first: Command, second: Command) -> Command:
    return lambda client: (first(client), second(client))


def _request(method: str, path: str) -> Command:
    return lambda client: client(method, path)


class Heavy(NamedTuple):
    """A heavy command of another key: its name, its time, and the waits of the quiet key."""

    name: str
    seconds: float
    waits: Waits

    @property
    def row(self) -> tuple[str, ...]:
        """The row of a table."""
        return (
            self.name,
            f"{self.seconds:.1f} s",
            f"{self.waits.percentile(0.5):.1f} ms",
            f"{self.waits.percentile(0.99):.1f} ms",
            f"{self.waits.longest:.0f} ms",
        )


HEADINGS = ("another key does", "takes", "median", "99th percentile", "longest wait")


def measured(only: str = "", monitors: int = 20_000, *options: str) -> Iterator[Heavy]:
    """Yield what is measured; the first is the quiet key alone."""
    for number, (name, prepare, command) in enumerate(heavy_commands(monitors)):
        if only not in name and name != "nothing":
            continue
        with server("--scenario", "default", *options) as (port, _):
            client = Client(port, f"heavy{number}")
            prepare(client)
            with quiet_key(port) as stop:
                time.sleep(0.2)
                began = time.perf_counter()
                command(client)
                seconds = time.perf_counter() - began
                yield Heavy(name, seconds, stop())


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    parser.add_argument("--monitors", type=int, default=20_000)
    given = parser.parse_args()
    print(f"| {' | '.join(HEADINGS)} |\n|---|---:|---:|---:|---:|")
    for heavy in measured(given.only, given.monitors):
        print(f"| {' | '.join(heavy.row)} |", flush=True)


if __name__ == "__main__":
    main()
