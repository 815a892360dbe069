import pytest

from statuspool_mock.settings import Settings
from tests.targets import target


@pytest.fixture(scope="session")
def server():
    """One server for all tests; each opens a world of its own."""
    with target(Settings(port=0, strict=True)) as running:
        yield running
