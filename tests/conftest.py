"""What holds for every test."""

import secrets
import signal

import httpx
import pytest

from statuspool_mock.client import Control

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background ignores Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
