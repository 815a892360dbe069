"""What a monitor's checks return at any instant, and how many failed in any window.

Everything is computed from the monitor (its dice, epochs and overlays); the only thing kept is a
bounded memo of drawn blocks.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from statuspool_mock.engine import schedule
from statuspool_mock.engine.behaviour import BEHAVIOURS
from statuspool_mock.engine.model import Effect, Epoch, Monitor, Overlay, Status
from statuspool_mock.engine.spells import Block, block_number, draw_block

_MEMO_SIZE = 8_192
_BlockKey = tuple[str, bytes, int]  # behaviour, dice, number
FOREVER = 2**62
"""Later than any instant."""


_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


@dataclass(slots=True)
class _Chunk:
    """A block as one epoch of one monitor sees it; the counts are made when first asked for."""

    block: Block
    failing: tuple[tuple[int, int, int], ...] | None = None
    """(start, end, number of failing regions), in order, apart from each other."""
    failed_rows: int = 0
    ends: tuple[int, ...] = field(default=())


class Timeline:
    """Answers about monitors' checks, with memos of at most `_MEMO_SIZE` blocks.

    Blocks are pure, so worlds may share them; chunks belong to the monitors of one world.
    """

    def __init__(self, *, blocks: dict[_BlockKey, Block] | None = None) -> None:
        self._blocks = {} if blocks is None else blocks
        self._chunks: dict[tuple[bytes, int, int, int], _Chunk] = {}

    def copy(self) -> "Timeline":
        """Return a timeline for another future of the same monitors."""
        timeline = Timeline(blocks=self._blocks)
        timeline._chunks = self._chunks.copy()
        return timeline

    def effects(self, monitor: Monitor, epoch: Epoch, at: int) -> tuple[Effect | None, ...]:
        """Return the effect on each of the epoch's regions at an instant; None is a good day."""
        spell = self._chunk(monitor, epoch, at).block.spell_at(at)
        width = len(epoch.regions)
        if spell is None:
            effects: list[Effect | None] = [None] * width
        else:
            effects = [
                spell.effect if spell.reaches(position, width) else None
                for position in range(width)
            ]
        for overlay in monitor.overlays:
            if overlay.covers(at):
                for position, region in enumerate(epoch.regions):
                    if overlay.regions is None or region in overlay.regions:
                        effects[position] = overlay.effect
        return tuple(effects)

    def state(self, monitor: Monitor, epoch: Epoch, at: int) -> tuple[Status, tuple[str, ...]]:
        """Return the state that a check finds, and the regions that fail.

        More than half of the regions failing is down; fewer failing, or any slow, is degraded.
        """
        effects = self.effects(monitor, epoch, at)
        failing = _failing(epoch, effects)
        if 2 * len(failing) > len(epoch.regions):
            return Status.DOWN, failing
        if failing or any(effect is not None and effect.is_slow for effect in effects):
            return Status.DEGRADED, failing
        return Status.UP, failing

    def findings(
        self, monitor: Monitor, since: int, until: int
    ) -> Iterator[tuple[int, Status, tuple[str, ...]]]:
        """Yield instant, state and failing regions of each check that may differ from the last.

        The first check in [since, until] is always among them.
        """
        following = schedule.next_check(monitor.epochs, since)
        while following is not None and following[1] <= until:
            epoch, tick = following
            yield tick, *self.state(monitor, epoch, tick)
            change = self.next_change(monitor, tick)
            if change is None:
                return
            following = schedule.next_check(monitor.epochs, change)

    def next_change(self, monitor: Monitor, after: int) -> int | None:
        """Return the first check after `after` whose state may differ; None where none ever will.

        At the latest it is the first check of the next block, so the search is bounded.
        """
        following = schedule.next_check(monitor.epochs, after + 1)
        if following is None:
            return None
        epoch, tick = following
        if epoch.start > after:
            return tick
        edge = self.next_edge(monitor, epoch, after)
        change = schedule.next_check(monitor.epochs, edge) if edge < FOREVER else None
        return None if change is None else change[1]

    def next_edge(self, monitor: Monitor, epoch: Epoch, after: int) -> int:
        """Return the first instant after `after` at which anything begins or ends, or `FOREVER`."""
        edges = [edge for edge in _edges(monitor.overlays) if edge > after]
        if not BEHAVIOURS[epoch.behaviour].is_steady:
            edges.append(self._chunk(monitor, epoch, after).block.next_boundary(after))
        if epoch.end is not None:
            edges.append(epoch.end)
        return min(edges, default=FOREVER)

    def failed_rows(self, monitor: Monitor, since: int, until: int) -> int:
        """Return how many log rows in [since, until] failed: a sum over blocks, not over checks."""
        return sum(
            self._failed_in_epoch(monitor, epoch, max(since, epoch.start), until)
            for epoch in monitor.epochs
            if epoch.start <= until and (epoch.end is None or since < epoch.end)
        )

    def _failed_in_epoch(self, monitor: Monitor, epoch: Epoch, since: int, until: int) -> int:
        if epoch.end is not None:
            until = min(until, epoch.end - 1)
        behaviour = BEHAVIOURS[epoch.behaviour]
        if behaviour.is_steady and behaviour.always is None and not monitor.overlays:
            return 0
        failed = 0
        at = since
        while at <= until:
            chunk = self._chunk(monitor, epoch, at)
            if chunk.failing is None:
                self._count(chunk, monitor, epoch)
            if since <= max(chunk.block.start, epoch.start) and chunk.block.end <= until + 1:
                failed += chunk.failed_rows
            else:
                failed += _failed_between(chunk, epoch, since, until)
            at = chunk.block.end
        return failed

    def _count(self, chunk: _Chunk, monitor: Monitor, epoch: Epoch) -> None:
        """Cut the block where anything begins or ends, and count the failures of each piece."""
        block = chunk.block
        edges = {edge for spell in block.spells for edge in (spell.start, spell.end)}
        edges.update(e for e in _edges(monitor.overlays) if block.start < e < block.end)
        cuts = sorted(edges | {block.start, block.end})
        pieces = []
        for start, end in pairwise(cuts):
            regions = len(_failing(epoch, self.effects(monitor, epoch, start)))
            if regions:
                pieces.append((start, end, regions))
        chunk.failing = tuple(pieces)
        chunk.ends = tuple(end for _, end, _ in pieces)
        chunk.failed_rows = _failed_between(chunk, epoch, block.start, block.end - 1)

    def _chunk(self, monitor: Monitor, epoch: Epoch, at: int) -> _Chunk:
        number = block_number(BEHAVIOURS[epoch.behaviour], monitor.dice, at)
        key = (monitor.dice, monitor.revision, epoch.start, number)
        chunk = self._chunks.get(key)
        if chunk is None:
            chunk = _Chunk(self._block(epoch.behaviour, monitor.dice, number))
            _keep(self._chunks, key, chunk)
        return chunk

    def _block(self, behaviour: str, key: bytes, number: int) -> Block:
        block = self._blocks.get((behaviour, key, number))
        if block is None:
            block = draw_block(behaviour, key, number)
            _keep(self._blocks, (behaviour, key, number), block)
        return block


def _keep(memo: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    """Remember a value, and forget the oldest where there are too many."""
    if len(memo) >= _MEMO_SIZE:
        del memo[next(iter(memo))]
    memo[key] = value


def _failing(epoch: Epoch, effects: tuple[Effect | None, ...]) -> tuple[str, ...]:
    return tuple(
        region
        for region, effect in zip(epoch.regions, effects, strict=True)
        if effect is not None and effect.outcome(epoch.expected_status)[1] is not None
    )


def _failed_between(chunk: _Chunk, epoch: Epoch, since: int, until: int) -> int:
    failed = 0
    pieces = chunk.failing or ()
    for index in range(bisect_right(chunk.ends, since), len(pieces)):
        start, end, regions = pieces[index]
        if start > until:
            break
        failed += regions * schedule.ticks_between(epoch, max(start, since), min(end - 1, until))
    return failed


def _edges(overlays: Iterable[Overlay]) -> list[int]:
    return [
        edge for overlay in overlays for edge in (overlay.start, overlay.end) if edge is not None
    ]
