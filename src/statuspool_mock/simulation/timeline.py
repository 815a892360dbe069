"""What a monitor's checks return at any instant, and how many failed in any window.

Everything is computed from the monitor (its dice, epochs and overlays); the only thing kept is a
bounded memo of drawn blocks.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
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
_BlockKey = tuple[str, bytes, int]  # behaviour, dice, number
_StretchKey = tuple[bytes, int, int, int]  # dice, revision, epoch's start, number of the block
_Kind = tuple[int, int | None]  # id of a spell's effect (a constant), position of its region
_Effects = Sequence[Effect | None]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Timeline:
    """Answers about monitors' checks, with memos of at most `_MEMO_SIZE` blocks.

    Blocks are pure, so worlds may share them; stretches belong to the monitors of one world.
    """

    def __init__(self, *, blocks: dict[_BlockKey, Block] | None = None) -> None:
        self._blocks = {} if blocks is None else blocks
        self._evaluated: dict[_StretchKey, EvaluatedBlock] = {}
        self._kinds: dict[tuple[tuple[str, ...], int], dict[_Kind, CheckOutcome]] = {}

    def copy(self) -> "Timeline":
        """Return a timeline for another future of the same monitors."""
        timeline = Timeline(blocks=self._blocks)
        timeline._evaluated = self._evaluated.copy()
        return timeline

    def carry_over(self, old: Monitor, new: Monitor, *, before: int) -> None:
        """Keep what was counted of a monitor's last 30 days, where a change leaves it as it was."""
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
        """Return the effect on each of the epoch's regions at an instant; None is a good day."""
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.draw_key, at)
        block = self._block(epoch.behaviour, monitor.draw_key, number)
        return _effects(block, monitor.overlays, epoch, at)

    def finding(self, monitor: Monitor, epoch: Epoch, at: int) -> CheckOutcome:
        """Return what a check at an instant of the epoch finds."""
        return self._evaluate(monitor, epoch, at).finding_at(at)

    def newest_finding(self, monitor: Monitor, now: int) -> CheckOutcome:
        """Return what the newest check found, of which there must be one."""
        newest = check_times.last_check(monitor.epochs, now)
        if newest is None:
            raise LookupError(f"{monitor.name} has not been checked by {now}")
        return self.finding(monitor, *newest)

    def findings(
        self, monitor: Monitor, *, since: int, known: CheckOutcome | None = None
    ) -> Iterator[tuple[int, CheckOutcome | None]]:
        """Yield instant and finding of each check from `since` on that may differ from the last.

        `known` is what the check before `since` found. The finding is None, to be asked for, where
        a block begins: nothing is drawn ahead of its time, and a walk without an end is none.
        """
        for epoch in monitor.epochs:
            if epoch.end is not None and epoch.end <= since:
                continue
            at = check_times.first_tick(epoch, since)
            while epoch.end is None or at < epoch.end:
                if known is None:
                    yield at, None
                evaluated = self._evaluate(monitor, epoch, at)
                if known is not None and evaluated.finding_at(at) != known:
                    yield at, evaluated.finding_at(at)
                known = None
                for tick, finding in evaluated.changes_after(at):
                    if epoch.end is not None and tick >= epoch.end:
                        break
                    yield tick, finding
                following = _next_block_start(monitor, epoch, evaluated.end)
                if following is None:
                    break
                at = check_times.first_tick(epoch, following)

    def next_edge(self, monitor: Monitor, epoch: Epoch, after: int) -> int:
        """Return an instant after `after` up to which checks find what one at `after` does."""
        return self._evaluate(monitor, epoch, after).next_edge(after)

    def block_end(self, monitor: Monitor, epoch: Epoch, at: int) -> int:
        """Return the end of what is drawn at once around an instant."""
        return self._evaluate(monitor, epoch, at).end

    def failed_rows(self, monitor: Monitor, since: int, until: int) -> int:
        """Return how many log rows in [since, until] failed: a sum over blocks, not over checks."""
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
    """Remember a value, and forget all others where there are too many.

    To find the oldest, a dict looks at the place of every one that was deleted before it.
    """
    if len(memo) >= _MEMO_SIZE:
        memo.clear()
    memo[key] = value


def _next_block_start(monitor: Monitor, epoch: Epoch, end: int) -> int | None:
    """Return where a stretch that ends at `end` is followed by one that may differ."""
    if not BEHAVIOURS[epoch.behaviour].is_steady:
        return end
    return min((edge for edge in _edges(monitor.overlays) if edge >= end), default=None)


def _as_seen(
    block: Block, overlays: Sequence[Overlay], epoch: Epoch, kinds: dict[_Kind, CheckOutcome]
) -> EvaluatedBlock:
    near = [o for o in overlays if o.start < block.end and (o.end is None or o.end > block.start)]
    if near:
        edges, findings = _laid_over(block, near, epoch)
    else:
        edges, findings = _bare(block, epoch, kinds)
    return EvaluatedBlock(epoch, edges, findings, end=block.end)


def _bare(
    block: Block, epoch: Epoch, kinds: dict[_Kind, CheckOutcome]
) -> tuple[list[int], list[CheckOutcome]]:
    """Return edges and findings of a block over which nothing is laid."""
    width = len(epoch.regions)
    edges, findings = [block.start], [WELL]
    for interval in block.intervals:
        kind = (id(interval.effect), None if interval.region is None else interval.region % width)
        finding = kinds.get(kind)
        if finding is None:
            finding = _finding(epoch, _effects(block, (), epoch, interval.start))
            kinds[kind] = finding
        if edges[-1] == interval.start:
            findings[-1] = finding
        else:
            edges.append(interval.start)
            findings.append(finding)
        if interval.end < block.end:
            edges.append(interval.end)
            findings.append(WELL)
    return edges, findings


def _laid_over(
    block: Block, overlays: Sequence[Overlay], epoch: Epoch
) -> tuple[list[int], list[CheckOutcome]]:
    """Return edges and findings of a block under overlays."""
    cuts = {edge for interval in block.intervals for edge in (interval.start, interval.end)}
    cuts.update(_edges(overlays))
    edges = [block.start, *sorted(edge for edge in cuts if block.start < edge < block.end)]
    findings = []
    active: list[int] = []  # positions, as of two overlays the later in the list wins
    upcoming = sorted(range(len(overlays)), key=lambda number: -overlays[number].start)
    for edge in edges:
        active = [n for n in active if overlays[n].covers(edge)]
        while upcoming and overlays[upcoming[-1]].start <= edge:
            insort(active, upcoming.pop())
        there = [overlays[n] for n in active]
        findings.append(_finding(epoch, _effects(block, there, epoch, edge)))
    return edges, findings


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


def _finding(epoch: Epoch, effects: _Effects) -> CheckOutcome:
    """Return what a check under these effects finds.

    More than half of the regions failing is down; fewer failing, or any slow, is degraded.
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
