"""Long work beside the event loop."""

import asyncio
import gc
from collections import deque

from statuspool_mock.sandbox.turns import Turns


def _renewing(rounds: int):
    """Make as many objects as are freed, so that Python counts none and collects nothing."""
    kept = deque([i] for i in range(1_000))
    for _ in range(rounds):
        for _ in range(1_000):
            kept.popleft()
            kept.append([1])
        yield
    return len(kept)


def test_garbage_is_collected_often_during_long_work():
    before = gc.get_stats()[1]["collections"]
    turns = Turns()
    assert asyncio.run(turns.take(_renewing(300))) == 1_000
    turns.stop()
    assert gc.get_stats()[1]["collections"] - before >= 5
