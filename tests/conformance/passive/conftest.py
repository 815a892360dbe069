import contextlib
import json
import signal
import subprocess
from types import SimpleNamespace

import pytest
from tests.mock_process import command

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


@pytest.fixture(scope="session")
def mock():
    """A right server, whose worlds are those of the default scenario."""
    with RunningServer(Settings(port=0, rate_limit=None)) as running:
        yield running


class Proxied:
    """A running `statuspool-mock proxy`."""

    def __init__(self, process, ready):
        self.process = process
        self.url = ready["url"]
        self.control_url = ready["control_url"]

    def stop(self, number=signal.SIGINT):
        """End it; return its exit code and what it told people."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=60)
        return SimpleNamespace(code=self.process.returncode, told=told)


@contextlib.contextmanager
def proxied(upstream, *arguments, port=0, cwd=None):
    """Proxy an upstream, by default on a free port, until the block ends."""
    process = subprocess.Popen(
        command(
            *("proxy", "--upstream", upstream, "--port", str(port), "--ready-json"), *arguments
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
    )
    with process:
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        try:
            yield Proxied(process, json.loads(line))
        finally:
            if process.poll() is None:
                process.kill()
