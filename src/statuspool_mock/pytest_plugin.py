"""Fixtures for tests of clients: `statuspool`, a fresh frozen world, and `receiver`.

    def test_the_page_shows_an_outage(statuspool):
        shop = statuspool.monitors.create("Shop", "https://perfect.test/")
        statuspool.monitors.force_down(shop)
        assert my_client(statuspool.url, statuspool.api_key).worst() == "down"

Override the fixture `statuspool_settings` to serve something else than an empty scenario. Errors in
the background fail a test. The server is imported when a test first uses it.
"""

import os
from contextlib import ExitStack, contextmanager
from importlib import import_module
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statuspool_mock.testing import Receiver, SandboxWorld, Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the fixtures and those of the suite of `verify`."""
    group = parser.getgroup("statuspool", "the fixture statuspool")
    add = group.addoption
    add("--statuspool-scenario", metavar="NAME", help="the scenario, or the path of its file")
    add("--statuspool-seed", metavar="N", type=int, help="the seed of what is random")
    add(
        "--statuspool-mutant",
        metavar="NAME",
        action="append",
        help="activate a mutant: does a test notice? May be repeated",
    )
    add(
        "--statuspool-server",
        metavar="URL",
        help="use this server, such as http://127.0.0.1:4747, instead of starting one; a token "
        "of its control plane is read from STATUSPOOL_CONTROL_TOKEN",
    )
    group = parser.getgroup(
        "statuspool-verify", "pytest --pyargs statuspool_mock.conformance.active"
    )
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
        "statuspool(scenario=..., seed=...): what the sandbox of a test starts from",
    )


@pytest.fixture(scope="session")
def statuspool_settings() -> dict[str, Any]:
    """Return the settings of the server: fields of `statuspool_mock.settings.Settings`."""
    return {"scenario": "empty"}


@pytest.fixture(scope="session")
def statuspool_server(
    statuspool_settings: dict[str, Any], pytestconfig: pytest.Config
) -> "Iterator[Server]":
    """Run a server on a free port for the session; with xdist, one for each worker.

    Options of the command line take precedence over `statuspool_settings`.
    """
    scenario, seed, mutants, url = (
        pytestconfig.getoption(f"statuspool_{name}")
        for name in ("scenario", "seed", "mutant", "server")
    )
    chosen = {"scenario": scenario, "seed": seed, "mutants": tuple(mutants or ()) or None}
    given = {name: value for name, value in chosen.items() if value is not None}
    if url is not None:
        if given:
            options = ", ".join(f"--statuspool-{name.removesuffix('s')}" for name in given)
            pytest.exit(f"{options}: the server at {url} has its own.", returncode=4)
        root = url.rstrip("/").removesuffix("/v1")
        yield import_module("statuspool_mock.testing").ServerAddress(f"{root}/v1", root)
        return
    with _running({"port": 0} | statuspool_settings | given) as server:
        yield server


@pytest.fixture
def statuspool(
    statuspool_server: "Server", request: pytest.FixtureRequest
) -> "Iterator[SandboxWorld]":
    """Open a frozen sandbox for one test; fail the test if errors happen in it."""
    testing = import_module("statuspool_mock.testing")
    marked = _marked(request.node.get_closest_marker("statuspool"))
    is_elsewhere = request.config.getoption("statuspool_server") is not None
    token = os.environ.get("STATUSPOOL_CONTROL_TOKEN") if is_elsewhere else None
    world = testing.SandboxWorld(statuspool_server, f"sp_test_{token_hex(12)}", token=token)
    if marked:
        _reset(world, marked)
    world.clock.freeze()
    yield world
    world.raise_for_problems()
    world.close_sandbox(world.api_key.removeprefix("sp_test_"))
    world.close()


@contextmanager
def _running(settings: dict[str, Any]) -> "Iterator[Server]":
    """Run a server until the block ends; fail the test if it cannot start."""
    running = import_module("statuspool_mock.server").RunningServer
    settings_of = import_module("statuspool_mock.settings").Settings
    cannot_start = import_module("statuspool_mock.cli.starting").CANNOT_START
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running(settings_of(**settings)))
        except (TypeError, ValueError, *cannot_start) as error:
            _fail(f"The server of the fixture statuspool cannot start: {error}")
        yield server


def _marked(marker: pytest.Mark | None) -> dict[str, Any]:
    """Return the arguments of a marker; fail the test if it takes no such arguments."""
    if marker is None:
        return {}
    types = {"scenario": str, "seed": int}
    wrong = [repr(value) for value in marker.args]
    wrong += [
        f"{name}={value!r}"
        for name, value in marker.kwargs.items()
        if not isinstance(value, types.get(name, ())) or isinstance(value, bool)
    ]
    if wrong:
        _fail(f"@pytest.mark.statuspool takes scenario='name' and seed=1, not {', '.join(wrong)}.")
    return dict(marker.kwargs)


def _reset(world: "SandboxWorld", marked: dict[str, Any]) -> None:
    refused = import_module("statuspool_mock.client").RequestRefused
    try:
        world.reset(**marked)
    except refused as error:
        given = ", ".join(f"{name}={value!r}" for name, value in marked.items())
        _fail(f"@pytest.mark.statuspool({given}): {error}")


def _fail(message: str) -> NoReturn:
    """Fail the test with this sentence alone."""
    try:
        pytest.fail(message, pytrace=False)
    except pytest.fail.Exception as failure:
        raise failure from None


@pytest.fixture
def receiver() -> "Iterator[Receiver]":
    """Receive webhooks on a thread; fail the test if a signature is invalid."""
    testing = import_module("statuspool_mock.testing")
    with testing.Receiver() as endpoint:
        yield endpoint
    endpoint.raise_for_problems()
