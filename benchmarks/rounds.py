"""Measure requests per second and processor time of all servers, in interleaved rounds."""

import contextlib
import json
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

import contenders
from contenders import BARE, OURS, Contender
from load import Load, drive
from processes import ServerProcess

Results = dict[str, dict[str, Load]]
"""Medians by case and contender."""
_MOST_VARIATION = 0.15


_MONITORS = 1_900
"""Nearly all that the world has."""


class Measured(NamedTuple):
    """The results, and which turns were rejected because bare uvicorn itself varied in them."""

    results: Results
    rejected: list[str]


class Case(NamedTuple):
    """One kind of request."""

    name: str
    title: str
    paths: tuple[str, ...]
    method: str = "GET"
    names: frozenset[str] | None = None
    """The contenders that are measured; None for all."""
    most: int = 0
    """The number of requests in a turn, if there cannot be more."""


def measure(*, rounds: int, seconds: int, progress: Callable[[str], None]) -> Measured:
    """Load every server with every case in every round; return the medians."""
    with contextlib.ExitStack() as stack:
        ours = contenders.ours("large")
        running: list[tuple[Contender, ServerProcess]] = [(ours, stack.enter_context(ours.start()))]
        server = running[0][1]
        cases = cases_of(server)
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
                    if case.names is not None and contender.name not in case.names:
                        continue
                    taken = seconds if turn else contender.warm_up_seconds
                    load = _load(contender, process, case, taken, key)
                    if turn:  # the first turn warms up caches and compilers
                        measured.setdefault((case.name, contender.name), []).append(load)
                progress(f"turn {turn} of {rounds}: {case.title}")
    return _judged(measured)


def _judged(measured: dict[tuple[str, str], list[Load]]) -> Measured:
    """Return the medians of the turns in which bare uvicorn did not vary by too much."""
    found = Measured({}, [])
    for (case, name), loads in measured.items():
        bare = [load.cpu_microseconds for load in measured[case, BARE]]
        middle = median(bare)
        steady = [abs(one - middle) <= _MOST_VARIATION * middle for one in bare]
        if not any(steady):
            steady = [True] * len(bare)
            if name == BARE:
                found.rejected.append(f"all for {case}, whose figures are shown nevertheless")
        kept = [load for load, is_steady in zip(loads, steady, strict=True) if is_steady]
        found.results.setdefault(case, {})[name] = typical(kept)
        if name == BARE and len(kept) < len(loads):
            found.rejected.append(f"{len(loads) - len(kept)} of {len(loads)} for {case}")
    return found


def about_rejected(rejected: Sequence[str]) -> str:
    """Return a sentence about rejected rounds."""
    if not rejected:
        return "No round was rejected: bare uvicorn varied by at most 15 %."
    listed = ", ".join(rejected)
    return f"Rounds in which bare uvicorn varied by more than 15 % are rejected: {listed}."


def typical(loads: Sequence[Load]) -> Load:
    """Return the median of each measurement."""
    return Load(*(median(values) for values in zip(*loads, strict=True)))


def _load(contender: Contender, process: ServerProcess, case: Case, seconds: int, key: str) -> Load:
    paths = [contender.prefix + path for path in case.paths]
    return drive(process, paths, method=case.method, seconds=seconds, key=key, most=case.most)


def cases_of(server: ServerProcess) -> list[Case]:
    """Return the kinds of requests, with the monitors of a server that has `large`."""
    ids, all_ids = some_ids(server, 200), some_ids(server, _MONITORS, slowest=3_600)
    ours_and_bare = frozenset({OURS, BARE})
    single = tuple(f"/monitors/{one}" for one in all_ids)
    return [
        Case(
            "list",
            "GET /monitors?limit=20",
            tuple(f"/monitors?limit=20&page={page}" for page in range(1, 98)),
        ),
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
        Case(
            "polled",
            "GET /monitors/{id}/logs?limit=100, again",
            tuple(f"/monitors/{one}/logs?limit=100" for one in ids),
            names=ours_and_bare,
        ),
        Case("update", "PUT /monitors/{id}", single, "PUT", ours_and_bare),
        # The last case of a turn, as it leaves no monitor: a few requests are under way at its end.
        Case("delete", "DELETE /monitors/{id}", single, "DELETE", ours_and_bare, len(single) - 32),
    ]


def some_ids(server: ServerProcess, wanted: int, *, slowest: int = 60) -> list[str]:
    ids: list[str] = []
    page = 1
    while len(ids) < wanted:
        found = json.loads(server.get(f"/v1/monitors?limit=100&page={page}")[1])["results"]
        ids += [one["id"] for one in found if one["interval_seconds"] <= slowest]
        page += 1
    return ids[:wanted]


def _respond(server: ServerProcess, case: Case) -> Any:
    if case.method == "POST":
        one: Any = json.loads(server.get("/v1/monitors?limit=1")[1])["results"][0]
        return one
    return json.loads(server.get(f"/v1{case.paths[0]}")[1])
