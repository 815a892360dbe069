"""A real `statuspool-mock serve` in a process of its own, for tests of what users run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Served(NamedTuple):
    """A running server: its process and what its ready line said."""

    process: "subprocess.Popen[str]"
    url: str
    control_url: str
    pid: int
    keys: list[str]
    ca_file: str = ""


def command(*arguments: str) -> list[str]:
    """Return the command line of the mock under this interpreter."""
    return [sys.executable, "-m", "statuspool_mock", *arguments]


@contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    """Serve on a free port until the block ends."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--ready-json", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise AssertionError(process.communicate()[1])
        try:
            yield Served(process, **json.loads(line))
        finally:
            process.terminate()
