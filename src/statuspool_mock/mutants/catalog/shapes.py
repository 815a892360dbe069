"""Servers whose answers have the wrong shape: of monitors, of /status, of logs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from statuspool_mock.mutants.exchange import CallServer, Json, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.time_formats import unix_time, without_zone
from statuspool_mock.mutants.transforms import (
    always,
    answering,
    each,
    mapped,
    monitors,
    on,
    present,
    rows,
    status,
    without,
)

_MONITOR = "A monitor has configuration, status, last check and SLA summary. (GET /monitors/{id})"
_LIST = "A listed monitor has its name and status. (Code Examples, List Monitors)"
_FIELDS = "interval_seconds and expected_status are integers, tags an array. (POST /monitors)"
_STATUS = "status is up, down or degraded. (Status, GET /monitors/{id}/status)"
_UPTIME = "uptime_30d is a percentage, such as 99.972. (Status; Code Examples, Check Status)"
_CHECKED = "last_check_at is ISO 8601. (Status, GET /monitors/{id}/status)"
_RESPONSE = "response_time_ms is in milliseconds, such as 143. (Code Examples, Check Status)"
_ROW = "A log entry has timestamp, region, status_code, response_time_ms, error_message. (Logs)"
_NULLABLE = "error_message is nullable: null where there was no error. (Logs)"
_shape = partial(Mutant, group="monitors")
_status = partial(Mutant, group="status")
_log = partial(Mutant, group="logs")
_PREFIX = "mon_"


def _unprefixed(request: MutantRequest) -> MutantRequest:
    """Understand the ids that this server gives out."""
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


async def _paused_in_status(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    monitor = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    if response.is_success and monitor.is_success and monitor.json["status"] == "paused":
        return response.with_json({**response.json, "status": "paused"})
    return response


async def _neighbours_rows(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Put rows of another monitor, the first in the list, behind this one's."""
    response = await ask(request)
    listed = await ask(request.on_the_side("listMonitors", limit="2"))
    others = [
        m["id"] for m in (listed.json or {}).get("results", ()) if m["id"] != request.monitor_id
    ]
    if not response.is_success or not others:
        return response
    rows = await ask(request.on_the_side("listMonitorLogs", monitor_id=others[0], limit="6"))
    results = [*response.json["results"], *rows.json["results"]]
    return response.with_json({**response.json, "results": results})


def _elsewhere(body: Json) -> Json:
    *rest, last = body["results"] or [None]
    results = [*rest, {**last, "region": "antarctica-1"}] if last else []
    return {**body, "results": results}


