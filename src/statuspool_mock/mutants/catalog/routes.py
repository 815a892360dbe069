"""Mutants that keep a promise on one route and break it on another, or with other parameters."""

from dataclasses import replace
from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import deleting, on

_FORBIDDEN = "403 when accessing a monitor owned by another team. (Error Codes, 403)"
_OWN_LIST = "Lists contain what belongs to the authenticated team. (Monitors, Incidents, Webhooks)"
_DELETED = "DELETE permanently removes a monitor and all its check logs. (DELETE /monitors/{id})"
_PAGES = "Lists are paginated with ?page and ?limit (max 100). (Monitors, Logs)"
_CREATED = "POST /monitors creates a new monitor. (Monitors, POST /monitors)"
_route = partial(Mutant, group="routes")
_DEFAULT_LIMIT = 20


def _other_team(request: MutantRequest) -> MutantRequest:
    key = request.key.removesuffix(".ro")
    other = key.removesuffix(".rival") if key.endswith(".rival") else f"{key}.rival"
    return replace(request.with_key(other), uncounted=True)


async def _owner_forgotten_in_a_range(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    has_range = {"from", "to"} & set(request.parameters)
    return await ask(_other_team(request)) if response.status == 403 and has_range else response


def _of_both_teams(parameter: str) -> Handler:
    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if not response.is_success or parameter not in request.parameters:
            return response
        theirs = await ask(_other_team(request))
        if not theirs.is_success:
            return response
        results = [*response.json["results"], *theirs.json["results"]]
        return response.with_json({**response.json, "results": results})

    return exchange


async def _resolved_with_all_of_others(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or request.parameters.get("resolved") != "true":
        return response
    theirs = await ask(_other_team(request).with_query(resolved=None))
    results = [*response.json["results"], *(theirs.json["results"] if theirs.is_success else ())]
    return response.with_json({**response.json, "results": results})


def _limit(request: MutantRequest) -> int:
    """Return the limit; of one that is out of range, which another mutant accepts, 1."""
    return max(int(request.parameters.get("limit", _DEFAULT_LIMIT)), 1)


def _counted_with(response: MutantResponse, items: int, limit: int) -> MutantResponse:
    return response.with_json({**response.json, "total_pages": -(-items // limit)})


async def _count(request: MutantRequest, ask: CallServer) -> int:
    """Return how many monitors a team has."""
    single = await ask(request.on_the_side("listMonitors", limit="1"))
    return int(single.json["total_pages"])


async def _counts_all_teams(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or "status" in request.parameters:
        return response
    items = await _count(request, ask) + await _count(_other_team(request), ask)
    return _counted_with(response, items, _limit(request))


def _counts_deleted() -> Handler:
    deleted: dict[str, int] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        team = request.key.removesuffix(".ro")
        response = await ask(request)
        if request.operation == "deleteMonitor" and response.is_success:
            deleted[team] = deleted.get(team, 0) + 1
        is_list = request.operation == "listMonitors" and response.is_success
        if not is_list or "status" in request.parameters or team not in deleted:
            return response
        items = await _count(request, ask) + deleted[team]
        return _counted_with(response, items, _limit(request))

    return exchange


def _keeps_deleted_by_status() -> Handler:
    kept: dict[str, list[Json]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        team = request.key.removesuffix(".ro")
        if request.operation == "deleteMonitor":
            response, deleted = await deleting(request, ask)
            if deleted is not None:
                kept.setdefault(team, []).append(deleted)
            return response
        response = await ask(request)
        status = request.parameters.get("status")
        if request.operation != "listMonitors" or not response.is_success or status is None:
            return response
        gone = [monitor for monitor in kept.get(team, ()) if monitor["status"] == status]
        results = [*response.json["results"], *gone][: _limit(request)]
        return response.with_json({**response.json, "results": results})

    return exchange


async def _log_of_nothing(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 404 and "from" in request.parameters:
        return response.with_json({"results": [], "page": 1, "total_pages": 0}).with_status(200)
    return response


async def _one_page_more(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Divide and add one."""
    response = await ask(request)
    if not response.is_success:
        return response
    single = await ask(replace(request.with_query(limit="1", page="1"), uncounted=True))
    return response.with_json(
        {**response.json, "total_pages": single.json["total_pages"] // _limit(request) + 1}
    )


async def _99_of_100(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or request.parameters.get("limit") != "100":
        return response
    return response.with_json({**response.json, "results": response.json["results"][:99]})


async def _page_after_the_last(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    page = request.parameters.get("page", "1")
    if not response.is_success or int(page) != response.json["total_pages"] + 1:
        return response
    last = await ask(replace(request.with_query(page=str(int(page) - 1)), uncounted=True))
    return response.with_json({**response.json, "results": last.json["results"]})


def _named_once(*, everywhere: bool) -> Handler:
    """Refuse a name that is known to any team, or replace the team's monitor of that name."""
    made: dict[tuple[str, str], str] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation != "createMonitor":
            return await ask(request)
        name, team = str(request.values.get("name")), request.key
        if everywhere and any(name == known and team != other for other, known in made):
            message = {"field": "name", "message": "Must be unique"}
            body = {"error": "INVALID_REQUEST", "message": "Invalid", "details": [message]}
            return (await ask(request)).with_json(body).with_status(400)
        if not everywhere and (team, name) in made:
            put = request.on_the_side("updateMonitor", monitor_id=made[team, name])
            replaced = await ask(put.with_body(request.values))
            if replaced.is_success:
                return replaced
        response = await ask(request)
        if response.is_success:
            made[team, name] = response.json["id"]
        return response

    return exchange


def _name_taken_for_ever() -> Handler:
    names: dict[str, str] = {}
    taken: set[tuple[str, str]] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        name, team = str(request.values.get("name")), request.key
        if request.operation == "createMonitor" and (team, name) in taken:
            message = {"field": "name", "message": "Must be unique"}
            body = {"error": "INVALID_REQUEST", "message": "Invalid", "details": [message]}
            return (await ask(request.with_body({}))).with_json(body).with_status(400)
        response = await ask(request)
        if request.operation == "createMonitor" and response.is_success:
            names[response.json["id"]] = name
        if request.operation == "deleteMonitor" and response.is_success:
            taken.add((team, names.get(request.monitor_id, "")))
        return response

    return exchange


ROUTES: tuple[Mutant, ...] = (
    _route(
        name="others-logs-in-a-range-readable",
        wrong="With ?from or ?to, the log of another team's monitor can be read.",
        promise=_FORBIDDEN,
        change=on("listMonitorLogs", _owner_forgotten_in_a_range),
    ),
    _route(
        name="resolved-incidents-of-all-teams",
        wrong="GET /incidents?resolved= lists the incidents of all teams.",
        promise=_OWN_LIST,
        change=on("listIncidents", _of_both_teams("resolved")),
    ),
    _route(
        name="resolved-true-adds-other-teams",
        wrong="GET /incidents?resolved=true lists all incidents of the other teams too.",
        promise=_OWN_LIST,
        change=on("listIncidents", _resolved_with_all_of_others),
    ),
    _route(
        name="active-webhooks-of-all-teams",
        wrong="GET /webhooks?active= lists the webhooks of all teams.",
        promise=_OWN_LIST,
        change=on("listWebhooks", _of_both_teams("active")),
    ),
    _route(
        name="total-pages-of-all-teams",
        wrong="total_pages counts the monitors of all teams.",
        promise=_OWN_LIST,
        change=on("listMonitors", _counts_all_teams),
    ),
    _route(
        name="name-unique-among-all-teams",
        wrong="POST /monitors refuses a name that another team uses.",
        promise=_CREATED,
        change=ExchangeChange(lambda: _named_once(everywhere=True)),
    ),
    _route(
        name="same-name-replaces-monitor",
        wrong="POST /monitors with a known name changes that monitor.",
        promise=_CREATED,
        change=ExchangeChange(lambda: _named_once(everywhere=False)),
    ),
    _route(
        name="deleted-log-in-a-range-is-empty",
        wrong="With ?from, the log of a deleted monitor is an empty list.",
        promise=_DELETED,
        change=on("listMonitorLogs", _log_of_nothing),
    ),
    _route(
        name="deleted-monitors-still-counted",
        wrong="total_pages counts deleted monitors.",
        promise=_DELETED,
        change=ExchangeChange(_counts_deleted),
    ),
    _route(
        name="name-of-the-deleted-stays-taken",
        wrong="POST /monitors refuses the name of a deleted monitor.",
        promise=_CREATED,
        change=ExchangeChange(_name_taken_for_ever),
    ),
    _route(
        name="deleted-monitors-listed-by-status",
        wrong="GET /monitors?status= lists deleted monitors.",
        promise=_DELETED,
        change=ExchangeChange(_keeps_deleted_by_status),
    ),
    _route(
        name="total-pages-one-too-many",
        wrong="total_pages is one too many where the last page is full.",
        promise=_PAGES,
        change=on("listMonitors listMonitorLogs", _one_page_more),
    ),
    _route(
        name="log-page-of-99",
        wrong="A page of a log with limit=100 holds 99 entries.",
        promise=_PAGES,
        change=on("listMonitorLogs", _99_of_100),
    ),
    _route(
        name="page-after-the-last-repeats-it",
        wrong="The page after the last one of a list of monitors holds the last one again.",
        promise=_PAGES,
        change=on("listMonitors", _page_after_the_last),
    ),
)
