"""The receiver of the examples in a process of its own, as its users start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

EXAMPLE = Path(__file__).parents[2] / "examples" / "flask-receiver" / "receiver.py"
SECRET = "whsec_example"


class Receiver(NamedTuple):
    """Where it listens, and what it says of each delivery."""

    url: str
    said: Iterator[str]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive on a free port until the block ends."""
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "STATUSPOOL_WEBHOOK_SECRET": SECRET},
    )
    with process:
        try:
            assert process.stdout is not None
            yield Receiver(process.stdout.readline().strip(), iter(process.stdout))
        finally:
            process.terminate()
