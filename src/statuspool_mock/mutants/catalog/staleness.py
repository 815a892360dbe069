"""Mutants that show what was true before, or that begin to fail late in a session."""

from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on

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


async def _with_etag(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response, etag = await ask(request), f'"{request.monitor_id}"'
    if response.is_success and request.header("if-none-match") == etag:
        response = response.with_status(304).with_content(b"", "application/json")
    return response.with_header("etag", etag)


async def _without_filter(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation == "listMonitors" and request.parameters.get("status") == "down":
        return await ask(request.with_query(status=None))
    return await ask(request)


async def _without_from(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation == "listMonitorLogs" and "from" in request.parameters:
        return await ask(request.with_query(from_=None, to=None))
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


async def _for_all_roles(request: MutantRequest, ask: CallServer) -> MutantResponse:
    return await ask(request.with_key(request.key.removesuffix(".ro")))


async def _for_all_teams(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    is_others = response.status == 403 and request.method == "GET"
    return await ask(request.with_key(f"{request.key}.rival")) if is_others else response


async def _with_any_interval(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.values.get("interval_seconds") == 31:
        return await ask(request.with_body({**request.values, "interval_seconds": 30}))
    return await ask(request)


async def _without_newest(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    is_whole = request.operation == "listMonitors" and request.parameters.get("limit") == "100"
    if not is_whole or not response.is_success or "status" in request.parameters:
        return response
    return response.with_json({**response.json, "results": response.json["results"][:-1]})


async def _without_emptying(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.operation == "updateMonitor" and request.values.get("tags") == []:
        return await ask(request.with_body({n: v for n, v in request.values.items() if v != []}))
    return await ask(request)


async def _uptime_as_fraction(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if request.operation != "getMonitorStatus" or not response.is_success:
        return response
    uptime = response.json["uptime_30d"]
    return response.with_json({**response.json, "uptime_30d": uptime / 100})


def _shares_tags_of_all() -> Handler:
    """Show the tags that were set first on every monitor that was created without tags."""
    default: dict[str, list[str]] = {}
    created: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if not response.is_success:
            return response
        if request.operation == "createMonitor" and not request.values.get("tags"):
            created.add(response.json["id"])
        tags = request.values.get("tags")
        if request.operation == "updateMonitor" and tags:
            default.setdefault(request.key, tags)
            created.discard(request.monitor_id)
        is_shared = request.operation == "getMonitor" and request.monitor_id in created
        if not is_shared or request.key not in default:
            return response
        return response.with_json({**response.json, "tags": default[request.key]})

    return exchange


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
        name="late-range-ignored",
        wrong=f"After {_LATE} requests ?from and ?to are ignored.",
        promise="?from and ?to filter by time. (Logs, GET /monitors/{id}/logs)",
        change=_late(_without_from),
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
    _stale(
        name="late-tags-not-emptied",
        wrong=f"After {_LATE} requests PUT ignores an empty list of tags.",
        promise=_PATCHED,
        change=_late(_without_emptying),
    ),
    _stale(
        name="late-uptime-as-fraction",
        wrong=f"After {_LATE} requests uptime_30d of /status is 0.99972.",
        promise="uptime_30d is a percentage, such as 99.972. (Status)",
        change=_late(_uptime_as_fraction),
    ),
    _stale(
        name="late-read-only-key-writes",
        wrong=f"After {_LATE} requests a read-only key may write.",
        promise="403 when a read-only key attempts a POST, PUT or DELETE. (Error Codes, 403)",
        change=_late(_for_all_roles),
    ),
    _stale(
        name="late-others-readable",
        wrong=f"After {_LATE} requests another team's monitors can be read.",
        promise="403 when accessing a monitor owned by another team. (Error Codes, 403)",
        change=_late(_for_all_teams),
    ),
    _stale(
        name="late-interval-not-checked",
        wrong=f"After {_LATE} requests interval_seconds: 31 is accepted.",
        promise="interval_seconds is 30, 60, 120 or 300. (Monitors, POST /monitors)",
        change=_late(_with_any_interval),
    ),
    _stale(
        name="late-list-without-newest",
        wrong=f"After {_LATE} requests GET /monitors lacks the newest monitor.",
        promise="GET /monitors lists all monitors of the team. (Monitors, GET /monitors)",
        change=_late(_without_newest),
    ),
    _stale(
        name="first-tags-on-all",
        wrong="All monitors without tags share one list, the existing ones too.",
        promise=_PATCHED,
        change=ExchangeChange(_shares_tags_of_all),
    ),
    _stale(
        name="etag-is-the-id",
        wrong="The ETag of a monitor is its id: a client that sends it back never sees a change.",
        promise="GET /monitors/{id} returns configuration, current status, … (Monitors)",
        change=on("getMonitor", _with_etag),
    ),
)
