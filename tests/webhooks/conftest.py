import secrets

import pytest

from statuspool_mock.client import Control
from statuspool_mock.settings import Settings
from tests.targets import target
from tests.webhooks.receiver import Receiver

SECRET = "whsec_a8f3k29d0s1lfj4m7xqwz"


@pytest.fixture(scope="session")
def server():
    with target(Settings(port=0, strict=True, scenario="empty")) as running:
        yield running


@pytest.fixture
def world(server):
    """A frozen, empty world."""
    with Control(server.control_url, api_key=f"sp_test_{secrets.token_hex(8)}") as control:
        control.clock.freeze()
        yield control


@pytest.fixture
def shop(world):
    return world.monitors.create("Shop — Zürich", "https://perfect.test/", tags=["shop"])


@pytest.fixture
def receiver(world):
    with Receiver() as running:
        world.webhooks.register(running.url, secret=SECRET)
        yield running
