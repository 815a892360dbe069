"""Python's garbage collector, kept off a server's work."""

import gc


def rest_the_collector() -> None:
    """Set aside what lives now, and look for cycles seldom: for a process that only serves.

    A full collection walks every object: with 100,000 monitors it stalls a request for 0.1 s. Most
    later garbage is freed by its reference counts anyway.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
