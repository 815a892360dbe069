"""Measure new worlds, advancing the clock, the journal, faults and deliveries."""

import http.client
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import Any, NamedTuple

import contenders
from load import Load, drive
from processes import KEY, ServerProcess
from rounds import typical

from statuspool_mock import contract, scenarios
from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.scenarios.world_factory import ClockChoice, WorldFactory
from statuspool_mock.web.gc_tuning import tune_for_serving

_DAYS_30 = 30 * 86_400
_ENDPOINTS, _MONITORS = 100, 100
_QUESTION = ["/v1/monitors?limit=20"]


class Sandbox(NamedTuple):
    """The measurements. Shares compare the requests/s with a feature and without it."""

    new_world_ms: float
    advance_ms: float
    facts: int
    without: Load
    journal: Load
    fault: Load
    deliveries_per_second: float

    @property
    def journal_costs(self) -> float:
        """The share of the requests/s that the journal costs."""
        return 1 - self.journal.per_second / self.without.per_second

    @property
    def fault_costs(self) -> float:
        """The share of the requests/s that a fault costs which matches no request."""
        return 1 - self.fault.per_second / self.journal.per_second


def measure(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> Sandbox:
    """Measure in this process what needs no server, and the rest with servers."""
    progress("sandboxes: new worlds, 30 days")
    new_world_ms, advance_ms, facts = _in_process(rounds)
    without, journal, fault = _journals(rounds, seconds, progress)
    progress("deliveries")
    return Sandbox(
        new_world_ms, advance_ms, facts, without, journal, fault, _deliveries_per_second()
    )


def _in_process(rounds: int) -> tuple[float, float, int]:
    tune_for_serving()  # as `serve` does
    worlds = WorldFactory(scenarios.load("default"), seed=1, clock=ClockChoice(at=1_764_072_000))
    sandboxes = Sandboxes(worlds, document=contract.load(), wall=time.monotonic)
    opened, advanced, facts = [], [], 0
    for turn in range(rounds + 1):
        began = time.perf_counter()
        sandbox = sandboxes.access(f"sp_test_{turn}").sandbox
        opened.append(time.perf_counter() - began)
        began = time.process_time()
        facts = len(sandbox.world.advance(to=sandbox.world.now + _DAYS_30))
        advanced.append(time.process_time() - began)
    # The first world computes the history that the others share.
    return median(opened[1:]) * 1000, median(advanced) * 1000, facts


def _journals(
    rounds: int, seconds: int, progress: Callable[[str], None]
) -> tuple[Load, Load, Load]:
    program = contenders.ours("large")
    bare = contenders.Contender(program.name, (*program.command, "--journal", "0"))
    with ExitStack() as stack:
        servers = [stack.enter_context(one.start()) for one in (bare, program, program)]
        _call(servers[2], "POST", "/_mock/faults", {"operation": "deleteMonitor", "status": 500})
        found: list[list[Load]] = [[], [], []]
        for turn in range(rounds + 1):
            for server, loads in zip(servers, found, strict=True):
                load = drive(server, _QUESTION, seconds=seconds)
                if turn:
                    loads.append(load)
            progress(f"journal: turn {turn} of {rounds}")
    return typical(found[0]), typical(found[1]), typical(found[2])


def _deliveries_per_second() -> float:
    receiver = contenders.Contender(
        "receiver", (sys.executable, str(contenders.PEERS / "receiver.py"), "{port}")
    )
    ours = contenders.ours("empty")
    with receiver.start(core="1") as endpoint, ours.start() as server:
        _call(server, "PUT", "/_mock/clock", {"mode": "frozen"})
        for number in range(_ENDPOINTS):
            hook = {"events": ["status_change"], "secret": "s"}
            _call(server, "POST", "/v1/webhooks", {**hook, "url": f"{endpoint.url}/{number}"})
        made = [
            _call(
                server,
                "POST",
                "/v1/monitors",
                {"name": f"m {n}", "url": "https://perfect.test/", "interval_seconds": 60},
            )["id"]
            for n in range(_MONITORS)
        ]
        began = time.perf_counter()
        for monitor_id in made:
            _call(server, "PUT", f"/_mock/monitors/{monitor_id}/status", {"status": "down"})
        _call(server, "POST", "/_mock/clock/advance", {"by": "1s"})
        took = time.perf_counter() - began
        arrived = int(endpoint.get("/")[1])
    if arrived != _ENDPOINTS * _MONITORS:
        raise RuntimeError(f"{arrived} of {_ENDPOINTS * _MONITORS} deliveries arrived")
    return arrived / took


def _call(server: ServerProcess, method: str, path: str, body: Any) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    try:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{method} {path} answered {response.status}: {content!r}")
    return json.loads(content)
