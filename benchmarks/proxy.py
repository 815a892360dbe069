"""Measure what checking costs: our proxy and one on the same libraries that only forwards."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import contenders
from contenders import PEERS, PROGRAM, Contender
from load import Load, drive
from rounds import some_ids, typical

_POLLED = ("/v1/monitors?limit=20", "/v1/monitors?status=down&limit=5")


class Passing(NamedTuple):
    """One kind of request through both proxies."""

    title: str
    bare: Load
    checked: Load

    @property
    def costs(self) -> float:
        """The share of the requests per second that checking costs."""
        return 1 - self.checked.per_second / self.bare.per_second


def measure(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> list[Passing]:
    """Load both proxies in turn, with the upstream on the core of the load generator."""
    with ExitStack() as stack:
        upstream = stack.enter_context(contenders.ours("large").start(core="1"))
        bare, ours = (
            stack.enter_context(one.start(core="0")) for one in _proxies(f"{upstream.url}/v1")
        )
        pages = [
            f"/v1/monitors/{one}/logs?limit=20&page={page}"
            for page in range(1, 101)
            for one in some_ids(upstream, 100)
        ]
        asked = {f"`GET {path.removeprefix('/v1')}`": [path] for path in _POLLED}
        asked["`GET /monitors/{id}/logs?limit=20`, never the same page"] = pages
        found: dict[str, tuple[list[Load], list[Load]]] = {title: ([], []) for title in asked}
        for turn in range(rounds + 1):
            for title, paths in asked.items():
                for server, loads in zip((bare, ours), found[title], strict=True):
                    load = drive(server, paths, seconds=seconds)
                    if turn:
                        loads.append(load)
            progress(f"proxy: turn {turn} of {rounds}")
    return [Passing(title, typical(one), typical(other)) for title, (one, other) in found.items()]


def _proxies(upstream: str) -> list[Contender]:
    passing = (sys.executable, str(PEERS / "passing.py"), upstream, "{port}")
    checking = (PROGRAM, "proxy", "--upstream", upstream, "--port", "{port}")
    return [Contender("a bare proxy", passing), Contender("statuspool-mock proxy", checking)]
