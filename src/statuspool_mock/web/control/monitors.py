"""Single monitors: details, forced statuses, pause, scripted outages."""

from typing import Any

from statuspool_mock.sandbox import InvalidInput
from statuspool_mock.simulation import (
    ClearOutages,
    ForceStatus,
    PauseMonitor,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    Status,
)
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import monitor_json

_HOUR = 3_600


def list_world_monitors(context: ControlContext) -> Any:
    """Handle GET /monitors."""
    page = context.world.monitors(
        team=context.team, page=context.values["page"], limit=context.values["limit"]
    )
    return {
        "results": [monitor_json(context.world, monitor) for monitor in page.items],
        "page": page.page,
        "total_pages": page.total_pages,
        "total": page.total,
    }


async def get_world_monitor(context: ControlContext) -> Any:
    """Handle GET /monitors/{id}."""
    return monitor_json(context.world, context.monitor())


async def force_status(context: ControlContext) -> Any:
    """Handle PUT /monitors/{id}/status."""
    command = ForceStatus(
        team=context.team,
        monitor_id=context.monitor().id,
        status=Status(context.body["status"]),
        regions=_regions(context),
        seconds=context.duration("for"),
    )
    return monitor_json(context.world, await context.apply(command))


async def release_status(context: ControlContext) -> Any:
    """Handle DELETE /monitors/{id}/status."""
    command = ReleaseMonitor(team=context.team, monitor_id=context.monitor().id)
    return monitor_json(context.world, await context.apply(command))


async def pause_monitor(context: ControlContext) -> Any:
    """Handle POST /monitors/{id}/pause."""
    command = PauseMonitor(team=context.team, monitor_id=context.monitor().id)
    return monitor_json(context.world, await context.apply(command))


async def resume_monitor(context: ControlContext) -> Any:
    """Handle POST /monitors/{id}/resume."""
    command = ResumeMonitor(team=context.team, monitor_id=context.monitor().id)
    return monitor_json(context.world, await context.apply(command))


async def add_outage(context: ControlContext) -> Any:
    """Handle POST /monitors/{id}/outages."""
    start, end, lasts = context.instant("from"), context.instant("to"), context.duration("for")
    if end is not None and lasts is not None:
        raise InvalidInput("Must not be given together with to", field="for")
    # An outage that begins now shows from the next check on: that of this second has been made.
    start = context.world.now + 1 if start is None else start
    command = ScriptOutage(
        team=context.team,
        monitor_id=context.monitor().id,
        start=start,
        end=start + (lasts or _HOUR) if end is None else end,
        regions=_regions(context),
        status_code=context.body.get("status_code", 502),
        response_time_ms=context.body.get("response_time_ms"),
        error_message=context.body.get("error_message"),
    )
    return monitor_json(context.world, await context.apply(command))


async def clear_outages(context: ControlContext) -> Any:
    """Handle DELETE /monitors/{id}/outages."""
    command = ClearOutages(team=context.team, monitor_id=context.monitor().id)
    return monitor_json(context.world, await context.apply(command))


def _regions(context: ControlContext) -> tuple[str, ...] | None:
    regions = context.body.get("regions")
    return None if regions is None else tuple(regions)
