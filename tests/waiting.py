"""Waiting for what another thread or process does."""

import time


def until(ask, holds=bool, *, seconds=60):
    """Ask again and again until the answer is as wanted, and return it."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if holds(found := ask()):
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found!r:.300}")
