"""Mutants that show what was true before, or that begin to fail late in a session."""

from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant

_PATCHED = "Only the fields that are sent are changed. (Monitors, PUT /monitors/{id})"
_stale = partial(Mutant, group="staleness")
_LATE = 150
"""After how many requests a late mutant begins."""

Chooses = Callable[[MutantRequest], bool]


def _cached(chooses: Chooses) -> ExchangeChange:
    """Cache some responses until a monitor is created or deleted, but not when one is changed."""

    def make() -> Handler:
        kept: dict[tuple[str, str, str], MutantResponse] = {}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            key = (request.header("authorization"), request.path, request.query)
            if request.method == "GET" and chooses(request) and key in kept:
                return kept[key]
            response = await ask(request)
            if request.method in {"POST", "DELETE"}:
                kept.clear()
            elif request.method == "GET" and response.is_success and chooses(request):
                kept[key] = response
            return response

        return exchange

    return ExchangeChange(make)


def _is_whole_list(request: MutantRequest) -> bool:
    return request.operation == "listMonitors" and "status" not in request.parameters


def _is_filtered_list(request: MutantRequest) -> bool:
    return request.operation == "listMonitors" and "status" in request.parameters


def _is_of_reader(request: MutantRequest) -> bool:
    return request.operation == "getMonitor" and request.key.endswith(".ro")


def _late(handler: Handler) -> ExchangeChange:
    """Begin after many requests."""

    def make() -> Handler:
        served = 0

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            nonlocal served
            served += 1
            return await (handler(request, ask) if served > _LATE else ask(request))

        return exchange

    return ExchangeChange(make)


async def _without_filter(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation == "listMonitors" and request.parameters.get("status") == "down":
        return await ask(request.with_query(status=None))
    return await ask(request)


async def _without_pages(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation == "listMonitors" and request.parameters.get("page", "1") == "2":
        return await ask(request.with_query(page="1"))
    return await ask(request)


async def _without_key(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    is_stranger = response.status == 401 and request.header("authorization")
    return await ask(request.with_key("sp_test_demo")) if is_stranger else response


async def _without_storing(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation != "updateMonitor":
        return await ask(request)
    before = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    response = await ask(request)
    if response.is_success and before.is_success and "tags" in request.values:
        put = request.on_the_side("updateMonitor", monitor_id=request.monitor_id)
        await ask(put.with_body({"tags": before.json["tags"]}))
    return response


STALENESS: tuple[Mutant, ...] = (
    _stale(
        name="list-cached-over-changes",
        wrong="GET /monitors is cached until a monitor is created or deleted.",
        promise=_PATCHED,
        change=_cached(_is_whole_list),
    ),
    _stale(
        name="filtered-list-cached-over-changes",
        wrong="GET /monitors?status= is cached until a monitor is created or deleted.",
        promise=_PATCHED,
        change=_cached(_is_filtered_list),
    ),
    _stale(
        name="monitor-cached-for-readers",
        wrong="GET /monitors/{id} of a read-only key is cached over changes.",
        promise=_PATCHED,
        change=_cached(_is_of_reader),
    ),
    _stale(
        name="late-filter-ignored",
        wrong=f"After {_LATE} requests ?status=down is ignored.",
        promise="GET /monitors?status= filters by status. (Monitors, GET /monitors)",
        change=_late(_without_filter),
    ),
    _stale(
        name="late-page-ignored",
        wrong=f"After {_LATE} requests ?page=2 is the first page again.",
        promise="Lists are paginated with ?page and ?limit (max 100). (Monitors, Logs)",
        change=_late(_without_pages),
    ),
    _stale(
        name="late-unknown-key-accepted",
        wrong=f"After {_LATE} requests an invalid key is no longer refused.",
        promise="401 for a missing, expired, invalid or revoked API key. (Error Codes, 401)",
        change=_late(_without_key),
    ),
    _stale(
        name="late-put-not-stored",
        wrong=f"After {_LATE} requests PUT no longer stores tags.",
        promise=_PATCHED,
        change=_late(_without_storing),
    ),
)
