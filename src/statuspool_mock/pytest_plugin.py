"""Fixtures for tests of clients: `statuspool`, a fresh frozen world, and `receiver`.

    def test_the_page_shows_an_outage(statuspool):
        shop = statuspool.monitors.create("Shop", "https://perfect.test/")
        statuspool.monitors.force_down(shop)
        assert my_client(statuspool.url, statuspool.api_key).worst() == "down"

Override the fixture `statuspool_settings` to serve something else than an empty scenario. Trouble
in the background fails a test unasked. The server is imported when a test first wants it.
"""

from importlib import import_module
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statuspool_mock.server import RunningServer
    from statuspool_mock.testing import Receiver, SandboxWorld


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `pytest --pyargs statuspool_mock.conformance.active` is told."""
    group = parser.getgroup("statuspool", "judging a server against the Statuspool contract")
    add = group.addoption
    add("--statuspool-url", metavar="URL", help="the API's base, such as https://host/v1")
    for name, says in _KEYS:
        add(f"--statuspool-{name}", metavar="KEY", help=says)
    add("--statuspool-profile", default="standard", choices=("quick", "standard", "deep"))
    add("--statuspool-read-only", action="store_true", help="write nothing")
    add(
        "--statuspool-allow-permanent",
        action="store_true",
        help="create incidents and webhooks too, which the API cannot delete",
    )


_KEYS = (
    ("api-key", "a full key of the team (STATUSPOOL_API_KEY)"),
    ("readonly-key", "a read-only key of the same team"),
    ("other-team-key", "a full key of another team"),
    ("revoked-key", "a key that was revoked"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker, and judge where a server is named."""
    if config.getoption("statuspool_url"):
        suite = import_module("statuspool_mock.conformance.active.suite")
        config.pluginmanager.register(suite.of(config), "statuspool-verify")
    config.addinivalue_line(
        "markers",
        "statuspool(scenario=..., seed=...): the world that the fixture statuspool begins with",
    )


@pytest.fixture(scope="session")
def statuspool_settings() -> dict[str, Any]:
    """Return what the server is started with, as `statuspool_mock.server.Settings` names it."""
    return {"scenario": "empty"}


@pytest.fixture(scope="session")
def statuspool_server(statuspool_settings: dict[str, Any]) -> "Iterator[RunningServer]":
    """Serve on a free port for the session; under xdist each worker has its own."""
    server = import_module("statuspool_mock.server")
    with server.RunningServer(server.Settings(**{"port": 0} | statuspool_settings)) as running:
        yield running


@pytest.fixture
def statuspool(
    statuspool_server: "RunningServer", request: pytest.FixtureRequest
) -> "Iterator[SandboxWorld]":
    """Open a frozen world that no other test sees; fail where there was trouble in it."""
    testing = import_module("statuspool_mock.testing")
    world = testing.SandboxWorld(statuspool_server, f"sp_test_{token_hex(12)}")
    marker = request.node.get_closest_marker("statuspool")
    if marker is not None:
        world.reset(**marker.kwargs)
    world.clock.freeze()
    yield world
    world.raise_if_troubled()
    world.close_sandbox(world.api_key.removeprefix("sp_test_"))
    world.close()


@pytest.fixture
def receiver() -> "Iterator[Receiver]":
    """Receive webhooks on a thread and check their signatures; fail where one was wrong."""
    testing = import_module("statuspool_mock.testing")
    with testing.Receiver() as endpoint:
        yield endpoint
    endpoint.raise_if_troubled()
