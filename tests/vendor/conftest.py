from uuid import uuid4

import httpx
import pytest

from statuspool_mock.settings import Settings
from tests.targets import target


@pytest.fixture(scope="package")
def server():
    """A real server on a free port that checks every answer against the document."""
    with target(Settings(port=0, scenario="docs", strict=True)) as running:
        yield running


@pytest.fixture
def name():
    """A sandbox that nobody else uses."""
    return f"t{uuid4().hex}"


@pytest.fixture
def client_for(server):
    """Makes clients by key."""
    clients = []

    def make(key):
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        clients.append(httpx.Client(base_url=server.url, headers=headers))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(client_for, name):
    return client_for(f"sp_test_{name}")


@pytest.fixture
def monitor(client):
    """A monitor of one's own."""
    body = {"name": "Mine", "url": "https://perfect.test/health", "interval_seconds": 60}
    return client.post("/monitors", json=body).json()
