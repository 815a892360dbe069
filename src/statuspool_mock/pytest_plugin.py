"""Fixtures for tests of clients: `statuspool`, a fresh frozen world, and `receiver`.

    def test_the_page_shows_an_outage(statuspool):
        shop = statuspool.monitors.create("Shop", "https://perfect.test/")
        statuspool.monitors.force_down(shop)
        assert my_client(statuspool.url, statuspool.api_key).worst() == "down"

Override the fixture `statuspool_settings` to serve something else than an empty scenario. Errors in
the background fail a test. The server is imported when a test first uses it.
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
    """Add the options of `pytest --pyargs statuspool_mock.conformance.active`."""
    group = parser.getgroup("statuspool", "verifying a server against the Statuspool contract")
    add = group.addoption
    add("--statuspool-url", metavar="URL", help="the base URL of the API, such as https://host/v1")
    for name, says in _KEYS:
        add(f"--statuspool-{name}", metavar="KEY", help=says)
    add("--statuspool-profile", default="standard", choices=("quick", "standard", "deep"))
    add("--statuspool-read-only", action="store_true", help="send no writes")
    add(
        "--statuspool-allow-permanent",
        action="store_true",
        help="also create incidents and webhooks, which the API cannot delete",
    )


_KEYS = (
    ("api-key", "a full key of the team (or STATUSPOOL_API_KEY)"),
    ("readonly-key", "a read-only key of the same team"),
    ("other-team-key", "a full key of another team"),
    ("revoked-key", "a key that was revoked"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and verify a server if its URL is given."""
    if config.getoption("statuspool_url"):
        suite = import_module("statuspool_mock.conformance.active.suite")
        config.pluginmanager.register(suite.of(config), "statuspool-verify")
    config.addinivalue_line(
        "markers",
        "statuspool(scenario=..., seed=...): what the world of the fixture statuspool starts from",
    )


@pytest.fixture(scope="session")
def statuspool_settings() -> dict[str, Any]:
    """Return the settings of the server: fields of `statuspool_mock.server.Settings`."""
    return {"scenario": "empty"}


@pytest.fixture(scope="session")
def statuspool_server(statuspool_settings: dict[str, Any]) -> "Iterator[RunningServer]":
    """Run a server on a free port for the session; with xdist, one for each worker."""
    server = import_module("statuspool_mock.server")
    with server.RunningServer(server.Settings(**{"port": 0} | statuspool_settings)) as running:
        yield running


@pytest.fixture
def statuspool(
    statuspool_server: "RunningServer", request: pytest.FixtureRequest
) -> "Iterator[SandboxWorld]":
    """Open a frozen sandbox for one test; fail the test if errors happen in it."""
    testing = import_module("statuspool_mock.testing")
    world = testing.SandboxWorld(statuspool_server, f"sp_test_{token_hex(12)}")
    marker = request.node.get_closest_marker("statuspool")
    if marker is not None:
        world.reset(**marker.kwargs)
    world.clock.freeze()
    yield world
    world.raise_for_problems()
    world.close_sandbox(world.api_key.removeprefix("sp_test_"))
    world.close()


@pytest.fixture
def receiver() -> "Iterator[Receiver]":
    """Receive webhooks on a thread; fail the test if a signature is invalid."""
    testing = import_module("statuspool_mock.testing")
    with testing.Receiver() as endpoint:
        yield endpoint
    endpoint.raise_for_problems()
