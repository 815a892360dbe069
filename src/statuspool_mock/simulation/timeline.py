"""The outcome of a monitor's checks at any instant, and the number that failed in any window.

Everything is computed from the monitor: its key, epochs and overlays. Only drawn blocks are cached.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.behaviour import BEHAVIOURS
from statuspool_mock.simulation.block_evaluation import (
    Effects,
    Kind,
    edges_of,
    effects_at,
    evaluate,
)
from statuspool_mock.simulation.evaluated_block import (
    WELL,
    CheckOutcome,
    EvaluatedBlock,
    QuietBlock,
)
from statuspool_mock.simulation.model import UPTIME_WINDOW_SECONDS, Epoch, Monitor
from statuspool_mock.simulation.outage_generator import Block, block_number, draw_block, troubled

_MEMO_SIZE = 8_192
_GIVEN_UP = 64  # by a full cache, at once
_BlockKey = tuple[str, bytes, int]  # behaviour, key, number
_StretchKey = tuple[bytes, int, int, int]  # key, revision, start of the epoch, number of the block
_Latest = tuple[Monitor | None, Epoch | None, EvaluatedBlock]
_Scanned = tuple[Monitor | None, Epoch | None, int, int, Sequence[int]]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Timeline:
    """The outcomes of monitors' checks, with caches of at most `_MEMO_SIZE` blocks.

    Blocks are pure, so worlds may share them; evaluated blocks belong to the monitors of one world.
    """

    def __init__(self, *, blocks: dict[_BlockKey, Block] | None = None) -> None:
        self._blocks = {} if blocks is None else blocks
        self._evaluated: dict[_StretchKey, EvaluatedBlock] = {}
        self._kinds: dict[tuple[tuple[str, ...], int], dict[Kind, CheckOutcome]] = {}
        self._latest: _Latest = (None, None, QuietBlock(0, 0))
        self._scanned: _Scanned = (None, None, 0, 0, ())

    def copy(self) -> "Timeline":
        """Return a timeline for a copy of the world."""
        timeline = Timeline(blocks=self._blocks)
        timeline._evaluated = self._evaluated.copy()
        return timeline

    def clear(self) -> None:
        """Empty the caches that belong to this timeline alone."""
        self._evaluated = {}
        self._kinds = {}
        self._latest = (None, None, QuietBlock(0, 0))

    def carry_over(self, old: Monitor, new: Monitor, *, before: int) -> None:
        """Keep the counts of a monitor's last 30 days that a change does not affect."""
        since = before - UPTIME_WINDOW_SECONDS
        for epoch in check_times.between(old.epochs, since, before):
            behaviour = BEHAVIOURS[epoch.behaviour]
            first = block_number(behaviour, old.draw_key, max(since, epoch.start))
            for number in range(first, block_number(behaviour, old.draw_key, before)):
                key = (old.draw_key, old.revision, epoch.start, number)
                evaluated = self._evaluated.pop(key, None)
                if evaluated is not None:
                    self._evaluated[old.draw_key, new.revision, epoch.start, number] = evaluated

    def effects(self, monitor: Monitor, epoch: Epoch, at: int) -> Effects:
        """Return the effect on each of the epoch's regions at an instant; None is no effect."""
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, at)
        block = self._block(epoch.behaviour, monitor.draw_key, number)
        return effects_at(block, monitor.overlays, epoch, at)

    def outcome(self, monitor: Monitor, epoch: Epoch, at: int) -> CheckOutcome:
        """Return the outcome of a check at an instant of the epoch."""
        return self._evaluate(monitor, epoch, at).outcome_at(at)

    def newest_outcome(self, monitor: Monitor, now: int) -> CheckOutcome:
        """Return the outcome of the newest check, which must exist."""
        newest = check_times.last_check(monitor.epochs, now)
        if newest is None:
            raise LookupError(f"{monitor.name} has not been checked by {now}")
        return self.outcome(monitor, *newest)

    def outcomes(
        self, monitor: Monitor, *, since: int, known: CheckOutcome | None = None
    ) -> Iterator[tuple[int, CheckOutcome | None]]:
        """Yield instant and outcome of each check from `since` on that may differ from the last.

        `known` is the outcome of the check before `since`. At the start of a block the outcome is
        None and has to be computed when time gets there: nothing is drawn in advance.
        """
        for epoch in monitor.epochs:
            if epoch.end is not None and epoch.end <= since:
                continue
            at = check_times.first_tick(epoch, since)
            while epoch.end is None or at < epoch.end:
                if known is None:
                    yield at, None
                evaluated = self._evaluate(monitor, epoch, at)
                if known is not None and evaluated.outcome_at(at) != known:
                    yield at, evaluated.outcome_at(at)
                known = None
                for tick, outcome in evaluated.changes_after(at):
                    if epoch.end is not None and tick >= epoch.end:
                        break
                    yield tick, outcome
                following = _next_block_start(monitor, epoch, evaluated.end)
                if following is None:
                    break
                at = check_times.first_tick(epoch, following)

    def changes(
        self, monitor: Monitor, *, since: int, until: int
    ) -> Iterator[tuple[int, CheckOutcome]]:
        """Yield instant and outcome of each check in [since, until] that may differ from the last.

        Unlike `outcomes`, this draws all blocks in which something may happen: it is for the past.
        """
        for epoch in monitor.epochs:
            first = max(since, epoch.start)
            last = until if epoch.end is None else min(until, epoch.end - 1)
            if first <= last:
                yield from self._changes(monitor, epoch, first, last)

    def _changes(
        self, monitor: Monitor, epoch: Epoch, first: int, last: int
    ) -> Iterator[tuple[int, CheckOutcome]]:
        at = check_times.first_tick(epoch, first)
        numbers = self._scan(monitor, epoch, at, last)
        for number in numbers:
            evaluated = self._numbered(monitor, epoch, number)
            if at < evaluated.start <= last:
                yield at, WELL  # the first check of some blocks without trouble
                at = check_times.first_tick(epoch, evaluated.start)
            if evaluated.end <= at or last < at:
                continue
            yield at, evaluated.outcome_at(at)
            for change in evaluated.changes_after(at):
                if change[0] > last:
                    return
                yield change
            at = check_times.first_tick(epoch, evaluated.end)
        if at <= last:
            yield at, WELL

    def _scan(self, monitor: Monitor, epoch: Epoch, first: int, last: int) -> Sequence[int]:
        """Return the numbers of the blocks in [first, last] in which something may happen."""
        behaviour = BEHAVIOURS[epoch.behaviour]
        begin, end = (block_number(behaviour, monitor.draw_key, at) for at in (first, last))
        if monitor.overlays:
            return range(begin, end + 1)
        numbers = troubled(epoch.behaviour, monitor.draw_key, begin, end)
        self._scanned = (monitor, epoch, begin, end, numbers)
        return numbers

    def _numbers(self, monitor: Monitor, epoch: Epoch, first: int, last: int) -> Sequence[int]:
        """Return the numbers first … last, but not those known to be of blocks without trouble."""
        of_monitor, of_epoch, begin, end, numbers = self._scanned
        if of_monitor is monitor and of_epoch is epoch and begin <= first and last <= end:
            return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
        return range(first, last + 1)

    def next_edge(self, monitor: Monitor, epoch: Epoch, after: int) -> int:
        """Return an instant after `after` up to which the outcome of checks is the same."""
        return self._evaluate(monitor, epoch, after).next_edge(after)

    def block_end(self, monitor: Monitor, epoch: Epoch, at: int) -> int:
        """Return the end of the block around an instant."""
        return self._evaluate(monitor, epoch, at).end

    def failed_rows(self, monitor: Monitor, since: int, until: int) -> int:
        """Return how many log rows in [since, until] failed, by a sum over blocks."""
        failed = 0
        for epoch in monitor.epochs:
            first = max(since, epoch.start)
            before = until + 1 if epoch.end is None else min(until + 1, epoch.end)
            if first < before and not never_fails(monitor, epoch):
                failed += self._failed_in_epoch(monitor, epoch, first, before)
        return failed

    def _failed_in_epoch(self, monitor: Monitor, epoch: Epoch, first: int, before: int) -> int:
        failed = 0
        behaviour, key = BEHAVIOURS[epoch.behaviour], monitor.draw_key
        begin, end = block_number(behaviour, key, first), block_number(behaviour, key, before - 1)
        for number in self._numbers(monitor, epoch, begin, end):
            evaluated = self._numbered(monitor, epoch, number)
            if first <= evaluated.start and evaluated.end <= before:
                failed += evaluated.failed_rows
            elif evaluated.failed_rows:
                start, stop = max(first, evaluated.start), min(before, evaluated.end)
                failed += evaluated.failed_between(start, stop)
        return failed

    def _evaluate(self, monitor: Monitor, epoch: Epoch, at: int) -> EvaluatedBlock:
        of_monitor, of_epoch, evaluated = self._latest
        if of_monitor is monitor and of_epoch is epoch and evaluated.start <= at < evaluated.end:
            return evaluated
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, at)
        evaluated = self._numbered(monitor, epoch, number)
        self._latest = (monitor, epoch, evaluated)
        return evaluated

    def _numbered(self, monitor: Monitor, epoch: Epoch, number: int) -> EvaluatedBlock:
        key = (monitor.draw_key, monitor.revision, epoch.start, number)
        evaluated = self._evaluated.get(key)
        if evaluated is None:
            block = self._block(epoch.behaviour, monitor.draw_key, number)
            evaluated = evaluate(block, monitor.overlays, epoch, self._known_kinds(epoch))
            _keep(self._evaluated, key, evaluated)
        return evaluated

    def _known_kinds(self, epoch: Epoch) -> dict[Kind, CheckOutcome]:
        key = (epoch.regions, epoch.expected_status)
        kinds = self._kinds.get(key)
        if kinds is None:
            kinds = {}
            _keep(self._kinds, key, kinds)
        return kinds

    def _block(self, behaviour: str, key: bytes, number: int) -> Block:
        block = self._blocks.get((behaviour, key, number))
        if block is None:
            block = draw_block(behaviour, key, number)
            _keep(self._blocks, (behaviour, key, number), block)
        return block


def never_fails(monitor: Monitor, epoch: Epoch) -> bool:
    """Whether no check of this epoch can fail or be slow."""
    behaviour = BEHAVIOURS[epoch.behaviour]
    return behaviour.is_steady and behaviour.always is None and not monitor.overlays


def _keep(memo: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    """Cache a value, and remove some of the oldest first if the cache is full.

    Removing one at a time would cost more: a dict has to skip all entries deleted before it. To
    clear it would let no other thread run for 10 ms, and to remove an eighth took 5 ms.
    """
    if len(memo) >= _MEMO_SIZE:
        for oldest in list(islice(memo, _GIVEN_UP)):
            memo.pop(oldest, None)  # worlds in other threads share blocks
    memo[key] = value


def _next_block_start(monitor: Monitor, epoch: Epoch, end: int) -> int | None:
    """Return an instant of the next block from `end` on that may differ, if there is one.

    An overlay that begins or ends between the last check before `end` and the first one after it
    concerns the block after `end`.
    """
    if not BEHAVIOURS[epoch.behaviour].is_steady:
        return end
    edges = (e for e in edges_of(monitor.overlays) if check_times.first_tick(epoch, e) >= end)
    edge = min(edges, default=None)
    return None if edge is None else max(edge, end)
