"""Mutants whose values are of another time than they say, or of only a part of it."""

from datetime import datetime, timedelta
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, Json, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.time_formats import moved
from statuspool_mock.mutants.transforms import (
    incidents,
    mapped,
    on,
    present,
    responding,
)

_UPTIME = "uptime_30d is the uptime of the past 30 days. (Status; Monitors, GET /monitors/{id})"
_LISTED = "GET /incidents lists all incidents of the team's monitors. (Incidents)"
_DAY = timedelta(days=1)
_agree = partial(Mutant, group="meaning")


async def _uptime_of_a_day(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    now = datetime.fromisoformat(response.json["last_check_at"])
    found = await ask(request.on_the_side("listIncidents", monitor_id_=request.monitor_id))
    lost = sum(_seconds_within(item, now - _DAY, now) for item in found.json["results"])
    uptime = round(100 - 100 * min(1, lost / _DAY.total_seconds()), 3)
    return response.with_json({**response.json, "uptime_30d": uptime})


async def _mean_response_time(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    log = request.on_the_side("listMonitorLogs", monitor_id=request.monitor_id, limit="100")
    times = [row["response_time_ms"] for row in (await ask(log)).json["results"]]
    mean = round(sum(times) / len(times)) if times else None
    return response.with_json({**response.json, "response_time_ms": mean})


def _seconds_within(incident: Json, since: datetime, until: datetime) -> float:
    began = datetime.fromisoformat(incident["started_at"])
    ended = datetime.fromisoformat(incident["resolved_at"]) if incident["resolved_at"] else until
    return max(0.0, (min(ended, until) - max(began, since)).total_seconds())


async def _first_of_monitor(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or "monitor_id" not in request.parameters:
        return response
    return response.with_json({**response.json, "results": response.json["results"][:1]})


async def _newest_of_team(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or request.parameters:
        return response
    return response.with_json({**response.json, "results": response.json["results"][:20]})


def _sla_of_target(monitor: Json) -> Json:
    return {**monitor, "sla_30d": {**monitor["sla_30d"], "uptime": monitor["sla_30d"]["target"]}}


def _ahead(incident: Json) -> Json:
    change = present("resolved_at", moved(hours=8))
    return change(mapped("started_at", moved(hours=8))(incident))


TIME_SPANS: tuple[Mutant, ...] = (
    _agree(
        name="uptime-of-a-day",
        wrong="uptime_30d is computed over the last 24 hours.",
        promise=_UPTIME,
        change=on("getMonitorStatus", _uptime_of_a_day),
    ),
    _agree(
        name="response-time-averaged",
        wrong="response_time_ms is the mean of the oldest hundred checks.",
        promise="/status returns the real-time status with response_time_ms. (Status)",
        change=on("getMonitorStatus", _mean_response_time),
    ),
    _agree(
        name="sla-uptime-is-the-target",
        wrong="The SLA summary of GET /monitors/{id} shows the target as the uptime.",
        promise=_UPTIME,
        change=responding("getMonitor", _sla_of_target),
    ),
    _agree(
        name="incidents-of-a-monitor-cut-to-one",
        wrong="GET /incidents?monitor_id= lists only one incident.",
        promise=_LISTED,
        change=on("listIncidents", _first_of_monitor),
    ),
    _agree(
        name="incidents-of-a-team-cut-to-20",
        wrong="GET /incidents lists the newest 20 incidents and no further page.",
        promise=_LISTED,
        change=on("listIncidents", _newest_of_team),
    ),
    _agree(
        name="incidents-in-the-future",
        wrong="started_at and resolved_at are local time, eight hours ahead, marked with Z.",
        promise="started_at and resolved_at are when it began and ended. (Incidents)",
        change=incidents(_ahead),
    ),
)
