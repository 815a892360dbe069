"""Tuning of Python's garbage collector for a server."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collections() -> Iterator[None]:
    """Collect no garbage in the block, in which nearly all that is made stays.

    To visit the monitors of a large scenario again and again took a third of the time to make them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def tune_for_serving() -> None:
    """Freeze the objects that exist now and collect rarely, in a process that only serves.

    A full collection visits every object: with 100,000 monitors it delays all requests by 0.1 s or
    more, so there is none. Others visit 2,000 new objects at most, which takes 1 ms (30,000 took
    15 ms, and all of them together as long). Almost all garbage is freed by reference counting.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(500, 3, 1_000_000)
