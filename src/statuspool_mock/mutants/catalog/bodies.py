"""Mutants that take a body, a content type or a time in another way than it is meant."""

import re
from functools import partial

from statuspool_mock.mutants.exchange import (
    CallServer,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on, requesting

_BODY = "400 if the body is malformed or has invalid values. (Error Codes, 400)"
_FROM = "?from and ?to are ISO 8601 timestamps. (Logs, GET /monitors/{id}/logs)"
_WRITES = "createMonitor updateMonitor"
_value = partial(Mutant, group="values")


def _without_fraction(request: MutantRequest) -> MutantRequest:
    texts = {
        name: re.sub(r"\.\d+", "", request.parameters[name])
        for name in ("from", "to")
        if name in request.parameters
    }
    return request.with_query(**{f"{name}_": text for name, text in texts.items()})


async def _charset_refused(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 401 or "charset" not in request.header("content-type"):
        return response
    body = {"error": "INVALID_REQUEST", "message": "Content-Type must be application/json"}
    return response.with_json(body).with_status(415)


def _taking_as_object(operation: str, raw: bytes) -> ExchangeChange:
    """Take a body that is no object for one without fields; where that is refused, fail."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.body.strip() != raw:
            return await ask(request)
        response = await ask(request.with_body({}))
        if response.status != 400:
            return response
        body = {"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}
        return response.with_json(body).with_status(500)

    return on(operation, exchange)


def _failing(operations: str, marks: tuple[bytes, ...]) -> ExchangeChange:
    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status == 401 or not any(mark in request.body for mark in marks):
            return response
        body = {"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}
        return response.with_json(body).with_status(500)

    return on(operations, exchange)


BODIES: tuple[Mutant, ...] = (
    _value(
        name="fractions-of-a-second-ignored",
        wrong="?from and ?to are cut to whole seconds.",
        promise=_FROM,
        change=requesting("listMonitorLogs", _without_fraction),
    ),
    _value(
        name="charset-refused",
        wrong="The content type application/json; charset=utf-8 is a 415.",
        promise="Each endpoint supports JSON request bodies. (Endpoint List)",
        change=on("createMonitor updateMonitor createIncident createWebhook", _charset_refused),
    ),
    _value(
        name="null-body-of-put-accepted",
        wrong="PUT with the body null is a 200.",
        promise=_BODY,
        change=_taking_as_object("updateMonitor", b"null"),
    ),
    _value(
        name="null-incident-crashes",
        wrong="POST /incidents with the body null is a 500.",
        promise=_BODY,
        change=_taking_as_object("createIncident", b"null"),
    ),
    _value(
        name="empty-put-accepted",
        wrong="PUT without a body is a 200.",
        promise=_BODY,
        change=_taking_as_object("updateMonitor", b""),
    ),
    _value(
        name="empty-incident-crashes",
        wrong="POST /incidents without a body is a 500.",
        promise=_BODY,
        change=_taking_as_object("createIncident", b""),
    ),
    _value(
        name="empty-webhook-crashes",
        wrong="POST /webhooks without a body is a 500.",
        promise=_BODY,
        change=_taking_as_object("createWebhook", b""),
    ),
    _value(
        name="infinity-crashes",
        wrong="Infinity, NaN or 1e999 in a body is a 500.",
        promise=_BODY,
        change=_failing(_WRITES, (b"Infinity", b"NaN", b"1e999")),
    ),
    _value(
        name="half-a-surrogate-pair-crashes",
        wrong="Half of a surrogate pair in a name is a 500.",
        promise=_BODY,
        change=_failing(_WRITES, (b"\\ud83d",)),
    ),
    _value(
        name="deep-nesting-crashes",
        wrong="Arrays that are nested deeply are a 500.",
        promise=_BODY,
        change=_failing("createMonitor updateMonitor createIncident createWebhook", (b"[" * 100,)),
    ),
)
