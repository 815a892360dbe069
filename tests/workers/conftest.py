"""Fixtures of the tests of workers."""

import pytest

from tests.mock_process import serving


@pytest.fixture(scope="package")
def served():
    """A real server with two workers, and no rate limit."""
    with serving("--workers", "2", "--scenario", "empty", "--rate-limit", "off") as served:
        yield served
