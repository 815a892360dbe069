"""Fixtures and hooks of all tests."""

import asyncio
import inspect
import os
import secrets
import signal
import socket

import httpx
import pytest
from httpx._transports import default as httpx_default
from hypothesis import HealthCheck, settings

from statuspool_mock import server
from statuspool_mock.client import Control
from statuspool_mock.web.quick_protocol import QuickProtocol
from tests.marking import ProcessGuard
from tests.workers.on_threads import WORKERS, WorkersOnThreads

if WORKERS:  # before any module of tests imports it
    server.RunningServer = WorkersOnThreads
from tests.targets import IS_FLEET

# A shell that runs the tests in the background, or nohup, ignores signals, and so would programs.
for ignored in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(ignored) is signal.SIG_IGN:
        interrupts = ignored is signal.SIGINT
        signal.signal(ignored, signal.default_int_handler if interrupts else signal.SIG_DFL)

# No deadline: a shared machine may stall. Derandomised: a run in CI can be repeated at a desk.
settings.register_profile(
    "statuspool",
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("statuspool")

# A client waits longer than httpx's five seconds, for the same reason.
_patience = inspect.signature(httpx.Client).parameters["timeout"].default
for phase in ("connect", "read", "write", "pool"):
    setattr(_patience, phase, 60.0)

_guard = ProcessGuard()


def pytest_collection_modifyitems(items):
    """Mark tests by fixtures that need more than Python; pyproject.toml explains the markers."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
        if "dist" in item.fixturenames:
            item.add_marker(pytest.mark.package)


@pytest.fixture
def free_port():
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Tell the guard which test is running."""
    _guard.running = None if IS_FLEET else item
    try:
        return (yield)
    finally:
        _guard.running = None


@pytest.fixture(scope="session", autouse=True)
def _ordinary_path():
    """With ORDINARY_PATH, let uvicorn answer what has a quick path: `make ordinary`."""
    with pytest.MonkeyPatch.context() as patch:
        if "ORDINARY_PATH" in os.environ:
            patch.setattr(QuickProtocol, "_may_be_quick", lambda _: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_trust_store():
    """Let clients share what they trust: to read it takes 30 ms, and hardly any speaks TLS."""
    make = httpx_default.create_ssl_context
    shared = {}

    def create_ssl_context(verify=True, cert=None, trust_env=True):  # noqa: FBT002  (httpx's own)
        if verify is not True or cert:
            return make(verify, cert, trust_env)
        places = (trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if places not in shared:
            shared[places] = make(verify, cert, trust_env)
        return shared[places]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx_default, "create_ssl_context", create_ssl_context)
        yield


@pytest.fixture(autouse=True)
def _outside_playwright(request):
    """Hide Playwright's event loop, which runs on between tests, from those without a browser."""
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


@pytest.fixture
def key():
    return f"sp_test_{secrets.token_hex(8)}"


@pytest.fixture
def world(server, key):
    """Control of a frozen sandbox on the server of the test's folder."""
    with Control(server.control_url, api_key=key) as control:
        control.clock.freeze()
        yield control


@pytest.fixture
def api(server, key):
    """A client of the API in the same sandbox."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client
