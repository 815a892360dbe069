"""Measure how soon after its start a server responds, and its memory at that time."""

import subprocess
import time
from statistics import median
from typing import NamedTuple

import contenders
from contenders import Contender


class Readiness(NamedTuple):
    """Time from the start of the process to the first 200, and the memory at that time."""

    seconds: float
    resident_megabytes: float


def measure(others: list[Contender], *, rounds: int) -> dict[str, Readiness]:
    """Start every server in every round, one after the other; return the medians."""
    found: dict[str, list[Readiness]] = {}
    for turn in range(rounds + 1):
        for contender in (contenders.ours("default"), *others):
            with contender.start(core=None) as server:
                ready = Readiness(server.ready_seconds, server.resident_megabytes())
            if turn:  # the first one writes bytecode and fills the file cache
                found.setdefault(contender.name, []).append(ready)
    return {
        name: Readiness(*(median(values) for values in zip(*starts, strict=True)))
        for name, starts in found.items()
    }


def help_seconds(*, rounds: int) -> float:
    """Return how long `statuspool-mock --help` takes."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([contenders.PROGRAM, "--help"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return median(taken)
