"""Advance a world in slices, so that other worlds are served, and deliver webhooks on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import NamedTuple

from statuspool_mock.sandbox.changes import TimeMoved
from statuspool_mock.sandbox.errors import Conflict, StorageFailed
from statuspool_mock.sandbox.long_work import move
from statuspool_mock.sandbox.sandbox import Sandbox
from statuspool_mock.simulation import Fact
from statuspool_mock.time_parsing import written

MOST_CHANGES = 50_000
"""How many changes of monitors one advance makes."""

_CHANGES_IN_A_SLICE = 1_000
_MOST_DELIVERY_SECONDS = 60


class Advance(NamedTuple):
    """What happened while a world advanced. `stopped` says why it did not reach its goal."""

    began: int
    facts: list[Fact]
    stopped: str | None = None


async def advance(sandbox: Sandbox, *, to: int) -> Advance:
    """Advance to an instant. Where webhooks are registered, deliver before time goes on.

    Raises `Conflict` if the instant is in the past, and `StorageFailed` if nothing has changed.
    """
    with _without_running_on(sandbox):
        return await _advance(sandbox, to)


async def advance_to_next(sandbox: Sandbox, *, before: int) -> Advance:
    """Advance to the first instant at which something happens, or to `before`."""
    with _without_running_on(sandbox):
        return await _advance_to_next(sandbox, before)


@contextmanager
def _without_running_on(sandbox: Sandbox) -> Iterator[None]:
    """Let time pass through this request alone, so that a replay ends at the same instant."""
    sandbox.advances += 1
    try:
        yield
    finally:
        sandbox.advances -= 1


async def _advance(sandbox: Sandbox, to: int) -> Advance:
    began = sandbox.world.now
    if to < began:
        raise Conflict(
            f"This world is at {written(began)} and cannot go back to {written(to)}; "
            "rewind to a checkpoint instead."
        )
    if sandbox.dispatcher.is_needed:
        return await _advance_with_deliveries(sandbox, to)
    facts = list[Fact]()
    async with sandbox.alone():
        for _ in range(MOST_CHANGES // _CHANGES_IN_A_SLICE):
            try:
                facts += await move(sandbox, _to(sandbox, to))
            except StorageFailed as error:
                if sandbox.world.now == began:
                    raise
                return Advance(began, facts, _not_stored(sandbox, error))
            if sandbox.world.now >= to:
                break
    return Advance(began, facts, None if sandbox.world.now >= to else _too_many_changes(sandbox))


def _to(sandbox: Sandbox, to: int, *, to_next: bool = False) -> TimeMoved:
    return TimeMoved(sandbox.world.now, to, _CHANGES_IN_A_SLICE, to_next=to_next)


async def _advance_to_next(sandbox: Sandbox, before: int) -> Advance:
    async with sandbox.alone():
        began = sandbox.world.now
        moved = TimeMoved(began, max(before, began), MOST_CHANGES, to_next=True)
        facts = await move(sandbox, moved)
    await sandbox.dispatcher.delivered(seconds=_MOST_DELIVERY_SECONDS)
    reached = bool(facts) or sandbox.world.now >= before
    return Advance(began, facts, None if reached else _too_many_changes(sandbox))


async def _advance_with_deliveries(sandbox: Sandbox, to: int) -> Advance:
    began, facts, changes = sandbox.world.now, list[Fact](), 0
    wall, dispatcher = sandbox.clock.wall, sandbox.dispatcher
    deadline = wall() + _MOST_DELIVERY_SECONDS
    delivered = await dispatcher.delivered(seconds=_MOST_DELIVERY_SECONDS)
    while delivered and sandbox.world.now < to and changes < MOST_CHANGES:
        try:
            async with sandbox.alone():
                if sandbox.world.now >= to:
                    break
                due = dispatcher.outbox.next_due
                before = to if due is None else min(to, max(ceil(due), sandbox.world.now))
                happened = await move(sandbox, _to(sandbox, before, to_next=True))
        except StorageFailed as error:
            if sandbox.world.now == began:
                raise
            return Advance(began, facts, _not_stored(sandbox, error))
        facts += happened
        changes += len(happened)
        delivered = await dispatcher.delivered(seconds=deadline - wall())
    if not delivered:
        return Advance(
            began,
            facts,
            f"Deliveries took {_MOST_DELIVERY_SECONDS} seconds; the world stopped at "
            f"{written(sandbox.world.now)}. Advance again to go on.",
        )
    return Advance(began, facts, None if sandbox.world.now >= to else _too_many_changes(sandbox))


def _not_stored(sandbox: Sandbox, error: StorageFailed) -> str:
    return f"The world stopped at {written(sandbox.world.now)}. {error} Advance again to go on."


def _too_many_changes(sandbox: Sandbox) -> str:
    return (
        f"Monitors changed {MOST_CHANGES} times; the world stopped at "
        f"{written(sandbox.world.now)}. Advance again to go on."
    )
