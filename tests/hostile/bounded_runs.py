"""Commands under 1 GiB of memory and a limit of time."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests.command_line import Done

_MOST_SECONDS = 240


def run_all(commands: Mapping[str, Sequence[str]]) -> dict[str, Done]:
    """Return what each command left, by the name it was given."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.many_runs"],
        input=json.dumps(commands),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=_MOST_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return {name: Done(*left) for name, left in json.loads(done.stdout).items()}


def broken(done: Mapping[str, Done]) -> dict[str, Done]:
    """Return those that did not end with exit code 2 and one line of a reasonable length."""
    return {name: left for name, left in done.items() if not _is_refusal(left)}


def _is_refusal(left: Done) -> bool:
    is_one_line = left.stderr.count("\n") == 1 and left.stderr.startswith("statuspool-mock ")
    return left.returncode == 2 and is_one_line and len(left.stderr) < 1_000
