"""Mutants whose writes go wrong only while other requests are served.

Each has a moment between reading and writing, as servers with a database do.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import crashed, moment, on

_WRITE_OPERATIONS = ("createMonitor", "updateMonitor", "deleteMonitor")
_FIELDS = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")
_PATCHED = "PUT changes only the provided fields. (Monitors, PUT /monitors/{id})"
_CREATED = "POST /monitors creates a monitor. (Monitors, POST /monitors)"
_DELETED = "DELETE removes a monitor permanently. (Monitors, DELETE /monitors/{id})"
_GONE = "A monitor that has been deleted is a 404. (Error Codes, 404)"
_CRASHED = "500 is for unexpected errors of the server. (Error Codes, 500)"
_race = partial(Mutant, group="concurrency")


async def _all_fields_written(request: MutantRequest, ask: CallServer) -> MutantResponse:
    row = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    if not row.is_success or not isinstance(request.json, dict):
        return await ask(request)
    await moment()
    read = {name: row.json[name] for name in _FIELDS}
    return await ask(request.with_body({**read, **request.values}))


def _newest_returned() -> Handler:
    newest: dict[str, MutantResponse] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation != "createMonitor" or not response.is_success:
            return response
        newest[request.key] = response
        await moment()
        return newest[request.key]

    return exchange


def _overwritten() -> Handler:
    stored: dict[str, list[str]] = defaultdict(list)

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation != "createMonitor":
            return await ask(request)
        read = len(stored[request.key])
        await moment()
        response = await ask(request)
        if response.is_success:
            for lost in stored[request.key][read:]:
                await ask(request.on_the_side("deleteMonitor", monitor_id=lost))
            stored[request.key].append(response.json["id"])
        return response

    return exchange


def _numbered_by_counting() -> Handler:
    created: Counter[str] = Counter()
    ids: dict[tuple[str, int], str] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation != "createMonitor":
            return await ask(request)
        number = created[request.key]
        await moment()
        response = await ask(request)
        if not response.is_success:
            return response
        created[request.key] += 1
        shown = ids.setdefault((request.key, number), response.json["id"])
        return response.with_json({**response.json, "id": shown})

    return exchange


def _one_write_at_a_time() -> Handler:
    writing = False

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        nonlocal writing
        if request.operation not in _WRITE_OPERATIONS:
            return await ask(request)
        if writing:
            listed = await ask(request.on_the_side("listMonitors"))
            return crashed(listed) if listed.is_success else await ask(request)
        writing = True
        try:
            await moment()
            return await ask(request)
        finally:
            writing = False

    return exchange


def _brought_back() -> Handler:
    kept: dict[str, MutantResponse] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        at = request.monitor_id
        row = await ask(request.on_the_side("getMonitor", monitor_id=at)) if at else None
        if request.operation == "updateMonitor":
            await moment()
        response = await ask(request)
        if response.status != 404 or row is None:
            return response
        if request.operation == "updateMonitor" and row.is_success:
            kept[at] = row.with_json({**row.json, **request.values})
        if request.operation == "deleteMonitor" and at in kept:
            return kept.pop(at).with_status(204)
        return kept.get(at, response)

    return exchange


def _second_delete(change: Callable[[MutantResponse], MutantResponse]) -> ExchangeChange:
    """Change the response to a DELETE of what was there when the request came."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        row = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
        await moment()
        response = await ask(request)
        return change(response) if row.is_success and response.status == 404 else response

    return on("deleteMonitor", exchange)


def _last_one_listed(create: str, listing: str) -> ExchangeChange:
    """Omit from a list what was created while something else was."""

    def make() -> Handler:
        stored: dict[str, list[str]] = defaultdict(list)
        lost: dict[str, set[str]] = defaultdict(set)

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            read = len(stored[request.key])
            if request.operation == create:
                await moment()
            response = await ask(request)
            if not response.is_success:
                return response
            if request.operation == create:
                lost[request.key].update(stored[request.key][read:])
                stored[request.key].append(response.json["id"])
            if request.operation == listing:
                shown = [i for i in response.json["results"] if i["id"] not in lost[request.key]]
                return response.with_json({**response.json, "results": shown})
            return response

        return exchange

    return ExchangeChange(make)


CONCURRENT_WRITES: tuple[Mutant, ...] = (
    _race(
        name="parallel-changes-lost",
        wrong="PUT reads a monitor and writes all of its fields: a change in between is lost.",
        promise=_PATCHED,
        change=on("updateMonitor", _all_fields_written),
    ),
    _race(
        name="parallel-posts-return-the-newest",
        wrong="POST responds with the newest monitor, which another POST may have created.",
        promise=_CREATED,
        change=ExchangeChange(_newest_returned),
    ),
    _race(
        name="parallel-posts-overwrite",
        wrong="POST stores the monitors that it read before: others of that moment are lost.",
        promise=_CREATED,
        change=ExchangeChange(_overwritten),
    ),
    _race(
        name="parallel-posts-share-an-id",
        wrong="The id of a new monitor depends on how many there are: two can get the same.",
        promise="A monitor has a UUID of its own. (Monitors, GET /monitors/{id})",
        change=ExchangeChange(_numbered_by_counting),
    ),
    _race(
        name="parallel-writes-crash",
        wrong="A write while another one is under way is a 500: the database is locked.",
        promise=_CRASHED,
        change=ExchangeChange(_one_write_at_a_time),
    ),
    _race(
        name="put-brings-back-deleted",
        wrong="A PUT that began before a DELETE stores the monitor again.",
        promise=_DELETED,
        change=ExchangeChange(_brought_back),
    ),
    _race(
        name="parallel-deletes-both-succeed",
        wrong="Two DELETEs of a monitor at the same time are both a 204.",
        promise=_GONE,
        change=_second_delete(lambda response: response.with_status(204)),
    ),
    _race(
        name="parallel-delete-crashes",
        wrong="The second of two DELETEs of a monitor at the same time is a 500.",
        promise=_CRASHED,
        change=_second_delete(crashed),
    ),
    _race(
        name="parallel-webhooks-overwrite",
        wrong="Of webhooks registered at the same time only the last is kept.",
        promise="GET /webhooks lists all registered webhooks. (Webhooks, GET /webhooks)",
        change=_last_one_listed("createWebhook", "listWebhooks"),
    ),
    _race(
        name="parallel-incidents-overwrite",
        wrong="Of incidents recorded at the same time only the last is kept.",
        promise="GET /incidents lists all incidents of the team's monitors. (Incidents)",
        change=_last_one_listed("createIncident", "listIncidents"),
    ),
)
