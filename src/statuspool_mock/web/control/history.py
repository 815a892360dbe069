"""The history of a monitor, and the timeline of a world before and after now."""

from datetime import datetime
from heapq import nsmallest
from math import floor
from typing import Any

from statuspool_mock.sandbox import InvalidInput
from statuspool_mock.simulation import Check, Incident, TroublePeriod
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import optional

_HOUR = 3_600
_LONGEST = 370 * 24 * _HOUR
_FARTHEST = 7 * 24 * _HOUR
_MOST_CHANGES = 4_000
_MOST_FORESEEN = 20_000  # monitors: copying more would delay other requests


def get_history(context: ControlContext) -> Any:
    """Handle GET /monitors/{id}/history."""
    since, until = _window(context)
    monitor_history = context.world.monitor_history(context.monitor())
    samples = monitor_history.samples(since=since, until=until, most=context.values["points"])
    return {
        "from": written(since),
        "to": written(until),
        "at": [written(checks[0].timestamp) for checks in samples],
        "response_time_ms": _by_region(samples),
        "troubles": [
            _trouble_json(one) for one in monitor_history.troubles(since=since, until=until)
        ],
    }


def list_checks(context: ControlContext) -> Any:
    """Handle GET /monitors/{id}/checks."""
    since, until = _window(context, longest=None)
    page = context.world.monitor_history(context.monitor()).rows(
        since=since,
        until=until,
        region=context.values.get("region"),
        only_failed=context.values["failed"],
        page=context.values["page"],
        limit=context.values["limit"],
    )
    return {
        "results": [_check_json(check) for check in page.items],
        "page": page.page,
        "total_pages": page.total_pages,
        "total": page.total,
    }


def list_monitor_incidents(context: ControlContext) -> Any:
    """Handle GET /monitors/{id}/incidents."""
    world, monitor = context.world, context.monitor()
    incidents = world.incidents(team=context.team, monitor_id=monitor.id)
    shown = incidents[: context.values["limit"]]
    return {
        "results": [_incident_json(one, monitor.name, now=world.now) for one in shown],
        "total": len(incidents),
    }


def get_timeline(context: ControlContext) -> Any:
    """Handle GET /timeline.

    The future is what a copy of the world simulates if nothing is changed.
    """
    now = context.world.now
    since, until = _window(context, ahead=True)
    world = context.world
    if until > now and world.monitor_count <= _MOST_FORESEEN:
        world = world.clone()
        world.advance(to=until, most=_MOST_CHANGES)
    known_until = min(until, world.now)
    incidents = world.incidents_between(since, known_until, team=context.team)
    nearest = nsmallest(
        context.values["limit"], incidents, key=lambda one: abs(one.started_at - now)
    )
    return {
        "now": written(now),
        "from": written(since),
        "to": written(until),
        "known_until": written(known_until),
        "total": len(incidents),
        "outages": [
            _incident_json(
                one, world.monitor(one.monitor_id, team=context.team).name, now=world.now
            )
            for one in sorted(nearest, key=lambda one: one.started_at)
        ],
    }


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else floor(instant.timestamp())


def _window(
    context: ControlContext, *, longest: int | None = _LONGEST, ahead: bool = False
) -> tuple[int, int]:
    """Return the instants `from` and `to`. Raises `InvalidInput`."""
    now = context.world.now
    since, until = (_seconds(context.values.get(name)) for name in ("from", "to"))
    if until is None:
        until = now + 6 * _HOUR if ahead else now
    if since is None:
        since = now - 6 * _HOUR if ahead else until - _HOUR if longest else 0
    if since > until:
        raise InvalidInput("Must not be later than to", field="from")
    if ahead and until - now > _FARTHEST:
        raise InvalidInput("Must be at most 7 days ahead", field="to")
    if longest is not None and until - since > longest:
        raise InvalidInput("Must be at most 370 days before to", field="from")
    return since, until


def _by_region(samples: list[list[Check]]) -> dict[str, list[int | None]]:
    """Return a series for each region; None where the region was not checked."""
    regions = dict.fromkeys(check.region for checks in samples for check in checks)
    found = [{check.region: check.response_time_ms for check in checks} for checks in samples]
    return {region: [sample.get(region) for sample in found] for region in regions}


def _trouble_json(trouble: TroublePeriod) -> dict[str, Any]:
    return {
        "status": trouble.state,
        "from": written(trouble.start),
        "to": optional(trouble.end),
        "regions": trouble.regions,
    }


def _check_json(check: Check) -> dict[str, Any]:
    return {**check._asdict(), "timestamp": written(check.timestamp)}


def _incident_json(incident: Incident, name: str, *, now: int) -> dict[str, Any]:
    return {
        "id": incident.id,
        "monitor_id": incident.monitor_id,
        "monitor_name": name,
        "title": incident.title,
        "automatic": incident.automatic,
        "from": written(incident.started_at),
        "to": optional(incident.resolved_at),
        "duration_seconds": incident.duration_seconds(now),
        "regions": incident.affected_regions,
    }
