"""`statuspool-mock` in this process: the same `main`, without the second that a new Python takes.

What depends on a process of its own, such as signals and what is imported, uses tests.mock_process.
"""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

from statuspool_mock.cli import main


class Done(NamedTuple):
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, **environment: str) -> Done:
    """Run a command to its end, with these variables on top of the environment."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    variables = {"COLUMNS": "80", **environment}
    with patch.dict(os.environ, variables), redirect_stdout(output), redirect_stderr(errors):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Done(code, _text(output), _text(errors))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()
