"""Lets several keys do heavy things for ten minutes, while a quiet one looks on.

    make soak      or: python benchmarks/soak.py [--minutes N]

Fails if the quiet key ever waits too long, or if the memory of the server keeps growing: its median
in the last third of the time may be at most a quarter above that in the second one.
"""

import argparse
import http.client
import itertools
import random
import sys
import threading
import time
from pathlib import Path
from statistics import median

from waits import Client, heavy_commands, quiet_key, server

_LONGEST_MS = 1_000.0
_MOST_GROWTH = 1.25
_TENANTS = 3


class Tenant(threading.Thread):
    """Carries out heavy commands one after another, each in a new sandbox, until told to stop."""

    def __init__(self, number: int, port: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._port = port
        self._over = over
        self.done = 0
        self.failed: list[str] = []

    def run(self) -> None:
        choice = random.Random(self._number)  # noqa: S311 - no secret
        commands = heavy_commands(4_000)[1:]
        for turn in itertools.count():
            client = Client(self._port, f"tenant{self._number}_{turn}")
            name, prepare, command = choice.choice(commands)
            try:
                prepare(client)
                command(client)
                client("DELETE", f"/_mock/sandboxes/tenant{self._number}_{turn}")
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                if not self._over.is_set():
                    self.failed.append(f"{name}: {error}")
            if self._over.is_set():
                return
            self.done += 1


def _mebibytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4 / 1024


def main() -> int:
    """Print what was found, and return 1 if it is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    seconds = parser.parse_args().minutes * 60
    sizes, over = [], threading.Event()
    with server("--scenario", "default", "--new-sandboxes", "100000") as (port, pid):
        tenants = [Tenant(number, port, over) for number in range(_TENANTS)]
        with quiet_key(port) as stop:
            for tenant in tenants:
                tenant.start()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(1)
                sizes.append(_mebibytes(pid))
            waits = stop()
        over.set()
    third = len(sizes) // 3
    earlier, later = median(sizes[third : 2 * third]), median(sizes[2 * third :])
    failed = [one for tenant in tenants for one in tenant.failed]
    print(
        f"{sum(tenant.done for tenant in tenants)} heavy commands, {len(waits.taken)} quiet "
        f"requests; p99 {waits.percentile(0.99):.1f} ms, longest {waits.longest:.0f} ms; memory "
        f"{earlier:.0f} MiB in the second third, {later:.0f} MiB in the last one, "
        f"{max(sizes):.0f} MiB at most"
    )
    for one in failed:
        print(f"failed: {one}")
    is_fine = not failed and waits.longest < _LONGEST_MS and later < earlier * _MOST_GROWTH
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
