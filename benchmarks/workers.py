"""Measures what workers cost, as ratios to a server in one process in the same run.

    python benchmarks/workers.py [--rounds N] [--requests N] [--workers N]

Processor time of the servers only, which does not depend on what else the machine does as much as
the time that passes. Rounds of both servers take turns.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from zlib import crc32

from processes import ServerProcess, family

CONNECTIONS = 16
"""How many connections there are at once for each process."""


def connect(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=300)


def send(connection: HTTPConnection, world: str) -> None:
    key = {"Authorization": f"Bearer sp_test_{world}"}
    connection.request("GET", "/v1/monitors?limit=20", headers=key)


def receive(connection: HTTPConnection) -> None:
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {content[:200]!r}")


def worlds(workers: int) -> Iterator[str]:
    """Yield names of worlds, at home at one worker after the other."""
    for home in count():
        for number in count():
            name = f"load-{home}-{number}"
            if crc32(name.encode()) % workers == home % workers:
                yield name
                break


Begin = Callable[[], None]
"""Is called where the part begins that is measured."""


def spread(port: int, names: list[str], times: int, begin: Begin) -> None:
    """Send at once over many connections, each of them for one world."""
    connections = [connect(port) for _ in names]
    for number in range(times // len(names) + 2):
        if number == 2:
            begin()
        for connection, name in zip(connections, names, strict=True):
            send(connection, name)
        for connection in connections:
            receive(connection)
    for connection in connections:
        connection.close()


def one_after_the_other(port: int, names: list[str], times: int, begin: Begin) -> None:
    """Send for one world over one connection."""
    in_turn(port, names[:1], times, begin)


def by_turns(port: int, names: list[str], times: int, begin: Begin) -> None:
    """Send over one connection, for another world with each request."""
    in_turn(port, names[:2], times, begin)


def in_pairs(port: int, names: list[str], times: int, begin: Begin) -> None:
    """Send over one connection, for another world with every second request."""
    first, second = names[:2]
    in_turn(port, [first, first, second, second], times, begin)


def in_turn(port: int, names: list[str], times: int, begin: Begin) -> None:
    connection = connect(port)
    for number in range(-8, times):
        if number == 0:
            begin()
        send(connection, names[number % len(names)])
        receive(connection)
    connection.close()


def new_connections(port: int, names: list[str], times: int, begin: Begin) -> None:
    """Send each request over a connection of its own."""
    begin()
    for number in range(times):
        connection = connect(port)
        send(connection, names[number % len(names)])
        receive(connection)
        connection.close()


def cost(one: ServerProcess, act: "Act", names: list[str], times: int) -> float:
    """Return the microseconds of processor time for each request."""
    marks: list[float] = []
    act(one.port, names, times, lambda: marks.append(spent_microseconds(one)))
    return (spent_microseconds(one) - marks[0]) / times


Act = Callable[[int, list[str], int, Begin], None]
WAYS: dict[str, Act] = {
    "16 connections for each process": spread,
    "one connection with one world": one_after_the_other,
    "one connection, worlds by turns": by_turns,
    "one connection, worlds in pairs of requests": in_pairs,
    "a new connection for each request": new_connections,
}


def spent_microseconds(one: ServerProcess) -> float:
    """Return the processor time of all threads so far, finer than in ticks of 10 ms."""
    found = 0
    for pid in family(one.pid):
        for schedule in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            found += int(schedule.read_text().split()[0])
    return found / 1_000


def server(stack: ExitStack, *options: str) -> ServerProcess:
    program = (sys.executable, "-m", "statuspool_mock", "serve", "--port", "{port}")
    rest = ("--rate-limit", "off", "--new-sandboxes", "1000000")
    command = (*program, *rest, *options)
    return stack.enter_context(ServerProcess(command, probe="/v1/monitors", core=None))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    most = CONNECTIONS * options.workers
    names = [name for name, _ in zip(worlds(options.workers), range(most), strict=False)]
    with ExitStack() as stack:
        servers = {
            "one process": server(stack),
            "workers": server(stack, "--workers", str(options.workers)),
        }
        counts = {"one process": CONNECTIONS, "workers": most}
        found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for one in servers.values():
            spread(one.port, names, 10 * most, lambda: None)  # opens the worlds
        for _ in range(options.rounds):
            for what, act in WAYS.items():
                for which, one in servers.items():
                    micros = cost(one, act, names[: counts[which]], options.requests)
                    found[what][which].append(micros)
    for what, costs in found.items():
        alone, many = (costs[which] for which in servers)
        ratio = statistics.median(b / a for a, b in zip(alone, many, strict=True))
        print(
            f"{what:44} {statistics.median(alone):6.1f} µs {statistics.median(many):6.1f} µs "
            f"x{ratio:.2f}"
        )


if __name__ == "__main__":
    main()
