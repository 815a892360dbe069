"""The clock: read, freeze, let go, scale, set, advance."""

import asyncio
from math import ceil
from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput, Sandbox
from statuspool_mock.simulation import Fact
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import clock_json, fact_json

MOST_CHANGES = 50_000
"""How often monitors may change in one move of time."""

_SLICE = 1_000
_LOOK_AHEAD = 30 * 86_400
_MOST_FACTS = 10_000
_MOST_SECONDS = 60


async def get_clock(context: ControlContext) -> Any:
    """Answer GET /clock."""
    return clock_json(context.sandbox)


async def set_clock(context: ControlContext) -> Any:
    """Answer PUT /clock."""
    body, sandbox = context.body, context.sandbox
    if not {"mode", "rate", "now"} & set(body):
        raise InvalidInput("Must have mode, rate or now")
    if "mode" in body and "rate" in body:
        raise InvalidInput("Must not stand beside mode", field="rate")
    to = context.instant("now")
    moved = await moved_to(sandbox, sandbox.world.now if to is None else to)
    if "mode" in body or "rate" in body:
        sandbox.run_clock(float(body.get("rate", body.get("mode") == "live")))
    return {**moved, **clock_json(sandbox)}


async def advance_clock(context: ControlContext) -> Any:
    """Answer POST /clock/advance."""
    sandbox = context.sandbox
    by, to = context.duration("by"), context.instant("to")
    if context.body.get("to_next_event"):
        if to is not None:
            raise InvalidInput("Must not stand beside to_next_event", field="to")
        return await moved_to_next(sandbox, sandbox.world.now + (by or _LOOK_AHEAD))
    if (by is None) == (to is None):
        raise InvalidInput("Must have one of by, to and to_next_event")
    return await moved_to(sandbox, sandbox.world.now + (by or 0) if to is None else to)


async def moved_to(sandbox: Sandbox, to: int) -> dict[str, Any]:
    """Advance to an instant, letting other worlds be served meanwhile; return what happened.

    Raises `Conflict` where it is past.
    """
    began = sandbox.world.now
    if to >= began and sandbox.dispatcher.matters:
        return await _moved_with_deliveries(sandbox, to)
    if to < began:
        raise Conflict(
            f"This world stands at {written(began)} and cannot go back to {written(to)}; "
            "rewind to a checkpoint instead."
        )
    facts = sandbox.move(to=to, most=_SLICE)
    if sandbox.world.now < to:
        with sandbox.held():
            for _ in range(MOST_CHANGES // _SLICE - 1):
                await asyncio.sleep(0)
                facts += sandbox.move(to=to, most=_SLICE)
                if sandbox.world.now >= to:
                    break
    return _told(sandbox, began, facts, complete=sandbox.world.now >= to)


async def _moved_with_deliveries(sandbox: Sandbox, to: int) -> dict[str, Any]:
    """Advance from event to event, and let each be delivered before the next one happens."""
    began, facts, changes = sandbox.world.now, list[Fact](), 0
    deadline = sandbox.wall() + _MOST_SECONDS
    delivered = await sandbox.dispatcher.delivered(seconds=_MOST_SECONDS)
    while delivered and sandbox.world.now < to and changes < MOST_CHANGES:
        due = sandbox.dispatcher.outbox.next_due
        before = to if due is None else min(to, max(ceil(due), sandbox.world.now))
        happened = sandbox.move_to_next(before=before, most=_SLICE)
        facts += happened
        changes += len(happened)
        delivered = await sandbox.dispatcher.delivered(seconds=deadline - sandbox.wall())
    told = _told(sandbox, began, facts, complete=delivered and sandbox.world.now >= to)
    if not delivered:
        told["note"] = (
            f"Deliveries took {_MOST_SECONDS} seconds; the world stopped at "
            f"{written(sandbox.world.now)}. Advance again to go on."
        )
    return told


async def moved_to_next(sandbox: Sandbox, before: int) -> dict[str, Any]:
    """Advance to the first instant at which something happens, or to `before`."""
    began = sandbox.world.now
    facts = sandbox.move_to_next(before=before, most=MOST_CHANGES)
    await sandbox.dispatcher.delivered(seconds=_MOST_SECONDS)
    return _told(sandbox, began, facts, complete=bool(facts) or sandbox.world.now >= before)


def _told(sandbox: Sandbox, began: int, facts: list[Fact], *, complete: bool) -> dict[str, Any]:
    notes = []
    if not complete:
        notes.append(
            f"Monitors changed {MOST_CHANGES} times; the world stopped at "
            f"{written(sandbox.world.now)}. Advance again to go on."
        )
    if len(facts) > _MOST_FACTS:
        notes.append(f"Of {len(facts)} facts only the newest {_MOST_FACTS} are listed.")
    told = {
        **clock_json(sandbox),
        "from": written(began),
        "complete": complete,
        "facts": [fact_json(fact, sandbox.world) for fact in facts[-_MOST_FACTS:]],
    }
    return told | ({"note": " ".join(notes)} if notes else {})
