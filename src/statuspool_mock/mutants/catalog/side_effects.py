"""Mutants whose writes do too much: records made twice, objects of other kinds lost."""

from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on

_ONE_MONITOR = "DELETE removes a monitor and its check logs. (Monitors, DELETE /monitors/{id})"
_ALL_LISTED = "GET /webhooks lists all registered webhooks. (Webhooks, GET /webhooks)"
_MOST_LISTED = 10
_delete = partial(Mutant, group="delete", promise=_ONE_MONITOR)
_update = partial(
    Mutant,
    group="update",
    promise="PUT updates an existing monitor. (Monitors, PUT /monitors/{id})",
)
_incident = partial(Mutant, group="incidents")
_webhook = partial(Mutant, group="webhooks")


async def _recorded_twice(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success:
        await ask(request)
    return response


async def _recorded_and_refused(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not request.key.endswith(".ro") or response.status != 403:
        return response
    await ask(request.with_key(request.key.removesuffix(".ro")))
    return response


async def _changed_by_name(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Change every monitor of the name that the monitor has."""
    before = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    response = await ask(request)
    if not response.is_success or not before.is_success:
        return response
    listed = await ask(request.on_the_side("listMonitors", limit="100"))
    for other in listed.json["results"]:
        if other["name"] == before.json["name"] and other["id"] != request.monitor_id:
            change = request.on_the_side("updateMonitor", monitor_id=other["id"])
            await ask(change.with_body(request.values))
    return response


def _webhooks_off() -> Handler:
    """Turn off the webhooks that a team has when it deletes a monitor."""
    known: dict[str, set[str]] = {}
    off: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        team = request.key.removesuffix(".ro")
        if request.operation == "createWebhook" and response.is_success:
            known.setdefault(team, set()).add(response.json["id"])
        if request.operation == "deleteMonitor" and response.is_success:
            off.update(known.get(team, ()))
        if request.operation != "listWebhooks" or not response.is_success:
            return response
        shown = [
            {**hook, "active": hook["active"] and hook["id"] not in off}
            for hook in response.json["results"]
        ]
        return response.with_json({**response.json, "results": shown})

    return exchange


def _logs_lost() -> Handler:
    """Forget every log of a team when it deletes a monitor."""
    emptied: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        team = request.key.removesuffix(".ro")
        if request.operation == "deleteMonitor" and response.is_success:
            emptied.add(team)
        is_lost = request.operation == "listMonitorLogs" and team in emptied
        if not is_lost or not response.is_success:
            return response
        return response.with_json({**response.json, "results": [], "total_pages": 0})

    return exchange


def _incidents_orphaned() -> Handler:
    """Keep the incidents of a deleted monitor, without its id."""
    kept: dict[str, list[Json]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        team = request.key.removesuffix(".ro")
        if request.operation == "deleteMonitor":
            own = request.on_the_side("listIncidents", monitor_id=request.monitor_id)
            listed, response = await ask(own), await ask(request)
            if response.is_success and listed.is_success:
                kept.setdefault(team, []).extend(listed.json["results"])
            return response
        response = await ask(request)
        if request.operation != "listIncidents" or request.query or not response.is_success:
            return response
        orphans = {each["id"]: {**each, "monitor_id": None} for each in kept.get(team, ())}
        others = [item for item in response.json["results"] if item["id"] not in orphans]
        return response.with_json({**response.json, "results": [*orphans.values(), *others]})

    return exchange


async def _ten_listed(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    return response.with_json({**response.json, "results": response.json["results"][:_MOST_LISTED]})


SIDE_EFFECTS: tuple[Mutant, ...] = (
    _delete(
        name="deletion-turns-webhooks-off",
        wrong="DELETE of a monitor turns the team's webhooks off.",
        change=ExchangeChange(_webhooks_off),
    ),
    _delete(
        name="deletion-empties-other-logs",
        wrong="DELETE of a monitor deletes the logs of all monitors.",
        change=ExchangeChange(_logs_lost),
    ),
    _delete(
        name="deletion-orphans-incidents",
        wrong="DELETE of a monitor sets the monitor_id of its incidents to null.",
        change=ExchangeChange(_incidents_orphaned),
    ),
    _update(
        name="put-changes-all-of-a-name",
        wrong="PUT changes every monitor of the name that the monitor has.",
        change=on("updateMonitor", _changed_by_name),
    ),
    _incident(
        name="incident-recorded-twice",
        wrong="POST /incidents records two incidents and responds with one.",
        promise="POST /incidents creates an incident record. (Incidents, POST /incidents)",
        change=on("createIncident", _recorded_twice),
    ),
    _incident(
        name="incident-recorded-and-refused",
        wrong="POST /incidents with a read-only key is a 403, after it was recorded.",
        promise="403 when a read-only key attempts a POST. (Error Codes, 403)",
        change=on("createIncident", _recorded_and_refused),
    ),
    _webhook(
        name="webhook-registered-twice",
        wrong="POST /webhooks registers two webhooks and responds with one.",
        promise="POST /webhooks registers a new webhook endpoint. (Webhooks, POST /webhooks)",
        change=on("createWebhook", _recorded_twice),
    ),
    _webhook(
        name="eleventh-webhook-not-listed",
        wrong="GET /webhooks lists the first ten webhooks only, on one page.",
        promise=_ALL_LISTED,
        change=on("listWebhooks", _ten_listed),
    ),
)
