"""`statuspool-mock run` in a process of its own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.mock_process import command

PROGRAMS = Path(__file__).with_name("programs")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run to the end: options, `--` and the program."""
    return subprocess.run(
        command("run", *arguments),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **environment},
    )


@contextmanager
def start(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start, to talk to it while it runs; what has not ended at the end of the block is killed."""
    with subprocess.Popen(
        command("run", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environment},
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def found(name: str) -> str:
    """Return the path of a client, or skip the test where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed, so no program was run with it")
    return path
