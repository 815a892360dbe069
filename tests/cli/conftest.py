"""Commands called as users call them: in a process of their own."""

import os
import subprocess

import pytest

from tests.mock_process import command


def called(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def run():
    return called
