"""The outcome of a monitor's checks at any instant, and the number that failed in any window.

Everything is computed from the monitor: its key, epochs and overlays. Only drawn blocks are cached.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from statuspool_mock.simulation import check_times
from statuspool_mock.simulation.behaviour import BEHAVIOURS
from statuspool_mock.simulation.evaluated_block import WELL, CheckOutcome, EvaluatedBlock
from statuspool_mock.simulation.model import (
    UPTIME_WINDOW_SECONDS,
    Effect,
    Epoch,
    Monitor,
    Overlay,
    Status,
)
from statuspool_mock.simulation.outage_generator import Block, block_number, draw_block

_MEMO_SIZE = 8_192
_BlockKey = tuple[str, bytes, int]  # behaviour, key, number
_StretchKey = tuple[bytes, int, int, int]  # key, revision, start of the epoch, number of the block
_Kind = tuple[int, int | None]  # id of an interval's effect (a constant), position of its region
_Effects = Sequence[Effect | None]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Timeline:
    """The outcomes of monitors' checks, with caches of at most `_MEMO_SIZE` blocks.

    Blocks are pure, so worlds may share them; evaluated blocks belong to the monitors of one world.
    """

    def __init__(self, *, blocks: dict[_BlockKey, Block] | None = None) -> None:
        self._blocks = {} if blocks is None else blocks
        self._evaluated: dict[_StretchKey, EvaluatedBlock] = {}
        self._kinds: dict[tuple[tuple[str, ...], int], dict[_Kind, CheckOutcome]] = {}

    def copy(self) -> "Timeline":
        """Return a timeline for a copy of the world."""
        timeline = Timeline(blocks=self._blocks)
        timeline._evaluated = self._evaluated.copy()
        return timeline

    def clear(self) -> None:
        """Empty the caches that belong to this timeline alone."""
        self._evaluated = {}
        self._kinds = {}

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

    def effects(self, monitor: Monitor, epoch: Epoch, at: int) -> _Effects:
        """Return the effect on each of the epoch's regions at an instant; None is no effect."""
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, at)
        block = self._block(epoch.behaviour, monitor.draw_key, number)
        return _effects(block, monitor.overlays, epoch, at)

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
        at = first
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, first)
        while at < before:
            evaluated = self._numbered(monitor, epoch, number)
            if first <= evaluated.start and evaluated.end <= before:
                failed += evaluated.failed_rows
            else:
                failed += evaluated.failed_between(at, min(before, evaluated.end))
            at = evaluated.end
            number += 1
        return failed

    def _evaluate(self, monitor: Monitor, epoch: Epoch, at: int) -> EvaluatedBlock:
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, at)
        return self._numbered(monitor, epoch, number)

    def _numbered(self, monitor: Monitor, epoch: Epoch, number: int) -> EvaluatedBlock:
        key = (monitor.draw_key, monitor.revision, epoch.start, number)
        evaluated = self._evaluated.get(key)
        if evaluated is None:
            block = self._block(epoch.behaviour, monitor.draw_key, number)
            evaluated = _as_seen(block, monitor.overlays, epoch, self._known_kinds(epoch))
            _keep(self._evaluated, key, evaluated)
        return evaluated

    def _known_kinds(self, epoch: Epoch) -> dict[_Kind, CheckOutcome]:
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
    """Cache a value, and remove the oldest eighth first if the cache is full.

    Removing one at a time would cost more: a dict has to skip all entries deleted before it. To
    clear it would let no other thread run for 10 ms.
    """
    if len(memo) >= _MEMO_SIZE:
        for oldest in list(islice(memo, _MEMO_SIZE // 8)):
            memo.pop(oldest, None)  # worlds in other threads share blocks
    memo[key] = value


def _next_block_start(monitor: Monitor, epoch: Epoch, end: int) -> int | None:
    """Return an instant of the next block from `end` on that may differ, if there is one.

    An overlay that begins or ends between the last check before `end` and the first one after it
    concerns the block after `end`.
    """
    if not BEHAVIOURS[epoch.behaviour].is_steady:
        return end
    edges = (e for e in _edges(monitor.overlays) if check_times.first_tick(epoch, e) >= end)
    edge = min(edges, default=None)
    return None if edge is None else max(edge, end)


def _as_seen(
    block: Block, overlays: Sequence[Overlay], epoch: Epoch, kinds: dict[_Kind, CheckOutcome]
) -> EvaluatedBlock:
    near = [o for o in overlays if o.start < block.end and (o.end is None or o.end > block.start)]
    if near:
        edges, outcomes = _with_overlays(block, near, epoch)
    else:
        edges, outcomes = _without_overlays(block, epoch, kinds)
    return EvaluatedBlock(epoch, edges, outcomes, end=block.end)


def _without_overlays(
    block: Block, epoch: Epoch, kinds: dict[_Kind, CheckOutcome]
) -> tuple[list[int], list[CheckOutcome]]:
    """Return edges and outcomes of a block without overlays."""
    width = len(epoch.regions)
    edges, outcomes = [block.start], [WELL]
    for interval in block.intervals:
        kind = (id(interval.effect), None if interval.region is None else interval.region % width)
        outcome = kinds.get(kind)
        if outcome is None:
            outcome = _outcome(epoch, _effects(block, (), epoch, interval.start))
            kinds[kind] = outcome
        if edges[-1] == interval.start:
            outcomes[-1] = outcome
        else:
            edges.append(interval.start)
            outcomes.append(outcome)
        if interval.end < block.end:
            edges.append(interval.end)
            outcomes.append(WELL)
    return edges, outcomes


def _with_overlays(
    block: Block, overlays: Sequence[Overlay], epoch: Epoch
) -> tuple[list[int], list[CheckOutcome]]:
    """Return edges and outcomes of a block with overlays."""
    cuts = {edge for interval in block.intervals for edge in (interval.start, interval.end)}
    cuts.update(_edges(overlays))
    edges = [block.start, *sorted(edge for edge in cuts if block.start < edge < block.end)]
    outcomes = []
    active: list[int] = []  # positions in the list: of two overlays the later one wins
    upcoming = sorted(range(len(overlays)), key=lambda number: -overlays[number].start)
    for edge in edges:
        active = [n for n in active if overlays[n].covers(edge)]
        while upcoming and overlays[upcoming[-1]].start <= edge:
            insort(active, upcoming.pop())
        there = [overlays[n] for n in active]
        outcomes.append(_outcome(epoch, _effects(block, there, epoch, edge)))
    return edges, outcomes


def _effects(block: Block, overlays: Sequence[Overlay], epoch: Epoch, at: int) -> _Effects:
    interval = block.interval_at(at)
    width = len(epoch.regions)
    if interval is None:
        effects: list[Effect | None] = [None] * width
    else:
        effects = [
            interval.effect if interval.reaches(position, width) else None
            for position in range(width)
        ]
    for overlay in overlays:
        if overlay.covers(at):
            for position, region in enumerate(epoch.regions):
                if overlay.regions is None or region in overlay.regions:
                    effects[position] = overlay.effect
    return effects


def _outcome(epoch: Epoch, effects: _Effects) -> CheckOutcome:
    """Return the outcome of a check under these effects.

    A monitor is down if more than half of its regions fail, degraded if fewer fail or any is slow.
    """
    failing = tuple(
        region
        for region, effect in zip(epoch.regions, effects, strict=True)
        if effect is not None and effect.outcome(epoch.expected_status)[1] is not None
    )
    if 2 * len(failing) > len(epoch.regions):
        return CheckOutcome(Status.DOWN, failing)
    if failing or any(effect is not None and effect.is_slow for effect in effects):
        return CheckOutcome(Status.DEGRADED, failing)
    return WELL


def _edges(overlays: Sequence[Overlay]) -> list[int]:
    return [
        edge for overlay in overlays for edge in (overlay.start, overlay.end) if edge is not None
    ]
