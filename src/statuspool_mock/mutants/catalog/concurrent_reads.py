"""Mutants whose reads go wrong only while other requests are served."""

from collections import Counter
from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import crashed, moment, on

_WRITE_OPERATIONS = ("createMonitor", "updateMonitor", "deleteMonitor")
_CREATED = "POST /monitors creates a monitor. (Monitors, POST /monitors)"
_LISTED = "GET /monitors lists all monitors of the team. (Monitors, GET /monitors)"
_CRASHED = "500 is for unexpected errors of the server. (Error Codes, 500)"
_race = partial(Mutant, group="concurrency")


def _list_crashing() -> Handler:
    writes = 0

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal writes
        before = writes
        response = await ask(request)
        if request.operation in _WRITE_OPERATIONS and response.is_success:
            writes += 1
        if request.operation != "listMonitors" or not response.is_success:
            return response
        await moment()
        return response if writes == before else crashed(response)

    return exchange


def _row_replaced() -> Handler:
    replaced: Counter[str] = Counter()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation == "updateMonitor":
            replaced[request.monitor_id] += 1
            try:
                await moment()
                return await ask(request)
            finally:
                replaced[request.monitor_id] -= 1
        response = await ask(request)
        if request.operation != "listMonitors" or not response.is_success:
            return response
        shown = [item for item in response.json["results"] if not replaced[item["id"]]]
        return response.with_json({**response.json, "results": shown})

    return exchange


def _in_two_steps() -> Handler:
    unfinished: set[str] = set()

    def as_stored(item: Json) -> Json:
        return {**item, "tags": []} if item["id"] in unfinished else item

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation == "createMonitor" and response.is_success:
            unfinished.add(response.json["id"])
            await moment()
            unfinished.discard(response.json["id"])
        if request.operation != "listMonitors" or not response.is_success:
            return response
        return response.with_json(
            {**response.json, "results": [as_stored(item) for item in response.json["results"]]}
        )

    return exchange


async def _read_twice(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    await moment()
    again = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    return response if again.is_success else crashed(response)


def _one_current_key() -> Handler:
    current = ""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal current
        if request.key:
            current = request.key
        await moment()
        return await ask(request.with_key(current) if request.key else request)

    return exchange


def _one_request_id() -> Handler:
    newest = ""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal newest
        response = await ask(request)
        newest = dict(response.headers)["x-request-id"]
        await moment()
        return response.with_header("x-request-id", newest)

    return exchange


CONCURRENT_READS: tuple[Mutant, ...] = (
    _race(
        name="list-crashes-during-writes",
        wrong="GET /monitors is a 500 where a monitor is written meanwhile.",
        promise=_CRASHED,
        change=ExchangeChange(_list_crashing),
    ),
    _race(
        name="list-omits-what-is-changed",
        wrong="PUT deletes a row and inserts it again: in between, the list does not have it.",
        promise=_LISTED,
        change=ExchangeChange(_row_replaced),
    ),
    _race(
        name="list-shows-half-a-monitor",
        wrong="POST stores a monitor in two steps: in between, the list shows it without tags.",
        promise=_CREATED,
        change=ExchangeChange(_in_two_steps),
    ),
    _race(
        name="read-beside-delete-crashes",
        wrong="GET /monitors/{id} is a 500 where the monitor is deleted meanwhile.",
        promise=_CRASHED,
        change=on("getMonitor", _read_twice),
    ),
    _race(
        name="parallel-teams-mixed-up",
        wrong="The key is in a global variable: a request is served as the newest one's team.",
        promise="A key gives access to its own team. (Introduction; Error Codes, 403)",
        change=ExchangeChange(_one_current_key),
    ),
    _race(
        name="parallel-requests-share-an-id",
        wrong="The request id is in a global variable: responses have the newest request's.",
        promise="A request id identifies a request to support. (Error Codes, 500)",
        change=ExchangeChange(_one_request_id),
    ),
)
