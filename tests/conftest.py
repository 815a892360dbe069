"""What holds for every test."""

import secrets
import signal

import httpx
import pytest

from statuspool_mock.client import Control
from tests.marking import Guard, starts_programs

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background ignores Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


_guard = Guard()


def pytest_collection_modifyitems(items):
    """Mark what needs more than this process: pyproject.toml explains the markers."""
    for item in items:
        fixtures = [
            definition.func
            for definitions in item._fixtureinfo.name2fixturedefs.values()
            for definition in definitions
        ]
        if any(map(starts_programs, [item.function, *fixtures])):
            item.add_marker(pytest.mark.process)
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
        if "dist" in item.fixturenames:
            item.add_marker(pytest.mark.package)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Let the guard know which test runs."""
    _guard.running = item
    try:
        return (yield)
    finally:
        _guard.running = None


@pytest.fixture
def key():
    return f"sp_test_{secrets.token_hex(8)}"


@pytest.fixture
def world(server, key):
    """A frozen world of the folder's server, driven from beside what is tested."""
    with Control(server.control_url, api_key=key) as control:
        control.clock.freeze()
        yield control


@pytest.fixture
def api(server, key):
    """The API of the same world."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client
