"""Mutants whose checks have the wrong shape: /status, and the entries of logs."""

from functools import partial
from typing import Any

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import unix_time, without_zone
from statuspool_mock.mutants.transforms import (
    has_malformed_id,
    mapped,
    on,
    present,
    responding,
    rows,
    status,
    without,
)

_STATUS = "status is up, down or degraded. (Status, GET /monitors/{id}/status)"
_UPTIME = "uptime_30d is a percentage, such as 99.972. (Status; Code Examples, Check Status)"
_CHECKED = "last_check_at is ISO 8601. (Status, GET /monitors/{id}/status)"
_RESPONSE = "response_time_ms is in milliseconds, such as 143. (Code Examples, Check Status)"
_ROW = "A log entry has timestamp, region, status_code, response_time_ms, error_message. (Logs)"
_NULLABLE = "error_message is nullable: null if there was no error. (Logs)"
_SHORT = 10
_status = partial(Mutant, group="status")
_log = partial(Mutant, group="logs")


async def _paused_in_status(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    monitor = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    if response.is_success and monitor.is_success and monitor.json["status"] == "paused":
        return response.with_json({**response.json, "status": "paused"})
    return response


async def _neighbours_rows(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Append rows of another monitor, the first in the list."""
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


async def _empty_for_malformed(request: MutantRequest, ask: CallServer) -> MutantResponse:
    is_malformed = has_malformed_id(request)
    return await (_empty_for_unknown(request, ask) if is_malformed else ask(request))


def _text(value: Any) -> str:
    return str(value)


def _ties_turning() -> Handler:
    """Turn the entries of a short log by one place in each response."""
    turned = 0

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal turned
        response = await ask(request)
        is_page = request.operation == "listMonitorLogs" and response.is_success
        if not is_page or request.parameters.get("limit") != "1":
            return response
        whole = (await ask(request.with_query(page="1", limit=str(_SHORT)))).json
        page, rows = response.json["page"], whole["results"]
        times = {row["timestamp"] for row in rows}
        if whole["total_pages"] != 1 or len(times) != 1 or page > len(rows):
            return response
        turned += 1
        row = rows[(page - 1 + turned // 2) % len(rows)]
        return response.with_json({**response.json, "results": [row]})

    return exchange


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
        wrong="status of /status is UP.",
        promise=_STATUS,
        change=status(mapped("status", str.upper)),
    ),
    _status(
        name="status-says-paused",
        wrong="status of /status is paused for a paused monitor.",
        promise=_STATUS,
        change=on("getMonitorStatus", _paused_in_status),
    ),
    _status(
        name="status-without-response-time",
        wrong="/status has no response_time_ms.",
        promise="It includes last_check_at, response_time_ms and uptime_30d. (Status)",
        change=status(without("response_time_ms")),
    ),
)

LOGS: tuple[Mutant, ...] = (
    _log(
        name="row-without-region",
        wrong="Log entries have no region.",
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
        wrong="timestamp of log entries is 2025-01-14 18:31:00.",
        promise="Timestamps are ISO 8601, such as 2025-01-14T18:31:00Z. (Code Examples)",
        change=rows(mapped("timestamp", without_zone)),
    ),
    _log(
        name="no-error-is-empty-text",
        wrong='error_message is "" if there was no error.',
        promise=_NULLABLE,
        change=rows(mapped("error_message", lambda message: message or "")),
    ),
    _log(
        name="no-error-is-omitted",
        wrong="error_message is missing if there was no error.",
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
        name="rows-of-one-time-in-any-order",
        wrong="In short logs, entries of the same time have another order in each response.",
        promise="Paginated results: each entry is on one page. (Logs, GET /monitors/{id}/logs)",
        change=ExchangeChange(_ties_turning),
    ),
    _log(
        name="row-from-another-region",
        wrong="Log entries have regions that the monitor does not have.",
        promise="Checks come from the monitor's regions. (Monitors, POST /monitors; Logs)",
        change=responding("listMonitorLogs", _elsewhere),
    ),
    _log(
        name="logs-of-unknown-monitor-empty",
        wrong="The log of a monitor that does not exist is an empty list.",
        promise="404 if the monitor does not exist. (Error Codes, 404)",
        change=on("listMonitorLogs", _empty_for_unknown),
    ),
    _log(
        name="log-of-malformed-id-empty",
        wrong="The log of an id that is not a UUID is an empty list.",
        promise="404 if the monitor does not exist. (Error Codes, 404)",
        change=on("listMonitorLogs", _empty_for_malformed),
    ),
)
