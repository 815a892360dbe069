"""Outages as a function: the intervals in one block of a monitor's time, drawn from its key.

An interval never crosses a block's end, so an instant depends on one block only.
"""

from bisect import bisect_right
from functools import partial
from itertools import count
from typing import NamedTuple

from statuspool_mock.simulation import prng
from statuspool_mock.simulation.behaviour import BEHAVIOURS, FAILURES, SLOW, Behaviour
from statuspool_mock.simulation.model import Effect

_SHORTEST_GAP = 30


class OutageInterval(NamedTuple):
    """An interval [start, end) of failing or slow checks, in one region, or in all if None.

    `region` is any number; modulo the number of regions it gives the region's position.
    """

    start: int
    end: int
    region: int | None
    effect: Effect

    def reaches(self, position: int, width: int) -> bool:
        """Whether it affects the region at this position of `count` regions."""
        return self.region is None or self.region % width == position


_interval = partial(tuple.__new__, OutageInterval)


class Block(NamedTuple):
    """The outage intervals of [start, end), in order and disjoint."""

    start: int
    end: int
    intervals: tuple[OutageInterval, ...]
    starts: tuple[int, ...]

    def interval_at(self, at: int) -> OutageInterval | None:
        """Return the interval that covers an instant of this block, if any."""
        index = bisect_right(self.starts, at) - 1
        if index >= 0 and at < self.intervals[index].end:
            return self.intervals[index]
        return None


def block_number(behaviour: Behaviour, key: bytes, at: int) -> int:
    """Return the number of the block of an instant; each key has its own phase."""
    seconds = behaviour.block_seconds
    return (at + int.from_bytes(key[:4], "little") % seconds) // seconds


def draw_block(name: str, key: bytes, number: int) -> Block:
    """Draw the intervals of one block of the behaviour `name`."""
    behaviour = BEHAVIOURS[name]
    seconds = behaviour.block_seconds
    start = number * seconds - int.from_bytes(key[:4], "little") % seconds
    end = start + seconds
    if behaviour.is_steady:
        intervals = _lasting(behaviour, key, start, end)
    else:
        intervals = _successive(behaviour, key, number, start, end)
    starts = tuple([interval.start for interval in intervals]) if intervals else ()
    return Block(start, end, intervals, starts)


def troubled(name: str, key: bytes, first: int, last: int) -> list[int]:
    """Return which of the blocks `first` … `last` have an outage: a fifth of those of `stable`.

    This takes a fifth of the time in which the blocks are drawn.
    """
    behaviour = BEHAVIOURS[name]
    if behaviour.mean_gap_seconds is None:
        return [] if behaviour.always is None else list(range(first, last + 1))
    gaps, mean_gap = prng.exponential(), behaviour.mean_gap_seconds
    longest = behaviour.block_seconds - _SHORTEST_GAP - behaviour.slow_ahead_seconds
    found = []
    for number in range(first, last + 1):
        gap, *_ = prng.five(key, number.to_bytes(8, "little", signed=True), 0)
        if mean_gap * gaps[gap >> prng.SHIFT] // 1000 < longest:
            found.append(number)
    return found


def _lasting(behaviour: Behaviour, key: bytes, start: int, end: int) -> tuple[OutageInterval, ...]:
    if behaviour.always is None:
        return ()
    region = key[4] if behaviour.always_in_one_region else None
    return (OutageInterval(start, end, region, behaviour.always),)


def _successive(
    behaviour: Behaviour, key: bytes, number: int, start: int, end: int
) -> tuple[OutageInterval, ...]:
    gaps, lengths = prng.exponential(), prng.log_normal(behaviour.outage_sigma_percent)
    mean_gap, slow_ahead = behaviour.mean_gap_seconds or 0, behaviour.slow_ahead_seconds
    prefix = number.to_bytes(8, "little", signed=True)
    intervals: list[OutageInterval] = []
    at = start
    for turn in count():
        gap, length, local, place, way = prng.five(key, prefix, turn)
        began = at + _SHORTEST_GAP + slow_ahead + mean_gap * gaps[gap >> prng.SHIFT] // 1000
        if began >= end:
            break
        lasts = behaviour.median_outage_seconds * lengths[length >> prng.SHIFT] // 1000
        failed_until = min(began + max(lasts, behaviour.shortest_outage_seconds), end)
        at = min(failed_until + behaviour.slow_after_seconds, end)
        region = place if local % 100 < behaviour.one_region_percent else None
        if slow_ahead:
            intervals.append(_interval((began - slow_ahead, began, region, SLOW)))
        effect = FAILURES[way % len(FAILURES)]
        intervals.append(_interval((began, failed_until, region, effect)))
        if at > failed_until:
            intervals.append(_interval((failed_until, at, region, SLOW)))
    return tuple(intervals)
