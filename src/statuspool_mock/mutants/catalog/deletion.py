"""Mutants that delete too little, too much or not at all."""

from functools import partial
from typing import Any

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import deleting, has_malformed_id, on

_DELETED = "DELETE permanently removes a monitor and all its check logs. (DELETE /monitors/{id})"
_delete = partial(Mutant, group="delete")


async def _deletion_pretended(request: MutantRequest, ask: CallServer) -> MutantResponse:
    there = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    if not there.is_success or request.key.endswith(".ro"):
        return await ask(request)
    return there.with_status(204).with_header("content-type", None)


async def _deletion_confirmed(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    return (
        response.with_json({"deleted": True}).with_status(200) if response.is_success else response
    )


async def _deletion_of_nothing(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    return (
        response.with_status(204).with_header("content-type", None)
        if response.status == 404
        else response
    )


async def _neighbour_deleted_too(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    last = await ask(request.on_the_side("listMonitors", limit="1"))
    page = str(last.json["total_pages"])
    newest = await ask(request.on_the_side("listMonitors", limit="1", page=page))
    for monitor in newest.json["results"]:
        await ask(request.on_the_side("deleteMonitor", monitor_id=monitor["id"]))
    return response


async def _namesakes_deleted_too(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response, deleted = await deleting(request, ask)
    if deleted is None:
        return response
    listed = await ask(request.on_the_side("listMonitors", limit="100"))
    for monitor in listed.json["results"]:
        if monitor["name"] == deleted["name"]:
            await ask(request.on_the_side("deleteMonitor", monitor_id=monitor["id"]))
    return response


async def _malformed_deleted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status != 404 or not has_malformed_id(request):
        return response
    return response.with_status(204).with_header("content-type", None)


def _outliving(operation: str) -> ExchangeChange:
    """Repeat the last response about a monitor after it was deleted."""

    def make() -> Handler:
        kept: dict[str, MutantResponse] = {}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            if request.operation == "deleteMonitor":
                last = await ask(request.on_the_side(operation, monitor_id=request.monitor_id))
                response = await ask(request)
                if response.is_success:
                    kept[request.monitor_id] = last
                return response
            response = await ask(request)
            asked = request.operation == operation and response.status == 404
            return kept.get(request.monitor_id, response) if asked else response

        return exchange

    return ExchangeChange(make)


def _log_lost_at_a_change() -> Handler:
    changed: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation == "updateMonitor" and response.is_success:
            changed.add(request.monitor_id)
        is_lost = request.operation == "listMonitorLogs" and request.monitor_id in changed
        if not is_lost or not response.is_success:
            return response
        return response.with_json({**response.json, "results": [], "total_pages": 0})

    return exchange


def _deleted_still_listed() -> Handler:
    kept: dict[str, list[Json]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        team = request.key.removesuffix(".ro")
        if request.operation == "deleteMonitor":
            response, deleted = await deleting(request, ask)
            if deleted is not None:
                kept.setdefault(team, []).append(deleted)
            return response
        response = await ask(request)
        if request.operation != "listMonitors" or not response.is_success or team not in kept:
            return response
        body: Any = response.json
        if body["page"] != max(body["total_pages"], 1):
            return response
        return response.with_json({**body, "results": [*body["results"], *kept[team]]})

    return exchange


def _deleted_still_updatable() -> Handler:
    kept: dict[str, Json] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation == "deleteMonitor":
            response, deleted = await deleting(request, ask)
            if deleted is not None:
                kept[request.monitor_id] = deleted
            return response
        response = await ask(request)
        if request.operation == "updateMonitor" and response.status == 404:
            old = kept.get(request.monitor_id)
            return (
                response
                if old is None
                else response.with_json(old | request.values).with_status(200)
            )
        return response

    return exchange


DELETION: tuple[Mutant, ...] = (
    _delete(
        name="malformed-id-deleted",
        wrong="DELETE of an id that is not a UUID is a 204.",
        promise="404 if the monitor does not exist. (Error Codes, 404)",
        change=on("deleteMonitor", _malformed_deleted),
    ),
    _delete(
        name="log-lost-with-a-put",
        wrong="PUT deletes the log of the monitor.",
        promise=_DELETED,
        change=ExchangeChange(_log_lost_at_a_change),
    ),
    _delete(
        name="delete-keeps-monitor",
        wrong="DELETE responds with 204 and deletes nothing.",
        promise=_DELETED,
        change=on("deleteMonitor", _deletion_pretended),
    ),
    _delete(
        name="delete-answers-200",
        wrong='DELETE responds with 200 and {"deleted": true}.',
        promise="DELETE returns 204 No Content on success. (Monitors, DELETE /monitors/{id})",
        change=on("deleteMonitor", _deletion_confirmed),
    ),
    _delete(
        name="delete-of-nothing-succeeds",
        wrong="DELETE of an unknown or deleted monitor responds with 204.",
        promise="404 if the monitor does not exist or has been deleted. (Error Codes, 404)",
        change=on("deleteMonitor", _deletion_of_nothing),
    ),
    _delete(
        name="delete-takes-another-monitor",
        wrong="DELETE also deletes the newest of the other monitors.",
        promise="DELETE removes one monitor. (Monitors, DELETE /monitors/{id})",
        change=on("deleteMonitor", _neighbour_deleted_too),
    ),
    _delete(
        name="delete-takes-the-same-name",
        wrong="DELETE also deletes the other monitors of the same name.",
        promise="DELETE removes one monitor. (Monitors, DELETE /monitors/{id})",
        change=on("deleteMonitor", _namesakes_deleted_too),
    ),
    _delete(
        name="deleted-monitor-still-listed",
        wrong="A deleted monitor is a 404 but stays in the list.",
        promise=_DELETED,
        change=ExchangeChange(_deleted_still_listed),
    ),
    _delete(
        name="deleted-monitor-still-updatable",
        wrong="PUT to a deleted monitor responds with 200.",
        promise=_DELETED,
        change=ExchangeChange(_deleted_still_updatable),
    ),
    _delete(
        name="logs-outlive-their-monitor",
        wrong="The log of a deleted monitor can still be read.",
        promise=_DELETED,
        change=_outliving("listMonitorLogs"),
    ),
    _delete(
        name="status-outlives-its-monitor",
        wrong="The status of a deleted monitor can still be read from a cache.",
        promise=_DELETED,
        change=_outliving("getMonitorStatus"),
    ),
)
