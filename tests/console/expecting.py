"""Playwright's `expect`, imported only where there is a browser to expect something of."""

from typing import Any


def expect(thing: Any) -> Any:
    """Return Playwright's assertions about a page or a locator; they wait."""
    from playwright.sync_api import expect as expect_of  # noqa: PLC0415 - absent where it is skipped

    return expect_of(thing)
