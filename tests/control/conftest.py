import pytest

from statuspool_mock.server import RunningServer, Settings


@pytest.fixture(scope="session")
def server():
    """One server for all tests; each opens a world of its own."""
    with RunningServer(Settings(port=0, strict=True)) as running:
        yield running
