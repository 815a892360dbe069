"""The clock: read, freeze, run, scale, set, advance."""

from typing import Any

from statuspool_mock.sandbox import ClockPace, InvalidInput
from statuspool_mock.sandbox.advancing import advance, advance_to_next
from statuspool_mock.time_parsing import LATEST, written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import advance_json, clock_json

_LOOK_AHEAD_SECONDS = 30 * 86_400


async def get_clock(context: ControlContext) -> Any:
    """Handle GET /clock."""
    return clock_json(context.sandbox)


async def set_clock(context: ControlContext) -> Any:
    """Handle PUT /clock."""
    body, sandbox = context.body, context.sandbox
    if not {"mode", "rate", "now"} & set(body):
        raise InvalidInput("Must have mode, rate or now")
    if "mode" in body and "rate" in body:
        raise InvalidInput("Must not be given together with mode", field="rate")
    to = context.instant("now")
    advanced = await advance(sandbox, to=sandbox.world.now if to is None else to)
    if "mode" in body or "rate" in body:
        await sandbox.free()
        sandbox.run_clock(ClockPace(float(body.get("rate", body.get("mode") == "live"))))
    return {**advance_json(sandbox, advanced), **clock_json(sandbox)}


async def advance_clock(context: ControlContext) -> Any:
    """Handle POST /clock/advance."""
    sandbox = context.sandbox
    now = sandbox.world.now
    by, to = context.duration("by"), context.instant("to")
    if context.body.get("to_next_event"):
        if to is not None:
            raise InvalidInput("Must not be given together with to_next_event", field="to")
        before = now + (by or _LOOK_AHEAD_SECONDS)
        advanced = await advance_to_next(sandbox, before=_checked(before, "by"))
    elif (by is None) == (to is None):
        raise InvalidInput("Must have one of by, to and to_next_event")
    else:
        to = _checked(now + (by or 0), "by") if to is None else to
        advanced = await advance(sandbox, to=to)
    return advance_json(sandbox, advanced)


def _checked(to: int, field: str) -> int:
    """Return an instant to advance to. Raises `InvalidInput` beyond the end of time."""
    if to >= LATEST:
        raise InvalidInput(f"Must not go beyond {written(LATEST)}", field=field)
    return to
