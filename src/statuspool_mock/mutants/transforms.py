"""The changes of requests and responses that most mutants are made of."""

from asyncio import sleep
from collections.abc import Callable
from typing import Any
from uuid import UUID

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, SchemaEdit, ValidationChange

_MOMENT_SECONDS = 0.02
Rewrite = Callable[[Json], Json]
_MONITORS = ("listMonitors", "createMonitor", "getMonitor", "updateMonitor")
_INCIDENTS = ("listIncidents", "createIncident")
_WEBHOOKS = ("listWebhooks", "createWebhook")


def always(exchange: Handler) -> ExchangeChange:
    """Return the change of a function without state."""
    return ExchangeChange(lambda: exchange)


def on(operations: str, exchange: Handler) -> ExchangeChange:
    """Return a change to some operations only, named with spaces between."""
    names = operations.split()

    async def chosen(request: MutantRequest, ask: CallServer) -> MutantResponse:
        return await (exchange(request, ask) if request.operation in names else ask(request))

    return always(chosen)


def requesting(operations: str, change: Callable[[MutantRequest], MutantRequest]) -> ExchangeChange:
    """Change the request."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        return await ask(change(request))

    return on(operations, exchange)


def sending(operations: str, change: Callable[[Json], Json]) -> ExchangeChange:
    """Change the fields of a JSON object that is sent; other bodies pass unchanged."""

    def changed(request: MutantRequest) -> MutantRequest:
        if not isinstance(request.json, dict):
            return request
        values = change(dict(request.json))
        return request if values == request.json else request.with_body(values)

    return requesting(operations, changed)


def validating(operations: tuple[str, ...], where: str, **keywords: Any) -> ValidationChange:
    """Validate one field of some operations by other keywords."""
    return ValidationChange(
        tuple(SchemaEdit(operation, where, keywords) for operation in operations)
    )


def filled(operation: str, **stand_ins: Any) -> ExchangeChange:
    """Fill in fields that were not sent."""
    return sending(operation, lambda values: {**stand_ins, **values})


def responding(operations: str, change: Callable[[Any], Any]) -> ExchangeChange:
    """Change the JSON of successful responses."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if not response.is_success or response.json is None:
            return response
        return response.with_json(change(response.json))

    return on(operations, exchange)


def refusing(status: int, change: Callable[[MutantResponse], MutantResponse]) -> ExchangeChange:
    """Change responses with one status."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        return change(response) if response.status == status else response

    return always(exchange)


def each(change: Rewrite) -> Callable[[Json], Json]:
    """Return the change of every item of a list, or of a single object."""

    def changed(body: Json) -> Json:
        if "results" in body:
            return {**body, "results": [change(item) for item in body["results"]]}
        return change(body)

    return changed


def monitors(change: Rewrite) -> ExchangeChange:
    """Change every monitor in responses."""
    return responding(" ".join(_MONITORS), each(change))


def rows(change: Rewrite) -> ExchangeChange:
    """Change every row of a log."""
    return responding("listMonitorLogs", each(change))


def incidents(change: Rewrite) -> ExchangeChange:
    """Change every incident in responses."""
    return responding(" ".join(_INCIDENTS), each(change))


def webhooks(change: Rewrite) -> ExchangeChange:
    """Change every webhook in responses."""
    return responding(" ".join(_WEBHOOKS), each(change))


def status(change: Rewrite) -> ExchangeChange:
    """Change the response of /status."""
    return responding("getMonitorStatus", change)


def without(*names: str) -> Rewrite:
    """Return the change that removes fields."""
    return lambda thing: {name: value for name, value in thing.items() if name not in names}


def mapped(name: str, change: Callable[[Any], Any]) -> Rewrite:
    """Return the change of a field if it is present."""
    return lambda thing: {**thing, name: change(thing[name])} if name in thing else thing


def present(name: str, change: Callable[[Any], Any]) -> Rewrite:
    """Return the change of a field if it is present and not null."""
    return mapped(name, lambda value: None if value is None else change(value))


async def moment() -> None:
    """Wait as long as a database takes, so that other requests are served meanwhile."""
    await sleep(_MOMENT_SECONDS)


def has_malformed_id(request: MutantRequest) -> bool:
    """Whether the id in the path is not a UUID."""
    try:
        UUID(request.monitor_id)
    except ValueError:
        return True
    return False


def crashed(response: MutantResponse) -> MutantResponse:
    """Return a 500 in place of a response."""
    body = {"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}
    return response.with_status(500).with_json(body)


async def deleting(request: MutantRequest, ask: CallServer) -> tuple[MutantResponse, Json | None]:
    """Delete a monitor. Return the response and, if it is gone, the monitor as lists showed it."""
    last = await ask(request.on_the_side("getMonitor", monitor_id=request.monitor_id))
    response = await ask(request)
    return response, without("sla_30d")(last.json) if response.is_success else None
