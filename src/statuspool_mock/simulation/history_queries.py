"""Queries over a monitor's history: days, samples, periods of trouble, selected rows.

They count over outages, as uptime does, so a month costs little more than an hour.
"""

from collections.abc import Iterator
from typing import NamedTuple

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.checks import CheckRowGenerator
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.model import Check, Epoch, Monitor, Page, Status
from statuspool_mock.simulation.timeline import Timeline

_DAY = 86_400


class Day(NamedTuple):
    """A day in UTC: how many rows the log has, and how many of them failed."""

    start: int
    rows: int
    failed: int


class TroublePeriod(NamedTuple):
    """Consecutive checks that found a monitor `down` or `degraded`; `end` is None while open."""

    start: int
    end: int | None
    state: Status
    regions: tuple[str, ...]
    """The regions that failed at some time of it."""


class _Run(NamedTuple):
    """Checks of one epoch in [start, end) with the same outcome."""

    epoch: Epoch
    start: int
    end: int
    outcome: CheckOutcome

    def cut(self, end: int) -> "_Run":
        """Return the run, ended there or where its epoch ends."""
        last = self.epoch.end
        return self._replace(end=end if last is None else min(end, last))


class _Piece(NamedTuple):
    """The rows of an epoch's checks in [start, end) from the regions at these positions."""

    epoch: Epoch
    start: int
    end: int
    positions: tuple[int, ...]

    @property
    def rows(self) -> int:
        return check_times.ticks_between(self.epoch, self.start, self.end - 1) * len(self.positions)


class MonitorHistory:
    """The history of one monitor up to now."""

    def __init__(self, timeline: Timeline, monitor: Monitor, now: int) -> None:
        self._timeline = timeline
        self._monitor = monitor
        self._now = now

    def days(self, count: int) -> list[Day]:
        """Return the last days, ending with today."""
        today = self._now - self._now % _DAY
        starts = [today - _DAY * ago for ago in range(count - 1, -1, -1)]
        return [self._day(start, min(start + _DAY - 1, self._now)) for start in starts]

    def _day(self, start: int, until: int) -> Day:
        rows = check_times.count_rows(self._monitor.epochs, start, until)
        failed = self._timeline.failed_rows(self._monitor, start, until) if rows else 0
        return Day(start, rows, failed)

    def samples(self, *, since: int, until: int, most: int) -> list[list[Check]]:
        """Return the rows of at most `count` checks, evenly spread over [since, until]."""
        generator = CheckRowGenerator(self._timeline, self._monitor)
        samples: list[list[Check]] = []
        before, last = since - 1, min(until, self._now)
        for number in range(1, most + 1):
            edge = since + (until - since) * number // most
            edge = min(edge, last)
            newest = check_times.last_check(self._monitor.epochs, edge)
            if newest is None or newest[1] <= before:
                continue
            epoch, before = newest
            samples.append(generator.rows(epoch, before, first=0, end=len(epoch.regions)))
        return samples

    def troubles(self, *, since: int, until: int) -> list[TroublePeriod]:
        """Return the periods in [since, until] in which it was down or degraded, oldest first."""
        troubles: list[TroublePeriod] = []
        for run in self._runs(since, min(until, self._now)):
            state, failing = run.outcome
            if state is Status.UP:
                continue
            end = None if run.end > self._now else run.end
            known = troubles[-1] if troubles else None
            if known is not None and known.state is state and known.end == run.start:
                more = tuple(region for region in failing if region not in known.regions)
                troubles[-1] = known._replace(end=end, regions=known.regions + more)
            else:
                troubles.append(TroublePeriod(run.start, end, state, failing))
        return troubles

    def rows(
        self,
        *,
        since: int,
        until: int,
        region: str | None = None,
        only_failed: bool = False,
        page: int,
        limit: int,
    ) -> Page[Check]:
        """Return a page of the log in [since, until], newest first, filtered as asked."""
        last = min(until, self._now)
        pieces = list(
            self._failed_pieces(since, last, region)
            if only_failed
            else self._pieces(since, last, region)
        )
        total = sum(piece.rows for piece in pieces)
        wanted = list(_newest_first(pieces, offset=(page - 1) * limit, limit=limit))
        generator = CheckRowGenerator(self._timeline, self._monitor)
        items = [
            generator.rows(epoch, tick, first=position, end=position + 1)[0]
            for epoch, tick, position in reversed(wanted)  # as a row generator expects them
        ]
        return Page(items[::-1], page, -(-total // limit), total)

    def _pieces(self, since: int, until: int, region: str | None) -> Iterator[_Piece]:
        for epoch in check_times.between(self._monitor.epochs, since, until + 1):
            positions = _positions(epoch, epoch.regions, region)
            if positions:
                end = until + 1 if epoch.end is None else min(until + 1, epoch.end)
                yield _Piece(epoch, max(since, epoch.start), end, positions)

    def _failed_pieces(self, since: int, until: int, region: str | None) -> Iterator[_Piece]:
        for run in self._runs(since, until):
            positions = _positions(run.epoch, run.outcome.failing, region)
            if positions:
                yield _Piece(run.epoch, run.start, min(run.end, until + 1), positions)

    def _runs(self, since: int, until: int) -> Iterator[_Run]:
        """Yield the runs from `since` on; the last one may end after `until`."""
        run: _Run | None = None
        for tick, outcome in self._timeline.outcomes(self._monitor, since=since):
            if run is not None:
                yield run.cut(tick)
            if tick > until:
                return
            placed = check_times.last_check(self._monitor.epochs, tick)
            if placed is None:
                raise LookupError(f"{self._monitor.name} has no check at {tick}")
            found = outcome or self._timeline.outcome(self._monitor, *placed)
            run = _Run(placed[0], tick, self._now + 1, found)
        if run is not None:
            yield run.cut(self._now + 1)


def _positions(epoch: Epoch, regions: tuple[str, ...], wanted: str | None) -> tuple[int, ...]:
    return tuple(
        position
        for position, region in enumerate(epoch.regions)
        if region in regions and wanted in {None, region}
    )


def _newest_first(
    pieces: list[_Piece], *, offset: int, limit: int
) -> Iterator[tuple[Epoch, int, int]]:
    """Yield epoch, tick and position of rows `offset` … `offset + limit - 1`, from the newest."""
    for piece in reversed(pieces):
        count = piece.rows
        if offset >= count:
            offset -= count
            continue
        width, interval = len(piece.positions), piece.epoch.interval_seconds
        first = check_times.first_tick(piece.epoch, piece.start)
        for number in range(count - 1 - offset, max(count - 1 - offset - limit, -1), -1):
            tick = first + number // width * interval
            yield piece.epoch, tick, piece.positions[number % width]
        limit -= min(limit, count - offset)
        offset = 0
        if limit <= 0:
            return
