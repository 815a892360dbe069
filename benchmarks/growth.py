"""Measure what must not get slower with size: lists, filters, long logs, memory, collections."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

import contenders
from load import Load, drive
from processes import KEY, ServerProcess
from rounds import typical

FEW, MANY = 100, 100_000
_DOWN = 25  # in both worlds, so that the filtered pages have the same length
_DEFAULT_COLLECTOR = (
    "import sys; from statuspool_mock import cli, server; "
    "server.tune_for_serving = lambda: None; sys.exit(cli.main())"
)


class Pair(NamedTuple):
    """The cost of the same request for small and for large data."""

    title: str
    small: Load
    large: Load

    @property
    def times(self) -> float:
        """The cost of the large one divided by that of the small one."""
        return self.large.cpu_microseconds / self.small.cpu_microseconds


class Holding(NamedTuple):
    """The cost of creating monitors in a world that has `MANY`."""

    title: str
    p50_ms: float
    p99_ms: float
    bytes_per_monitor: float


def pages(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> list[Pair]:
    """Compare a world of `MANY` monitors with one of `FEW`, and the ends of a long log."""
    with _world(FEW) as small, _world(MANY) as large:
        asked = {
            "GET /monitors?limit=20": ("/v1/monitors?limit=20",) * 2,
            "the same, last page": tuple(
                f"/v1/monitors?limit=20&page={_total_pages(world, 20)}" for world in (small, large)
            ),
            "GET /monitors?status=down": ("/v1/monitors?status=down&limit=20",) * 2,
        }
        found: dict[str, tuple[list[Load], list[Load]]] = {title: ([], []) for title in asked}
        log = "log of 30 days, first and last page of 100"
        found[log] = ([], [])
        ends = _ends_of_log(small)
        for turn in range(rounds):
            for title, (first, second) in asked.items():
                found[title][0].append(drive(small, [first], seconds=seconds))
                found[title][1].append(drive(large, [second], seconds=seconds))
            for loads, path in zip(found[log], ends, strict=True):
                loads.append(drive(small, [path], seconds=seconds))
            progress(f"growth, turn {turn + 1} of {rounds}")
    return [Pair(title, typical(one), typical(other)) for title, (one, other) in found.items()]


def holding(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> list[Holding]:
    """Create monitors in a world that has `MANY`, with our collector settings and with Python's."""
    ours = contenders.ours("empty")
    untuned = contenders.Contender(
        ours.name, (sys.executable, "-c", _DEFAULT_COLLECTOR, *ours.command[1:])
    )
    results = []
    for title, contender in (("as served", ours), ("Python's defaults", untuned)):
        with contender.start() as server:
            before = server.resident_megabytes()
            held = 0
            while held < MANY:
                held += drive(server, ["/v1/monitors"], method="POST", seconds=5).requests
            held = json.loads(server.get("/v1/monitors?limit=1")[1])["total_pages"]
            size = (server.resident_megabytes() - before) * 1e6 / held
            progress(f"collector {title}: holds {held}")
            loads = [
                drive(server, ["/v1/monitors"], method="POST", seconds=seconds)
                for _ in range(rounds)
            ]
        p50, p99 = (median(values) for values in list(zip(*loads, strict=True))[3:])
        results.append(Holding(title, p50, p99, size))
    return results


@contextmanager
def _world(monitors: int) -> Iterator[ServerProcess]:
    """Serve a scenario with this number of monitors, `_DOWN` of them down."""
    lines = ["name: growth", "title: Growth", "description: For the benchmarks.", "history: 45d"]
    lines += ["monitors:"]
    for number in range(_DOWN):
        behaviour = f"interval_seconds: 30, behaviour: {'down' if number else 'stable'}"
        url = f"https://{number}.example.com/"
        lines.append(f"  - {{name: Made {number}, url: '{url}', {behaviour}}}")
    lines.append(f"generate: {{monitors: {monitors - _DOWN}, seed: 7}}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growth.yaml")
        path.write_text("\n".join(lines), "utf-8")
        with contenders.ours(str(path)).start() as server:
            yield server


def _total_pages(server: ServerProcess, limit: int) -> int:
    pages: int = json.loads(server.get(f"/v1/monitors?limit={limit}")[1])["total_pages"]
    return pages


def _ends_of_log(server: ServerProcess) -> tuple[str, str]:
    """Return the first and the last full page of 30 days of checks every 30 s from 3 regions."""
    monitor = json.loads(server.get("/v1/monitors?limit=1")[1])["results"][0]
    since = datetime.now(UTC) - timedelta(days=30)
    path = f"/v1/monitors/{monitor['id']}/logs?limit=100&from={since:%Y-%m-%dT%H:%M:%SZ}"
    total = json.loads(server.get(path, KEY)[1])["total_pages"]
    return f"{path}&page=1", f"{path}&page={total - 1}"
