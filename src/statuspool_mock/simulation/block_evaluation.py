"""The outcomes of the checks in a block, from its outages and the overlays that cover it."""

from bisect import insort
from collections.abc import Sequence

from statuspool_mock.simulation.evaluated_block import (
    WELL,
    CheckOutcome,
    EvaluatedBlock,
    QuietBlock,
)
from statuspool_mock.simulation.model import Effect, Epoch, Overlay, Status
from statuspool_mock.simulation.outage_generator import Block

Kind = tuple[int, int | None]  # id of an interval's effect (a constant), position of its region
Effects = Sequence[Effect | None]


def evaluate(
    block: Block, overlays: Sequence[Overlay], epoch: Epoch, kinds: dict[Kind, CheckOutcome]
) -> EvaluatedBlock:
    """Return the outcomes of an epoch's checks in a block. `kinds` keeps those of outages."""
    if not overlays and not block.intervals:
        return QuietBlock(block.start, block.end)
    near = [o for o in overlays if o.start < block.end and (o.end is None or o.end > block.start)]
    if near:
        edges, outcomes = _with_overlays(block, near, epoch)
    else:
        edges, outcomes = _without_overlays(block, epoch, kinds)
    return EvaluatedBlock(epoch, edges, outcomes, end=block.end)


def _without_overlays(
    block: Block, epoch: Epoch, kinds: dict[Kind, CheckOutcome]
) -> tuple[list[int], list[CheckOutcome]]:
    """Return edges and outcomes of a block without overlays."""
    width = len(epoch.regions)
    edges, outcomes = [block.start], [WELL]
    for interval in block.intervals:
        kind = (id(interval.effect), None if interval.region is None else interval.region % width)
        outcome = kinds.get(kind)
        if outcome is None:
            outcome = _outcome(epoch, effects_at(block, (), epoch, interval.start))
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
    cuts.update(edges_of(overlays))
    edges = [block.start, *sorted(edge for edge in cuts if block.start < edge < block.end)]
    outcomes = []
    active: list[int] = []  # positions in the list: of two overlays the later one wins
    upcoming = sorted(range(len(overlays)), key=lambda number: -overlays[number].start)
    for edge in edges:
        active = [n for n in active if overlays[n].covers(edge)]
        while upcoming and overlays[upcoming[-1]].start <= edge:
            insort(active, upcoming.pop())
        there = [overlays[n] for n in active]
        outcomes.append(_outcome(epoch, effects_at(block, there, epoch, edge)))
    return edges, outcomes


def effects_at(block: Block, overlays: Sequence[Overlay], epoch: Epoch, at: int) -> Effects:
    """Return the effect on each of the epoch's regions at an instant; None is no effect."""
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


def _outcome(epoch: Epoch, effects: Effects) -> CheckOutcome:
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


def edges_of(overlays: Sequence[Overlay]) -> list[int]:
    """Return the instants at which overlays begin or end."""
    return [
        edge for overlay in overlays for edge in (overlay.start, overlay.end) if edge is not None
    ]
