"""Measure requests per second and processor time of all servers, in interleaved rounds."""

import contextlib
import json
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

import contenders
from contenders import Contender
from load import Load, drive
from processes import ServerProcess

Results = dict[str, dict[str, Load]]
"""Medians by case and contender."""


class Case(NamedTuple):
    """One kind of request."""

    name: str
    title: str
    paths: tuple[str, ...]
    method: str = "GET"


def measure(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> Results:
    """Load every server with every case in every round; return the medians."""
    with contextlib.ExitStack() as stack:
        ours = contenders.ours("large")
        running: list[tuple[Contender, ServerProcess]] = [(ours, stack.enter_context(ours.start()))]
        server = running[0][1]
        cases = _cases(some_ids(server, 200))
        responses = {case.name: _respond(server, case) for case in cases}
        contenders.write_for_peers(responses)
        running += [(peer, stack.enter_context(peer.start())) for peer in contenders.peers()]
        measured: dict[tuple[str, str], list[Load]] = {}
        for turn in range(rounds + 1):
            # Each turn uses a new sandbox, opened before the load starts.
            key = f"sp_test_turn{turn}"
            server.get("/v1/monitors", key)
            for case in cases:
                for contender, process in running:
                    load = _load(contender, process, case, seconds if turn else 1, key)
                    if turn:  # the first turn warms up caches and compilers
                        measured.setdefault((case.name, contender.name), []).append(load)
                progress(f"turn {turn} of {rounds}: {case.title}")
    results: Results = {}
    for (case_name, name), loads in measured.items():
        results.setdefault(case_name, {})[name] = typical(loads)
    return results


def typical(loads: Sequence[Load]) -> Load:
    """Return the median of each measurement."""
    return Load(*(median(values) for values in zip(*loads, strict=True)))


def _load(contender: Contender, process: ServerProcess, case: Case, seconds: int, key: str) -> Load:
    paths = [contender.prefix + path for path in case.paths]
    return drive(process, paths, method=case.method, seconds=seconds, key=key)


def _cases(ids: Sequence[str]) -> list[Case]:
    return [
        Case("list", "GET /monitors?limit=20", ("/monitors?limit=20",)),
        Case("status", "GET /monitors/{id}/status", tuple(f"/monitors/{i}/status" for i in ids)),
        Case("create", "POST /monitors", ("/monitors",), "POST"),
        Case(
            "logs",
            "GET /monitors/{id}/logs?limit=100",
            # 97 is prime, so a combination of monitor and page repeats only after 19,400 requests.
            tuple(
                f"/monitors/{ids[turn % len(ids)]}/logs?limit=100&page={turn * 7 % 97 + 1}"
                for turn in range(len(ids) * 97)
            ),
        ),
    ]


def some_ids(server: ServerProcess, wanted: int) -> list[str]:
    ids: list[str] = []
    page = 1
    while len(ids) < wanted:
        found = json.loads(server.get(f"/v1/monitors?limit=100&page={page}")[1])["results"]
        ids += [one["id"] for one in found if one["interval_seconds"] <= 60]
        page += 1
    return ids[:wanted]


def _respond(server: ServerProcess, case: Case) -> Any:
    if case.method == "POST":
        one: Any = json.loads(server.get("/v1/monitors?limit=1")[1])["results"][0]
        return one
    return json.loads(server.get(f"/v1{case.paths[0]}")[1])
