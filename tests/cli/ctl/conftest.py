"""Verbs of `ctl` against a running server, each test with a sandbox of its own."""

import json
import secrets
from typing import Any, NamedTuple

import pytest

from statuspool_mock.cli import main
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


class Done(NamedTuple):
    """How a verb ended: what it printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed with --json."""
        return json.loads(self.out)


@pytest.fixture(scope="package")
def server():
    with RunningServer(Settings(port=0, strict=True)) as running:
        yield running


@pytest.fixture
def key():
    return f"sp_test_ctl-{secrets.token_hex(6)}"


@pytest.fixture
def ctl(server, key, monkeypatch, capsys):
    """Call a verb in this process, and hold its exit code against the expected one."""
    monkeypatch.setenv("STATUSPOOL_URL", server.control_url)
    monkeypatch.setenv("STATUSPOOL_API_KEY", key)

    def run(*arguments, code=0):
        capsys.readouterr()
        ended = main(["ctl", *arguments])
        done = Done(ended, *capsys.readouterr())
        assert ended == code, done.err
        return done

    run("clock", "freeze")
    return run
