"""Mutants whose single responses are correct but contradict each other."""

from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import moved
from statuspool_mock.mutants.transforms import (
    each,
    incidents,
    mapped,
    responding,
    status,
)

_REAL_TIME = "/status is real-time and shows the last check. (Status, GET /monitors/{id}/status)"
_UPTIME = "uptime_30d is the uptime of the past 30 days. (Status; Monitors, GET /monitors/{id})"
_CURRENT = "A monitor has one current status, wherever it is shown. (Monitors; Status)"
_DURATION = "An incident lasts from started_at to resolved_at. (Incidents, GET /incidents)"
_CREATED = "Created monitors are in the list, and changes are stored. (Monitors)"
_agree = partial(Mutant, group="meaning")


def _failures_hidden(body: Json) -> Json:
    return {**body, "results": [row for row in body["results"] if row["error_message"] is None]}


def _up_unless_paused(monitor: Json) -> Json:
    return monitor if monitor["status"] == "paused" else {**monitor, "status": "up"}


def _ended_early(incident: Json) -> Json:
    if incident["resolved_at"] is None:
        return incident
    return {**incident, "duration_seconds": incident["duration_seconds"] // 2}


def _never_resolved(incident: Json) -> Json:
    return {**incident, "resolved_at": None}


def _caching(operation: str) -> ExchangeChange:
    """Repeat the first response to the same request with the same key."""

    def make() -> Handler:
        known: dict[tuple[str, str, str], MutantResponse] = {}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            if request.operation != operation:
                return await ask(request)
            question = (request.key, request.path, request.query)
            fresh = await ask(request)
            if fresh.is_success:
                return known.setdefault(question, fresh)
            return fresh

        return exchange

    return ExchangeChange(make)


MEANING: tuple[Mutant, ...] = (
    _agree(
        name="last-check-stale",
        wrong="last_check_at of /status is an hour older than the newest log entry.",
        promise=_REAL_TIME,
        change=status(mapped("last_check_at", moved(hours=-1))),
    ),
    _agree(
        name="last-check-in-the-future",
        wrong="last_check_at of /status is an hour ahead: local time marked as UTC.",
        promise=_REAL_TIME,
        change=status(mapped("last_check_at", moved(hours=1))),
    ),
    _agree(
        name="monitor-last-check-stale",
        wrong="last_check_at of GET /monitors/{id} is an hour older than that of /status.",
        promise="It returns the last check timestamp. (Monitors, GET /monitors/{id})",
        change=responding("getMonitor", mapped("last_check_at", moved(hours=-1))),
    ),
    _agree(
        name="uptime-always-100",
        wrong="uptime_30d is always 100.",
        promise=_UPTIME,
        change=status(mapped("uptime_30d", lambda _: 100.0)),
    ),
    _agree(
        name="uptime-is-downtime",
        wrong="uptime_30d is the share of failed checks.",
        promise=_UPTIME,
        change=status(mapped("uptime_30d", lambda percent: round(100 - percent, 3))),
    ),
    _agree(
        name="logs-without-failures",
        wrong="Failed checks are not in the log.",
        promise="Logs are the check history, error_message included. (Logs)",
        change=responding("listMonitorLogs", _failures_hidden),
    ),
    _agree(
        name="listed-status-always-up",
        wrong="GET /monitors shows monitors that are down as up.",
        promise=_CURRENT,
        change=responding("listMonitors", each(_up_unless_paused)),
    ),
    _agree(
        name="status-always-up",
        wrong="/status shows monitors that are down as up.",
        promise=_CURRENT,
        change=status(lambda reading: {**reading, "status": "up"}),
    ),
    _agree(
        name="duration-disagrees",
        wrong="duration_seconds differs from resolved_at − started_at.",
        promise=_DURATION,
        change=incidents(_ended_early),
    ),
    _agree(
        name="resolved-incidents-look-open",
        wrong="?resolved=true lists incidents whose resolved_at is null.",
        promise="resolved_at is null while an incident is open. (Incidents, GET /incidents)",
        change=incidents(_never_resolved),
    ),
    _agree(
        name="monitor-cached",
        wrong="GET /monitors/{id} responds from a cache that no PUT refreshes.",
        promise=_CREATED,
        change=_caching("getMonitor"),
    ),
    _agree(
        name="list-cached",
        wrong="GET /monitors responds from a cache that no POST refreshes.",
        promise=_CREATED,
        change=_caching("listMonitors"),
    ),
)
