"""Read the scenario of the server again."""

from functools import partial
from typing import Any

from statuspool_mock.sandbox import Conflict, long_work
from statuspool_mock.web.control.context import ControlContext


async def reload_scenario(context: ControlContext) -> Any:
    """Handle POST /scenario/reload."""
    if context.server.fleet is not None:
        raise Conflict(
            "The scenario of a fleet cannot be read again: its new sandboxes are stored as what "
            "they are made from, so all servers need the same. End all of them, and start them "
            "with the changed file."
        )
    scenario = context.server.scenario
    if scenario is None:
        raise Conflict("The scenario of this server cannot be read again.")
    name = await scenario.reload()
    wants_reset = bool(context.body.get("reset", False))
    if wants_reset:
        await long_work.reset(context.sandbox, partial(context.sandboxes.open_world, None, None))
    return {"scenario": name, "reset": wants_reset}
