"""`statuspool-mock run` in a process of its own."""

import os
import subprocess
from pathlib import Path

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


def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """Start, to talk to it while it runs."""
    return subprocess.Popen(
        command("run", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environment},
    )
