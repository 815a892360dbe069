"""The times of checks, by arithmetic over a monitor's epochs instead of a loop over checks."""

from collections.abc import Iterator, Sequence

from statuspool_mock.simulation.model import Epoch


def ticks_between(epoch: Epoch, since: int, until: int) -> int:
    """Return how many checks, in one region, an epoch has in [since, until]."""
    first = max(since, epoch.start)
    last = until if epoch.end is None else min(until, epoch.end - 1)
    if last < first:
        return 0
    interval = epoch.interval_seconds
    return (last - epoch.start) // interval - (first - epoch.start - 1) // interval


def first_tick(epoch: Epoch, at: int) -> int:
    """Return the first check of the epoch, ignoring its end, that is not before `at`."""
    if at <= epoch.start:
        return epoch.start
    return epoch.start - (epoch.start - at) // epoch.interval_seconds * epoch.interval_seconds


def between(epochs: Sequence[Epoch], start: int, end: int) -> list[Epoch]:
    """Return the epochs that overlap [start, end)."""
    return [
        epoch for epoch in epochs if epoch.start < end and (epoch.end is None or start < epoch.end)
    ]


def next_check(epochs: Sequence[Epoch], at: int) -> tuple[Epoch, int] | None:
    """Return the first check not before `at`, with its epoch, or None if none is scheduled."""
    for epoch in reversed(epochs):
        if epoch.start <= at:
            tick = first_tick(epoch, at)
            if epoch.end is None or tick < epoch.end:
                return epoch, tick
            break
    following = [epoch for epoch in epochs if epoch.start > at]
    return (following[0], following[0].start) if following else None


def last_check(epochs: Sequence[Epoch], now: int) -> tuple[Epoch, int] | None:
    """Return the newest check not after `now`, with its epoch."""
    for epoch in reversed(epochs):
        if epoch.start <= now:
            last = now if epoch.end is None else min(now, epoch.end - 1)
            return epoch, last - (last - epoch.start) % epoch.interval_seconds
    return None


def count_rows(epochs: Sequence[Epoch], since: int, until: int) -> int:
    """Return the number of log rows in [since, until]; a row is a check from one region."""
    count = 0
    for epoch in epochs:
        count += ticks_between(epoch, since, until) * len(epoch.regions)
    return count


def rows(
    epochs: Sequence[Epoch], since: int, until: int, *, offset: int, limit: int
) -> Iterator[tuple[Epoch, int, int, int]]:
    """Yield (epoch, tick, first region, regions' end) for rows `offset` … `offset + limit - 1`.

    Rows are ordered by time, then by the monitor's order of regions. Whole epochs are skipped by
    their count, so all pages cost the same.
    """
    for epoch in epochs:
        width = len(epoch.regions)
        count = ticks_between(epoch, since, until) * width
        if offset >= count:
            offset -= count
            continue
        tick = first_tick(epoch, since) + offset // width * epoch.interval_seconds
        region = offset % width
        left = min(limit, count - offset)
        offset, limit = 0, limit - left
        while left > 0:
            until_region = min(width, region + left)
            yield epoch, tick, region, until_region
            left -= until_region - region
            tick += epoch.interval_seconds
            region = 0
        if limit <= 0:
            return
