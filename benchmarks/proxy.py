"""What judging costs: our proxy beside one of the same libraries that only passes on."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import contenders
from contenders import PEERS, PROGRAM, Contender
from load import Load, drive
from rounds import typical

_PATHS = {
    "`GET /monitors?limit=20`": "/v1/monitors?limit=20",
    "`GET /monitors?status=down&limit=5`": "/v1/monitors?status=down&limit=5",
}


class Passing(NamedTuple):
    """One kind of request through either proxy."""

    title: str
    bare: Load
    judged: Load

    @property
    def costs(self) -> float:
        """The share of requests a second that judging costs."""
        return 1 - self.judged.per_second / self.bare.per_second


def measure(*, rounds: int, seconds: int, tell: Callable[[str], None]) -> list[Passing]:
    """Load both proxies in turn, the upstream on the core of the load."""
    with ExitStack() as stack:
        upstream = stack.enter_context(contenders.ours("large").start(core="1"))
        bare, ours = (
            stack.enter_context(one.start(core="0")) for one in _proxies(f"{upstream.url}/v1")
        )
        found: dict[str, tuple[list[Load], list[Load]]] = {title: ([], []) for title in _PATHS}
        for turn in range(rounds + 1):
            for title, path in _PATHS.items():
                for server, loads in zip((bare, ours), found[title], strict=True):
                    load = drive(server, [path], seconds=seconds)
                    if turn:
                        loads.append(load)
            tell(f"proxy: turn {turn} of {rounds}")
    return [Passing(title, typical(one), typical(other)) for title, (one, other) in found.items()]


def _proxies(upstream: str) -> list[Contender]:
    passing = (sys.executable, str(PEERS / "passing.py"), upstream, "{port}")
    judging = (PROGRAM, "proxy", "--upstream", upstream, "--port", "{port}")
    return [Contender("a bare proxy", passing), Contender("statuspool-mock proxy", judging)]
