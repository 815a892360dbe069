"""What the tests of hostile input share."""

import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


@pytest.fixture(scope="module")
def server():
    """A server for the tests of one module, without a rate limit."""
    with RunningServer(Settings(port=0, rate_limit=None)) as running:
        yield running