async def _empty_for_unknown(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status != 404:
        return response
    return response.with_json({"results": [], "page": 1, "total_pages": 0}).with_status(200)


def _text(value: Any) -> str:
    return str(value)


def _as_objects(names: list[str]) -> list[Json]:
    return [{"code": name} for name in names]


def _listed_monitors(change: Callable[[Json], Json]) -> Any:
    return answering("listMonitors", each(change))


async def _called_html(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or not response.content:
        return response
    return response.with_header("content-type", "text/html; charset=utf-8")


MONITORS: tuple[Mutant, ...] = (
    _shape(
        name="ids-with-prefix",
        wrong="Monitors' ids are mon_… in place of UUIDs.",
        promise="A monitor is fetched by its UUID. (Monitors, GET /monitors/{id})",
        change=always(_prefixed_ids),
    ),
    _shape(
        name="json-called-html",
        wrong="Successful responses are JSON under the content type text/html.",
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
        wrong='tags are "a,b".',
        promise=_FIELDS,
        change=monitors(mapped("tags", ",".join)),
    ),
    _shape(
        name="monitor-without-status",
        wrong="GET /monitors/{id} does not include the status.",
        promise=_MONITOR,
        change=answering("getMonitor", without("status")),
    ),
    _shape(
        name="monitor-without-last-check",
        wrong="GET /monitors/{id} does not include the last check.",
        promise=_MONITOR,
        change=answering("getMonitor", without("last_check_at")),
    ),
    _shape(
        name="monitor-without-sla",
        wrong="GET /monitors/{id} has no SLA summary.",
        promise=_MONITOR,
        change=answering("getMonitor", without("sla_30d")),
    ),
    _shape(
        name="monitor-without-regions",
        wrong="GET /monitors/{id} does not include the regions.",
        promise=_MONITOR,
        change=answering("getMonitor", without("regions")),
    ),
    _shape(
        name="listed-without-names",
        wrong="GET /monitors lists ids and urls without names.",
        promise=_LIST,
        change=_listed_monitors(without("name")),
    ),
    _shape(
        name="listed-urls-without-scheme",
        wrong="GET /monitors lists urls without https://.",
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
        change=answering("createMonitor", mapped("name", lambda _: None)),
    ),
    _shape(
        name="created-with-regions-as-objects",
        wrong='POST /monitors responds with regions as [{"code": "eu-central-1"}].',
        promise="regions is an array of names. (Monitors, POST /monitors)",
        change=answering("createMonitor", mapped("regions", _as_objects)),
    ),
    _shape(
        name="created-without-id",
        wrong="POST /monitors responds without an id.",
        promise="What is created can be fetched by its UUID. (Monitors)",
        change=answering("createMonitor", without("id")),
    ),
)

STATUS: tuple[Mutant, ...] = (
    _status(
        name="uptime-as-fraction",
        wrong="uptime_30d is 0.99972.",
        promise=_UPTIME,
        change=status(mapped("uptime_30d", lambda percent: round(percent / 100, 5))),
    ),
    _status(
        name="uptime-as-text",
        wrong='uptime_30d is "99.972%".',
        promise=_UPTIME,
        change=status(mapped("uptime_30d", lambda percent: f"{percent}%")),
    ),
    _status(
        name="response-time-in-seconds",
        wrong="response_time_ms is 0.143.",
        promise=_RESPONSE,
        change=status(present("response_time_ms", lambda milliseconds: milliseconds / 1000)),
    ),
    _status(
        name="response-time-as-text",
        wrong='response_time_ms is "143ms".',
        promise=_RESPONSE,
        change=status(present("response_time_ms", lambda milliseconds: f"{milliseconds}ms")),
    ),
    _status(
        name="last-check-as-unix-time",
        wrong="last_check_at is 1736934131.",
        promise=_CHECKED,
        change=status(present("last_check_at", unix_time)),
    ),
    _status(
        name="last-check-without-zone",
        wrong="last_check_at is 2025-01-15 09:42:11.",
        promise=_CHECKED,
        change=status(present("last_check_at", without_zone)),
    ),
    _status(
        name="status-in-capitals",
        wrong="/status returns UP.",
        promise=_STATUS,
        change=status(mapped("status", str.upper)),
    ),
    _status(
        name="status-says-paused",
        wrong="/status of a paused monitor returns paused.",
        promise=_STATUS,
        change=on("getMonitorStatus", _paused_in_status),
    ),
    _status(
        name="status-without-response-time",
        wrong="/status does not include response_time_ms.",
        promise="It includes last_check_at, response_time_ms and uptime_30d. (Status)",
        change=status(without("response_time_ms")),
    ),
)

LOGS: tuple[Mutant, ...] = (
    _log(
        name="row-without-region",
        wrong="Log entries do not include their region.",
        promise=_ROW,
        change=rows(without("region")),
    ),
    _log(
        name="row-status-as-text",
        wrong='status_code is "200".',
        promise=_ROW,
        change=rows(mapped("status_code", _text)),
    ),
    _log(
        name="row-response-time-in-seconds",
        wrong="response_time_ms of log entries is 0.143.",
        promise=_ROW,
        change=rows(mapped("response_time_ms", lambda milliseconds: milliseconds / 1000)),
    ),
    _log(
        name="row-times-without-zone",
        wrong="Log entries are of 2025-01-14 18:31:00.",
        promise="Timestamps are ISO 8601, such as 2025-01-14T18:31:00Z. (Code Examples)",
        change=rows(mapped("timestamp", without_zone)),
    ),
    _log(
        name="no-error-is-empty-text",
        wrong='error_message is "" where there was no error.',
        promise=_NULLABLE,
        change=rows(mapped("error_message", lambda message: message or "")),
    ),
    _log(
        name="no-error-is-omitted",
        wrong="error_message is left out where there was no error.",
        promise=_ROW,
        change=rows(lambda row: row if row["error_message"] else without("error_message")(row)),
    ),
    _log(
        name="logs-of-another-monitor",
        wrong="A log ends with entries of another monitor.",
        promise="The check history of one monitor. (Logs, GET /monitors/{id}/logs)",
        change=on("listMonitorLogs", _neighbours_rows),
    ),
    _log(
        name="row-from-another-region",
        wrong="Log entries come from regions that the monitor is not checked from.",
        promise="Checks come from the monitor's regions. (Monitors, POST /monitors; Logs)",
        change=answering("listMonitorLogs", _elsewhere),
    ),
    _log(
        name="logs-of-unknown-monitor-empty",
        wrong="The log of a monitor that does not exist is an empty list.",
        promise="404 where the monitor does not exist. (Error Codes, 404)",
        change=on("listMonitorLogs", _empty_for_unknown),
    ),
)
