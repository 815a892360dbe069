"""A real Chromium on a real server; tests are skipped, with the reason, where there is none."""

import contextlib
import os
import re
import shutil

import pytest

from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.settings import Settings
from tests.console.expecting import MOST_MILLISECONDS
from tests.targets import target

AT = 1_768_470_131
"""When the worlds begin, in seconds since 1970."""
DELAY = int(os.environ.get("CONSOLE_DELAY", "0"))
"""How long the page holds each request and each response back, in milliseconds.

A test that goes on before its click has taken effect fails with it, on any machine.
"""
_DELAYED = """
    const send = window.fetch;
    window.fetch = async (...request) => {
        const wait = () => new Promise((go) => setTimeout(go, %d));
        await wait();
        const response = await send(...request);
        await wait();
        return response;
    };
"""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser():
    """Chromium, without any network but this machine's own."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=_FLAGS, chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server():
    """One server for all tests; each opens a world of its own, whose history is always the same."""
    clock = ClockChoice(at=AT, rate=1.0)
    with target(Settings(port=0, rate_limit=None, clock=clock)) as running:
        yield running


class Visitor:
    """Opens pages of the console, and holds what went wrong in them against the test."""

    def __init__(self, browser, server):
        self._browser = browser
        self._server = server
        self._contexts = []
        self.troubles = []

    def open(self, key, view="world", *, server=None, **context):
        """Return a page of the console that shows this view of the key's world."""
        made = self._browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | context
        )
        self._contexts.append(made)
        if DELAY:
            made.add_init_script(_DELAYED % DELAY)
        page = made.new_page()
        page.set_default_timeout(MOST_MILLISECONDS)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self._note)
        with page.expect_response("**/_mock/events"):  # what happens from now on is noticed
            page.goto(self.url(key, view, server=server))
        return page

    def url(self, key, view="world", *, server=None):
        """Return the address of a view of the key's world."""
        return f"{(server or self._server).control_url}/_mock/?key={key}#/{view}"

    def close(self):
        for context in self._contexts:
            context.close()

    def _note(self, message):
        expected = re.search(r"Failed to load resource|net::ERR_", message.text)
        if message.type in {"error", "warning"} and not expected:
            self.troubles.append(f"{message.type}: {message.text}")


@pytest.fixture
def visitor(browser, server):
    """Opens pages; a script error or a breach of the policy in any of them fails the test."""
    visitor = Visitor(browser, server)
    with contextlib.closing(visitor):
        yield visitor
    assert visitor.troubles == []


@pytest.fixture
def page(visitor, world, key):  # noqa: ARG001 - the world is to be frozen before it is shown
    """The console on the world of `key`."""
    return visitor.open(key)
