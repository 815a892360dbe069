import secrets

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.server import RunningServer, Settings


@pytest.fixture(scope="session")
def server():
    """One server for all tests; each opens a world of its own."""
    with RunningServer(Settings(port=0, strict=True)) as running:
        yield running


@pytest.fixture
def key():
    return f"sp_test_{secrets.token_hex(8)}"


@pytest.fixture
def world(server, key):
    """A frozen world of the default scenario."""
    with Control(server.control_url, api_key=key) as control:
        control.clock.freeze()
        yield control


@pytest.fixture
def api(server, key):
    """The API of the same world."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client
