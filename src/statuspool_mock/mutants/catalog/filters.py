"""Mutants of filters."""

import re
from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.catalog.pagination import sliced
from statuspool_mock.mutants.exchange import CallServer, Json, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.time_formats import is_instant
from statuspool_mock.mutants.transforms import on, requesting

_STATUS = "?status=up|down|paused filters the list. (Monitors, GET /monitors)"
_INCIDENTS = "?monitor_id and ?resolved=true|false filter. (Incidents, GET /incidents)"
_ACTIVE = "?active=true|false filters. (Webhooks, GET /webhooks)"
_RANGE = "?from and ?to, ISO 8601 timestamps, filter the log. (Logs, GET /monitors/{id}/logs)"
_filter = partial(Mutant, group="filters")


def _known_status(request: MutantRequest) -> bool:
    return request.parameters.get("status") in {"up", "down", "paused"}


def _without_status(request: MutantRequest) -> MutantRequest:
    return request.with_query(status=None) if _known_status(request) else request


def _without_paused(request: MutantRequest) -> MutantRequest:
    paused = request.parameters.get("status") == "paused"
    return request.with_query(status=None) if paused else request


def _without_unknown_status(request: MutantRequest) -> MutantRequest:
    return request if _known_status(request) else request.with_query(status=None)


