"""Outages as a function: the intervals in one block of a monitor's time, drawn from its key.

An interval never crosses a block's end, so an instant depends on one block only.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from statuspool_mock.simulation import prng
from statuspool_mock.simulation.behaviour import BEHAVIOURS, FAILURES, SLOW, Behaviour
from statuspool_mock.simulation.model import Effect


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


@dataclass(frozen=True, slots=True)
class Block:
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
    return (at + _phase(behaviour, key)) // behaviour.block_seconds


def draw_block(name: str, key: bytes, number: int) -> Block:
    """Draw the intervals of one block of the behaviour `name`."""
    behaviour = BEHAVIOURS[name]
    start = number * behaviour.block_seconds - _phase(behaviour, key)
    end = start + behaviour.block_seconds
    if behaviour.is_steady:
        intervals = _lasting(behaviour, key, start, end)
    else:
        intervals = _successive(behaviour, key, number, start, end)
    return Block(start, end, intervals, tuple(interval.start for interval in intervals))


def _phase(behaviour: Behaviour, key: bytes) -> int:
    return int.from_bytes(key[:4], "little") % behaviour.block_seconds


def _lasting(behaviour: Behaviour, key: bytes, start: int, end: int) -> tuple[OutageInterval, ...]:
    if behaviour.always is None:
        return ()
    region = key[4] if behaviour.always_in_one_region else None
    return (OutageInterval(start, end, region, behaviour.always),)


def _successive(
    behaviour: Behaviour, key: bytes, number: int, start: int, end: int
) -> tuple[OutageInterval, ...]:
    gaps = prng.exponential()
    mean_gap = behaviour.mean_gap_seconds or 0
    lengths = prng.log_normal(behaviour.outage_sigma_percent)
    intervals: list[OutageInterval] = []
    at = start
    for gap, length, local, place, way, *_ in prng.series(key, number):
        began = at + 30 + behaviour.slow_ahead_seconds + mean_gap * prng.quantile(gaps, gap) // 1000
        if began >= end:
            break
        lasts = behaviour.median_outage_seconds * prng.quantile(lengths, length) // 1000
        failed_until = min(began + max(lasts, behaviour.shortest_outage_seconds), end)
        at = min(failed_until + behaviour.slow_after_seconds, end)
        region = place if local % 100 < behaviour.one_region_percent else None
        effect = FAILURES[way % len(FAILURES)]
        if behaviour.slow_ahead_seconds:
            intervals.append(
                OutageInterval(began - behaviour.slow_ahead_seconds, began, region, SLOW)
            )
        intervals.append(OutageInterval(began, failed_until, region, effect))
        if at > failed_until:
            intervals.append(OutageInterval(failed_until, at, region, SLOW))
    return tuple(intervals)
