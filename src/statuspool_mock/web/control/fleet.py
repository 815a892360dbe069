"""The fleet that this server belongs to."""

from typing import Any

from statuspool_mock.sandbox import Conflict
from statuspool_mock.web.control.context import ControlContext, FleetView


async def get_fleet(context: ControlContext) -> Any:
    """Handle GET /fleet."""
    found = dict(await _fleet(context).described())
    covers = context.grant.covers
    for replica in found["replicas"]:
        if "worlds" in replica:
            replica["worlds"] = [one for one in replica["worlds"] if covers(one["name"])]
    return found


async def move_world(context: ControlContext) -> Any:
    """Handle POST /fleet/move."""
    return await _fleet(context).move(context.body["world"], context.body.get("to"))


def _fleet(context: ControlContext) -> FleetView:
    """Return the fleet. Raises `Conflict` for a server without a ledger."""
    fleet = context.server.fleet
    if fleet is None:
        raise Conflict("This server is alone; servers started with the same --ledger are a fleet.")
    return fleet
