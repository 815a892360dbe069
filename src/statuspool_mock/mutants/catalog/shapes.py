"""Mutants whose monitors have the wrong shape."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from statuspool_mock.mutants.exchange import CallServer, Json, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.time_formats import moved, unix_time
from statuspool_mock.mutants.transforms import (
    always,
    each,
    mapped,
    monitors,
    present,
    responding,
    without,
)

_MONITOR = "A monitor has configuration, status, last check and SLA summary. (GET /monitors/{id})"
_CHECKED = "last_check_at is ISO 8601. (Status, GET /monitors/{id}/status)"
_LIST = "A listed monitor has its name and status. (Code Examples, List Monitors)"
_FIELDS = "interval_seconds and expected_status are integers, tags an array. (POST /monitors)"
_DATED = "Times are ISO 8601, such as 2025-01-15T10:05:33Z. (Code Examples, Update Monitor)"
_shape = partial(Mutant, group="monitors")
_PREFIX = "mon_"


def _unprefixed(request: MutantRequest) -> MutantRequest:
    """Return the request with the ids of the real server."""
    values = request.values
    bare = str(values.get("monitor_id", "")).removeprefix(_PREFIX)
    wanted = request.parameters.get("monitor_id", "")
    if "monitor_id" in values:
        request = request.with_body({**values, "monitor_id": bare})
    if wanted.startswith(_PREFIX):
        request = request.with_query(monitor_id=wanted.removeprefix(_PREFIX))
    plain = request.monitor_id.removeprefix(_PREFIX)
    path = request.path.replace(request.monitor_id, plain) if request.monitor_id else request.path
    return replace(request, monitor_id=plain, path=path)


async def _prefixed_ids(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(_unprefixed(request))
    if not response.is_success or response.json is None:
        return response
    name = "monitor_id" if "ncident" in request.operation else "id"
    if request.operation in {
        "listMonitorLogs",
        "getMonitorStatus",
        "listWebhooks",
        "createWebhook",
    }:
        return response
    return response.with_json(each(mapped(name, lambda text: f"{_PREFIX}{text}"))(response.json))


def _text(value: Any) -> str:
    return str(value)


def _as_objects(names: list[str]) -> list[Json]:
    return [{"code": name} for name in names]


def _listed_monitors(change: Callable[[Json], Json]) -> Any:
    return responding("listMonitors", each(change))


async def _called_html(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or not response.content:
        return response
    return response.with_header("content-type", "text/html; charset=utf-8")


MONITORS: tuple[Mutant, ...] = (
    _shape(
        name="ids-with-prefix",
        wrong="Ids of monitors are mon_… instead of UUIDs.",
        promise="A monitor is fetched by its UUID. (Monitors, GET /monitors/{id})",
        change=always(_prefixed_ids),
    ),
    _shape(
        name="json-called-html",
        wrong="Successful responses are JSON with the content type text/html.",
        promise="Each endpoint supports JSON response bodies. (Endpoint List)",
        change=always(_called_html),
    ),
    _shape(
        name="interval-as-text",
        wrong='interval_seconds is "60".',
        promise=_FIELDS,
        change=monitors(mapped("interval_seconds", _text)),
    ),
    _shape(
        name="expected-status-as-text",
        wrong='expected_status is "200".',
        promise=_FIELDS,
        change=monitors(mapped("expected_status", _text)),
    ),
    _shape(
        name="tags-as-text",
        wrong='tags is "a,b".',
        promise=_FIELDS,
        change=monitors(mapped("tags", ",".join)),
    ),
    _shape(
        name="monitor-without-status",
        wrong="GET /monitors/{id} has no status.",
        promise=_MONITOR,
        change=responding("getMonitor", without("status")),
    ),
    _shape(
        name="monitor-without-last-check",
        wrong="GET /monitors/{id} has no last_check_at.",
        promise=_MONITOR,
        change=responding("getMonitor", without("last_check_at")),
    ),
    _shape(
        name="monitor-without-sla",
        wrong="GET /monitors/{id} has no SLA summary.",
        promise=_MONITOR,
        change=responding("getMonitor", without("sla_30d")),
    ),
    _shape(
        name="monitor-without-regions",
        wrong="GET /monitors/{id} has no regions.",
        promise=_MONITOR,
        change=responding("getMonitor", without("regions")),
    ),
    _shape(
        name="listed-without-names",
        wrong="GET /monitors lists ids and URLs without names.",
        promise=_LIST,
        change=_listed_monitors(without("name")),
    ),
    _shape(
        name="listed-urls-without-scheme",
        wrong="GET /monitors lists URLs without https://.",
        promise="url is a valid HTTP(S) URL. (Monitors, POST /monitors)",
        change=_listed_monitors(mapped("url", lambda url: url.partition("://")[2])),
    ),
    _shape(
        name="listed-regions-as-text",
        wrong='GET /monitors lists regions as "a,b".',
        promise="regions is an array. (Monitors, POST /monitors)",
        change=_listed_monitors(mapped("regions", ",".join)),
    ),
    _shape(
        name="listed-last-check-as-unix-time",
        wrong="GET /monitors lists last_check_at in seconds since 1970.",
        promise=_CHECKED,
        change=_listed_monitors(present("last_check_at", unix_time)),
    ),
    _shape(
        name="created-with-null-name",
        wrong="POST /monitors responds with a name of null.",
        promise="name is a string. (Monitors, POST /monitors)",
        change=responding("createMonitor", mapped("name", lambda _: None)),
    ),
    _shape(
        name="created-with-regions-as-objects",
        wrong='POST /monitors responds with regions as [{"code": "eu-central-1"}].',
        promise="regions is an array of names. (Monitors, POST /monitors)",
        change=responding("createMonitor", mapped("regions", _as_objects)),
    ),
    _shape(
        name="created-without-id",
        wrong="POST /monitors responds without an id.",
        promise="A created monitor can be fetched by its UUID. (Monitors)",
        change=responding("createMonitor", without("id")),
    ),
    _shape(
        name="listed-status-in-capitals",
        wrong='GET /monitors lists statuses as "UP".',
        promise="A monitor is up, down, degraded or paused. (Monitors; Status)",
        change=_listed_monitors(mapped("status", str.upper)),
    ),
    _shape(
        name="updated-at-as-unix-time",
        wrong="updated_at of monitors is in seconds since 1970.",
        promise=_DATED,
        change=monitors(present("updated_at", unix_time)),
    ),
    _shape(
        name="created-at-in-another-zone",
        wrong="created_at of monitors is Pacific time marked with Z.",
        promise=_DATED,
        change=monitors(present("created_at", moved(hours=-8))),
    ),
)
