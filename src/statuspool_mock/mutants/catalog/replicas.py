"""Mutants of which one replica in four is wrong, or only what the read-only key reads."""

from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import each, on

_REPLICAS = 4
_FILTERS = {"status", "from", "to", "monitor_id", "resolved", "active"}
_LISTS = ("listMonitors", "listMonitorLogs", "listIncidents", "listWebhooks")
_FILTERED = "Supports filters. (GET /monitors, /monitors/{id}/logs, /incidents, /webhooks)"
_INCIDENT = "Each incident includes started_at and affected_regions. (Incidents, GET /incidents)"
_replica = partial(Mutant, group="replicas")
_reader = partial(Mutant, group="roles")
Answer = Callable[[Json], Json]


def _one_in_four(is_meant: Callable[[MutantRequest], bool], exchange: Handler) -> ExchangeChange:
    """Let one replica respond otherwise; a balancer sends it every fourth of these requests."""

    def make() -> Handler:
        served = 0

        async def balanced(request: MutantRequest, ask: CallServer) -> MutantResponse:
            nonlocal served
            served += is_meant(request)
            if is_meant(request) and served % _REPLICAS == 0:
                return await exchange(request, ask)
            return await ask(request)

        return balanced

    return ExchangeChange(make)


def _is_filtered(request: MutantRequest) -> bool:
    return request.operation in _LISTS and bool(_FILTERS & request.parameters.keys())


def _is_whole_list(request: MutantRequest) -> bool:
    return request.operation in {"listIncidents", "listWebhooks"} and not request.parameters


def _is_log(request: MutantRequest) -> bool:
    return request.operation == "listMonitorLogs"


async def _without_filters(request: MutantRequest, ask: CallServer) -> MutantResponse:
    return await ask(request.with_query(**dict.fromkeys(_FILTERS)))


def _answering(change: Answer) -> Handler:
    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        return response.with_json(change(response.json)) if response.is_success else response

    return exchange


def _without_last(body: Json) -> Json:
    return {**body, "results": body["results"][:-1]}


def _to_readers(operations: str, change: Answer) -> ExchangeChange:
    """Change what the read-only key is shown."""
    changed = _answering(change)

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        return await (changed(request, ask) if request.key.endswith(".ro") else ask(request))

    return on(operations, exchange)


REPLICAS: tuple[Mutant, ...] = (
    _replica(
        name="one-replica-ignores-filters",
        wrong="One replica in four ignores the filters of every list.",
        promise=_FILTERED,
        change=_one_in_four(_is_filtered, _without_filters),
    ),
    _replica(
        name="one-replica-lacks-what-filters-select",
        wrong="One replica in four leaves out the last item of a filtered list.",
        promise=_FILTERED,
        change=_one_in_four(_is_filtered, _answering(_without_last)),
    ),
    _replica(
        name="one-replica-is-behind",
        wrong="One replica in four lists neither the last webhook nor the last incident.",
        promise="List all registered webhooks; list all incidents. (GET /webhooks, /incidents)",
        change=_one_in_four(_is_whole_list, _answering(_without_last)),
    ),
    _replica(
        name="one-replica-logs-no-times",
        wrong="One replica in four shows a response_time_ms of 0 in all log entries.",
        promise="Each log entry contains response_time_ms. (Logs, GET /monitors/{id}/logs)",
        change=_one_in_four(_is_log, _answering(each(lambda row: {**row, "response_time_ms": 0}))),
    ),
    _reader(
        name="read-only-key-sees-incidents-begin-at-midnight",
        wrong="A read-only key sees only the day on which an incident began.",
        promise=_INCIDENT,
        change=_to_readers(
            "listIncidents",
            each(lambda item: {**item, "started_at": f"{item['started_at'][:10]}T00:00:00Z"}),
        ),
    ),
    _reader(
        name="read-only-key-sees-hosts-of-webhooks",
        wrong="A read-only key sees the host of a webhook in place of its url.",
        promise="Each entry includes id, url, events, … (Webhooks, GET /webhooks)",
        change=_to_readers(
            "listWebhooks",
            each(lambda item: {**item, "url": "/".join(item["url"].split("/")[:3])}),
        ),
    ),
    _reader(
        name="read-only-key-sees-no-tags",
        wrong="A read-only key sees no tags.",
        promise="GET /monitors/{id} returns configuration, … (Monitors, GET /monitors/{id})",
        change=_to_readers("listMonitors getMonitor", each(lambda item: {**item, "tags": []})),
    ),
    _reader(
        name="read-only-key-sees-all-monitors-up",
        wrong="A read-only key is told that a monitor is up, whatever its status.",
        promise="Return the real-time status of a monitor. (Status, GET /monitors/{id}/status)",
        change=_to_readers("getMonitor getMonitorStatus", lambda body: {**body, "status": "up"}),
    ),
)
