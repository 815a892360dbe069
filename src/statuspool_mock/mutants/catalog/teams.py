"""Mutants that show or give one team what belongs to another."""

from dataclasses import replace
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on

_FORBIDDEN = "403 when accessing a monitor owned by another team. (Error Codes, 403)"
_OWN_LIST = "Lists contain what belongs to the authenticated team. (Monitors, Incidents, Webhooks)"
_team = partial(Mutant, group="teams")


def _other_team(request: MutantRequest) -> MutantRequest:
    """Return the request as the other team of the same world would send it."""
    key = request.key.removesuffix(".ro")
    other = key.removesuffix(".rival") if key.endswith(".rival") else f"{key}.rival"
    return replace(request.with_key(other), uncounted=True)


async def _owner_not_checked(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    writes_read_only = request.method != "GET" and request.key.endswith(".ro")
    if response.status == 403 and not writes_read_only:
        return await ask(_other_team(request))
    return response


async def _owner_not_checked_for_readers(request: MutantRequest, ask: CallServer) -> MutantResponse:
    is_reader = request.key.endswith(".ro")
    return await (_owner_not_checked(request, ask) if is_reader else ask(request))


async def _both_teams(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Append the other team's first page to the first page."""
    response = await ask(request)
    if not response.is_success or response.json["page"] != 1:
        return response
    theirs = await ask(_other_team(request))
    if not theirs.is_success:
        return response
    results = [*response.json["results"], *theirs.json["results"]]
    total_pages = max(response.json["total_pages"], 1)
    return response.with_json({**response.json, "results": results, "total_pages": total_pages})


async def _both_teams_when_filtered(request: MutantRequest, ask: CallServer) -> MutantResponse:
    filtered = "status" in request.parameters
    return await (_both_teams(request, ask) if filtered else ask(request))


def _open(operation: str) -> ExchangeChange:
    return on(operation, _owner_not_checked)


TEAMS: tuple[Mutant, ...] = (
    *(
        _team(name=name, wrong=wrong, promise=_FORBIDDEN, change=_open(operation))
        for name, operation, wrong in (
            (
                "others-monitor-readable",
                "getMonitor",
                "Another team's monitor can be read by anyone who knows its id.",
            ),
            (
                "others-status-readable",
                "getMonitorStatus",
                "The status of another team's monitor can be read.",
            ),
            (
                "others-logs-readable",
                "listMonitorLogs",
                "The log of another team's monitor can be read.",
            ),
            (
                "others-monitor-updatable",
                "updateMonitor",
                "Another team's monitor can be changed.",
            ),
            (
                "others-monitor-deletable",
                "deleteMonitor",
                "Another team's monitor can be deleted.",
            ),
            (
                "others-incident-recordable",
                "createIncident",
                "An incident can be recorded on another team's monitor.",
            ),
        )
    ),
    *(
        _team(
            name=f"others-{what}-readable-with-read-only-key",
            wrong=f"A read-only key reads the {what} of another team's monitor.",
            promise=_FORBIDDEN,
            change=on(operation, _owner_not_checked_for_readers),
        )
        for what, operation in (
            ("details", "getMonitor"),
            ("status", "getMonitorStatus"),
            ("logs", "listMonitorLogs"),
        )
    ),
    _team(
        name="monitors-of-all-teams",
        wrong="GET /monitors lists other teams' monitors too.",
        promise=_OWN_LIST,
        change=on("listMonitors", _both_teams),
    ),
    _team(
        name="filtered-monitors-of-all-teams",
        wrong="GET /monitors lists other teams' monitors too if ?status is given.",
        promise=_OWN_LIST,
        change=on("listMonitors", _both_teams_when_filtered),
    ),
    _team(
        name="incidents-of-all-teams",
        wrong="GET /incidents lists other teams' incidents too.",
        promise=_OWN_LIST,
        change=on("listIncidents", _both_teams),
    ),
    _team(
        name="others-incidents-by-monitor",
        wrong="GET /incidents?monitor_id= lists the incidents of another team's monitor.",
        promise=_OWN_LIST,
        change=on("listIncidents", _owner_not_checked),
    ),
    _team(
        name="webhooks-of-all-teams",
        wrong="GET /webhooks lists other teams' endpoints too.",
        promise=_OWN_LIST,
        change=on("listWebhooks", _both_teams),
    ),
)