async def _paged_before_filtered(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if not _known_status(request):
        return await ask(request)
    response = await ask(request.with_query(status=None))
    if not response.is_success:
        return response
    wanted = request.parameters["status"]
    results = [item for item in response.json["results"] if item["status"] == wanted]
    return response.with_json({**response.json, "results": results})


async def _all_but_down(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.parameters.get("status") != "up":
        return await ask(request)
    wide = request.with_query(status=None)

    def cut(items: list[Json], page: int, limit: int) -> list[Json]:
        kept = [item for item in items if item["status"] != "down"]
        return kept[(page - 1) * limit : page * limit]

    return await sliced(cut)(wide, ask)


def _dropped(*names: str) -> Callable[[MutantRequest], MutantRequest]:
    return lambda request: request.with_query(**dict.fromkeys(names))


def _true_for_false(name: str) -> Callable[[MutantRequest], MutantRequest]:
    def change(request: MutantRequest) -> MutantRequest:
        false = request.parameters.get(name) == "false"
        return request.with_query(**{name: "true"}) if false else request

    return change


def _true_left_out(request: MutantRequest) -> MutantRequest:
    wanted = request.parameters.get("resolved") == "true"
    return request.with_query(resolved=None) if wanted else request


def _from_with_to_only(request: MutantRequest) -> MutantRequest:
    alone = "to" not in request.parameters and is_instant(request.parameters.get("from", ""))
    return request.with_query(from_=None) if alone else request


async def _pages_of_the_whole_log(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or not {"from", "to"} & set(request.parameters):
        return response
    limit = {n: text for n, text in request.parameters.items() if n == "limit"}
    question = request.on_the_side("listMonitorLogs", monitor_id=request.monitor_id, **limit)
    whole = await ask(question)
    return response.with_json({**response.json, "total_pages": whole.json["total_pages"]})


def _one_filter_only(request: MutantRequest) -> MutantRequest:
    both = {"monitor_id", "resolved"} <= set(request.parameters)
    return request.with_query(resolved=None) if both else request


def _open_by_default(request: MutantRequest) -> MutantRequest:
    is_open = "resolved" not in request.parameters
    return request.with_query(resolved="false") if is_open else request


def _zone_for(name: str, text: str) -> dict[str, str]:
    return {name: f"{text[:-6]}Z"} if text[-6:-5] in {"+", "-"} else {}


def _without_zones(request: MutantRequest) -> MutantRequest:
    changes: dict[str, str] = {}
    for name in {"from", "to"} & set(request.parameters):
        changes |= _zone_for(name, request.parameters[name])
    return request.with_query(**changes) if changes else request


def _whole_days(request: MutantRequest) -> MutantRequest:
    times = {"from": "T00:00:00Z", "to": "T23:59:59Z"}
    changes = {
        name: request.parameters[name][:10] + time
        for name, time in times.items()
        if is_instant(request.parameters.get(name, ""))
    }
    return request.with_query(**changes) if changes else request


def _from_on_first_page_only(request: MutantRequest) -> MutantRequest:
    is_later = request.parameters.get("page", "1") not in {"1", ""}
    is_readable = is_instant(request.parameters.get("from", ""))
    return request.with_query(from_=None) if is_later and is_readable else request


def _readable_times_only(request: MutantRequest) -> MutantRequest:
    wrong = [n for n in ("from", "to") if not is_instant(request.parameters.get(n, "2025-01-01"))]
    return request.with_query(**dict.fromkeys(wrong)) if wrong else request


def _cut_to_the_minute(request: MutantRequest) -> MutantRequest:
    """Ignore the seconds of ?from and ?to, whatever their zone."""
    cut = {
        f"{name}_": re.sub(r"^(\S+T\d\d:\d\d):\d\d(\.\d+)?", r"\1:00", text)
        for name, text in request.parameters.items()
        if name in {"from", "to"}
    }
    return request.with_query(**cut) if cut else request


async def _without_recorded(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Leave what was recorded by hand out of the open incidents."""
    response = await ask(request)
    if not response.is_success or request.parameters.get("resolved") != "false":
        return response
    rest = [item for item in response.json["results"] if item["description"] is None]
    return response.with_json({**response.json, "results": rest})


FILTERS: tuple[Mutant, ...] = (
    _filter(
        name="status-filter-ignored",
        wrong="GET /monitors?status= lists all monitors.",
        promise=_STATUS,
        change=requesting("listMonitors", _without_status),
    ),
    _filter(
        name="paused-filter-ignored",
        wrong="?status=paused is ignored, unlike ?status=up and ?status=down.",
        promise=_STATUS,
        change=requesting("listMonitors", _without_paused),
    ),
    _filter(
        name="status-filter-after-paging",
        wrong="Lists are paged before they are filtered, so that pages are not full.",
        promise=_STATUS,
        change=on("listMonitors", _paged_before_filtered),
    ),
    _filter(
        name="up-means-not-down",
        wrong="?status=up also lists degraded and paused monitors: all that are not down.",
        promise=_STATUS,
        change=on("listMonitors", _all_but_down),
    ),
    _filter(
        name="unknown-status-ignored",
        wrong="?status=sideways lists all monitors.",
        promise="400 for invalid values. (Error Codes, 400)",
        change=requesting("listMonitors", _without_unknown_status),
    ),
    _filter(
        name="monitor-filter-ignored",
        wrong="GET /incidents?monitor_id= lists the incidents of all monitors.",
        promise=_INCIDENTS,
        change=requesting("listIncidents", _dropped("monitor_id")),
    ),
    _filter(
        name="resolved-filter-ignored",
        wrong="GET /incidents?resolved= lists all incidents.",
        promise=_INCIDENTS,
        change=requesting("listIncidents", _dropped("resolved")),
    ),
    _filter(
        name="resolved-false-is-true",
        wrong='?resolved=false lists resolved incidents: the string "false" is true.',
        promise=_INCIDENTS,
        change=requesting("listIncidents", _true_for_false("resolved")),
    ),
    _filter(
        name="resolved-true-ignored",
        wrong="?resolved=true is ignored, unlike ?resolved=false.",
        promise=_INCIDENTS,
        change=requesting("listIncidents", _true_left_out),
    ),
    _filter(
        name="incident-filters-not-combined",
        wrong="?resolved= is ignored together with ?monitor_id=.",
        promise=_INCIDENTS,
        change=requesting("listIncidents", _one_filter_only),
    ),
    _filter(
        name="open-incidents-by-default",
        wrong="GET /incidents without ?resolved lists open incidents only.",
        promise="GET /incidents lists all incidents. (Incidents, GET /incidents)",
        change=requesting("listIncidents", _open_by_default),
    ),
    _filter(
        name="active-filter-ignored",
        wrong="GET /webhooks?active= lists all endpoints.",
        promise=_ACTIVE,
        change=requesting("listWebhooks", _dropped("active")),
    ),
    _filter(
        name="from-ignored",
        wrong="?from is ignored: a log starts with its oldest entry.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _dropped("from")),
    ),
    _filter(
        name="to-ignored",
        wrong="?to is ignored: a log ends with its newest entry.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _dropped("to")),
    ),
    _filter(
        name="from-ignored-without-to",
        wrong="?from is ignored without ?to.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _from_with_to_only),
    ),
    _filter(
        name="from-ignored-after-page-one",
        wrong="?from is ignored on all pages but the first.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _from_on_first_page_only),
    ),
    _filter(
        name="total-pages-ignores-range",
        wrong="total_pages of a log counts entries outside ?from and ?to.",
        promise=_RANGE,
        change=on("listMonitorLogs", _pages_of_the_whole_log),
    ),
    _filter(
        name="zones-ignored",
        wrong="?from and ?to with an offset such as +02:00 are read as UTC.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _without_zones),
    ),
    _filter(
        name="range-of-whole-days",
        wrong="?from and ?to are read as dates; their times are ignored.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _whole_days),
    ),
    _filter(
        name="unreadable-times-ignored",
        wrong="?from=yesterday is ignored instead of refused.",
        promise="400 for invalid values. (Error Codes, 400)",
        change=requesting("listMonitorLogs", _readable_times_only),
    ),
    _filter(
        name="range-cut-to-the-minute",
        wrong="The seconds of ?from and ?to are ignored.",
        promise=_RANGE,
        change=requesting("listMonitorLogs", _cut_to_the_minute),
    ),
    _filter(
        name="recorded-incidents-not-listed-as-open",
        wrong="?resolved=false leaves out incidents that were recorded by hand.",
        promise=_INCIDENTS,
        change=on("listIncidents", _without_recorded),
    ),
)
