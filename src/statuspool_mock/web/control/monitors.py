"""Single monitors: look closer, force, pause, script."""

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


async def list_world_monitors(visit: ControlContext) -> Any:
    """Answer GET /monitors."""
    page = visit.world.monitors(
        team=visit.team, page=visit.values["page"], limit=visit.values["limit"]
    )
    return {
        "results": [monitor_json(visit.world, monitor) for monitor in page.items],
        "page": page.page,
        "total_pages": page.total_pages,
        "total": page.total,
    }


async def get_world_monitor(visit: ControlContext) -> Any:
    """Answer GET /monitors/{id}."""
    return monitor_json(visit.world, visit.monitor())


async def force_status(visit: ControlContext) -> Any:
    """Answer PUT /monitors/{id}/status."""
    command = ForceStatus(
        team=visit.team,
        monitor_id=visit.monitor().id,
        status=Status(visit.body["status"]),
        regions=_regions(visit),
        seconds=visit.duration("for"),
    )
    return monitor_json(visit.world, visit.apply(command))


async def release_status(visit: ControlContext) -> Any:
    """Answer DELETE /monitors/{id}/status."""
    command = ReleaseMonitor(team=visit.team, monitor_id=visit.monitor().id)
    return monitor_json(visit.world, visit.apply(command))


async def pause_monitor(visit: ControlContext) -> Any:
    """Answer POST /monitors/{id}/pause."""
    command = PauseMonitor(team=visit.team, monitor_id=visit.monitor().id)
    return monitor_json(visit.world, visit.apply(command))


async def resume_monitor(visit: ControlContext) -> Any:
    """Answer POST /monitors/{id}/resume."""
    command = ResumeMonitor(team=visit.team, monitor_id=visit.monitor().id)
    return monitor_json(visit.world, visit.apply(command))


async def add_outage(visit: ControlContext) -> Any:
    """Answer POST /monitors/{id}/outages."""
    start, end, lasts = visit.instant("from"), visit.instant("to"), visit.duration("for")
    if end is not None and lasts is not None:
        raise InvalidInput("Must not stand beside to", field="for")
    # What begins now shows from the next check on; the check of this very second has been made.
    start = visit.world.now + 1 if start is None else start
    command = ScriptOutage(
        team=visit.team,
        monitor_id=visit.monitor().id,
        start=start,
        end=start + (lasts or _HOUR) if end is None else end,
        regions=_regions(visit),
        status_code=visit.body.get("status_code", 502),
        response_time_ms=visit.body.get("response_time_ms"),
        error_message=visit.body.get("error_message"),
    )
    return monitor_json(visit.world, visit.apply(command))


async def clear_outages(visit: ControlContext) -> Any:
    """Answer DELETE /monitors/{id}/outages."""
    command = ClearOutages(team=visit.team, monitor_id=visit.monitor().id)
    return monitor_json(visit.world, visit.apply(command))


def _regions(visit: ControlContext) -> tuple[str, ...] | None:
    regions = visit.body.get("regions")
    return None if regions is None else tuple(regions)
