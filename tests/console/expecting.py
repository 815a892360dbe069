"""Playwright's `expect`, imported only where there is a browser to expect something of."""

from typing import Any

MOST_MILLISECONDS = 30_000
"""How long a test waits for what it expects; a shared machine may stall."""


def expect(thing: Any) -> Any:
    """Return Playwright's assertions about a page or a locator; they wait."""
    from playwright.sync_api import expect as expect_of  # noqa: PLC0415 - absent where it is skipped

    expect_of.set_options(timeout=MOST_MILLISECONDS)
    return expect_of(thing)
