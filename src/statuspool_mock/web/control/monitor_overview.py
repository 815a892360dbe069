"""The overview of all monitors: rows as on a status page, searched, sorted and counted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from heapq import merge
from typing import Any

from statuspool_mock.simulation import Day, Monitor, Page, Status, World
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import optional

_DAYS = 30
_HOUR = 3_600
_SAMPLES = 24
_SORTED_AT_ONCE = 2_000
_WORST_FIRST = (Status.DOWN, Status.DEGRADED, Status.UP, Status.PAUSED)


def list_board(context: ControlContext) -> Any:
    """Handle GET /board."""
    world = context.world
    page, statuses = _page(context)
    return {
        "results": [_row(world, monitor) for monitor in page.items],
        "page": page.page,
        "total_pages": page.total_pages,
        "total": page.total,
        "statuses": {status: statuses[status] for status in Status},
    }


def list_tags(context: ControlContext) -> Any:
    """Handle GET /tags."""
    tags = Counter(tag for monitor in _all(context) for tag in monitor.tags)
    return {"results": [{"tag": tag, "monitors": tags[tag]} for tag in sorted(tags)]}


def _page(context: ControlContext) -> tuple[Page[Monitor], Mapping[Status, int]]:
    """Return the page to show, and how many monitors of each status match the other filters.

    Without search and sort order, only that page is read.
    """
    values, world, team = context.values, context.world, context.team
    status = Status(values["status"]) if "status" in values else None
    search, tag, sort = values.get("search", ""), values.get("tag"), values["sort"]
    page, limit = values["page"], values["limit"]
    if not search and tag is None and sort == "created":
        counts = {one: world.monitors(team=team, status=one, limit=1).total for one in Status}
        return world.monitors(team=team, status=status, page=page, limit=limit), counts
    matching = [
        (monitor, world.status(monitor))
        for monitor in _all(context)
        if (tag is None or tag in monitor.tags) and _matches(monitor, search.casefold())
    ]
    found = [monitor for monitor, its in matching if status is None or its is status]
    if sort == "name":
        found = _sorted(found, lambda monitor: monitor.name.casefold())
    elif sort == "status":
        found = _sorted(found, lambda monitor: _WORST_FIRST.index(world.status(monitor)))
    total = len(found)
    shown = Page(found[(page - 1) * limit : page * limit], page, -(-total // limit), total)
    return shown, Counter(its for _, its in matching)


def _sorted(monitors: list[Monitor], key: Callable[[Monitor], Any]) -> list[Monitor]:
    """Sort part by part, since sorting lets no other thread run."""
    parts = (
        sorted(monitors[start : start + _SORTED_AT_ONCE], key=key)
        for start in range(0, len(monitors), _SORTED_AT_ONCE)
    )
    return list(merge(*parts, key=key))


def _all(context: ControlContext) -> Sequence[Monitor]:
    total = context.world.monitors(team=context.team, limit=1).total
    return context.world.monitors(team=context.team, limit=max(total, 1)).items


def _matches(monitor: Monitor, search: str) -> bool:
    return (
        not search
        or search in monitor.name.casefold()
        or search in monitor.url.casefold()
        or search in monitor.id
    )


def _row(world: World, monitor: Monitor) -> dict[str, Any]:
    reading, monitor_history = world.reading(monitor), world.monitor_history(monitor)
    samples = monitor_history.samples(since=world.now - _HOUR, until=world.now, most=_SAMPLES)
    return {
        "id": monitor.id,
        "name": monitor.name,
        "url": monitor.url,
        "tags": monitor.tags,
        "regions": monitor.regions,
        "status": world.status(monitor),
        "is_forced": any(overlay.forced for overlay in monitor.overlays),
        "last_check_at": optional(reading.last_check_at),
        "response_time_ms": reading.response_time_ms,
        "uptime_30d": reading.uptime_30d,
        "last_hour": [
            [
                sum(check.response_time_ms for check in checks) // len(checks),
                sum(check.error_message is not None for check in checks),
            ]
            for checks in samples
        ],
        "days": [_uptime(day) for day in monitor_history.days(_DAYS)],
    }


def _uptime(day: Day) -> float | None:
    """Return a day's share of good rows in percent, rounded down as uptime is."""
    return 100_000 * (day.rows - day.failed) // day.rows / 1000 if day.rows else None
