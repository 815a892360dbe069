"""Load a server with wrk and measure the cost of a request."""

import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from processes import KEY, LOAD_CORE, ServerProcess

CONNECTIONS = 16
_TRAFFIC = Path(__file__).with_name("traffic.lua")
_names = count(1, 1_000_000)


class Load(NamedTuple):
    """The measurements of one round of load."""

    requests: int
    per_second: float
    cpu_microseconds: int
    """Processor time of the server per request."""
    p50_ms: float
    p99_ms: float


def drive(
    server: ServerProcess,
    paths: Sequence[str],
    *,
    method: str = "GET",
    seconds: int = 2,
    key: str = KEY,
    most: int = 0,
) -> Load:
    """Request `paths` in turn for some seconds. Raises `RuntimeError` if a response was not 2xx.

    At most `most` requests are sent, if it is not 0. Then the requests per second mean nothing.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(paths))
        listed.flush()
        before = server.cpu_microseconds()
        done = subprocess.run(
            [
                *("taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"),
                *("--latency", "-s", str(_TRAFFIC), server.url, "--"),
                *(key, method, listed.name, str(next(_names)), str(most)),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        used = server.cpu_microseconds() - before
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    requests, duration, p50, p99, errors = (int(word) for word in line.split()[1:])
    if errors or not requests:
        raise RuntimeError(
            f"{errors} of {requests} requests failed: {method} {paths[0]} at {server.url}"
        )
    return Load(requests, requests / duration * 1e6, used / requests, p50 / 1000, p99 / 1000)
