"""Mutants that accept keys that they should refuse, or refuse valid ones."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from functools import partial

from statuspool_mock.contract.reference import ERROR_CODES, ERROR_MESSAGES
from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import always, on, refusing

_KEYED = "All requests require a Bearer token in the Authorization header. (Introduction)"
_REVOKED = "401 for a missing, expired, invalid or revoked API key. (Error Codes, 401)"
_READ_ONLY = "403 when a read-only key attempts a POST, PUT or DELETE. (Error Codes, 403)"
_key = partial(Mutant, group="authentication")
_role = partial(Mutant, group="roles")


def _without_key(operations: str = "") -> ExchangeChange:
    """Serve requests without a key as those of the last sandbox's full key."""

    def make() -> Handler:
        last = "sp_test_demo"

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            nonlocal last
            chosen = not operations or request.operation in operations.split()
            if chosen and not request.header("authorization"):
                return await ask(request.with_key(last))
            response = await ask(request)
            if response.status != 401:
                last = request.key.partition(".")[0]
            return response

        return exchange

    return ExchangeChange(make)


def _rereading(key_of: Callable[[str], str]) -> ExchangeChange:
    """Read the key differently from an Authorization header; an empty one changes nothing."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        key = key_of(request.header("authorization"))
        return await ask(request.with_key(key) if key else request)

    return always(exchange)


def _unrevoked(header: str) -> str:
    key = header.partition(" ")[2]
    return key.removesuffix(".revoked") if key.endswith(".revoked") else ""


def _of_any_scheme(header: str) -> str:
    scheme, _, text = header.partition(" ")
    if scheme.lower() in {"", "bearer"}:
        return ""
    try:
        user, _, password = b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return text
    return user or password


def _bare(header: str) -> str:
    return "" if " " in header else header


async def _demo_for_strangers(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    known = request.key.endswith((".revoked", ".expired"))
    if response.status == 401 and request.key and not known:
        return await ask(request.with_key("sp_test_demo"))
    return response


def _promoted(operation: str) -> ExchangeChange:
    """Allow read-only keys one write."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        return await ask(request.with_key(request.key.removesuffix(".ro")))

    return on(operation, exchange)


async def _closed_to_readers(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success and request.key.endswith(".ro"):
        body = {"error": "FORBIDDEN", "message": "Insufficient permissions for this resource"}
        return response.with_json(body).with_status(403)
    return response


async def _reader_is_unknown(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 403 and request.key.endswith(".ro") and request.method != "GET":
        body = {"error": ERROR_CODES[401], "message": ERROR_MESSAGES[401]}
        return response.with_json(body).with_status(401)
    return response


def _as_forbidden(response: MutantResponse) -> MutantResponse:
    return response.with_json({"error": "FORBIDDEN", "message": "Access denied"}).with_status(403)


_WRITES = (
    ("read-only-key-creates-monitors", "createMonitor", "create monitors"),
    ("read-only-key-updates-monitors", "updateMonitor", "change monitors"),
    ("read-only-key-deletes-monitors", "deleteMonitor", "delete monitors"),
    ("read-only-key-records-incidents", "createIncident", "record incidents"),
    ("read-only-key-registers-webhooks", "createWebhook", "register webhooks"),
)

AUTHENTICATION: tuple[Mutant, ...] = (
    _key(
        name="key-not-needed",
        wrong="Requests without an Authorization header are served.",
        promise=_KEYED,
        change=_without_key(),
    ),
    _key(
        name="status-needs-no-key",
        wrong="GET /monitors/{id}/status is public, as a dashboard widget would like it.",
        promise=_KEYED,
        change=_without_key("getMonitorStatus"),
    ),
    _key(
        name="incidents-need-no-key",
        wrong="GET /incidents is public, as a status page would like it.",
        promise=_KEYED,
        change=_without_key("listIncidents"),
    ),
    _key(
        name="unknown-key-accepted",
        wrong="Any key is accepted, even one that was never issued.",
        promise=_REVOKED,
        change=always(_demo_for_strangers),
    ),
    _key(
        name="revoked-key-accepted",
        wrong="A revoked key keeps working.",
        promise=_REVOKED,
        change=_rereading(_unrevoked),
    ),
    _key(
        name="scheme-not-checked",
        wrong="The key is accepted with any scheme: Basic, Token, ApiKey.",
        promise=_KEYED,
        change=_rereading(_of_any_scheme),
    ),
    _key(
        name="bare-key-accepted",
        wrong="The key is accepted without the word Bearer before it.",
        promise=_KEYED,
        change=_rereading(_bare),
    ),
    _key(
        name="unauthorized-as-403",
        wrong="A missing or unknown key is a 403 FORBIDDEN.",
        promise=_REVOKED,
        change=refusing(401, _as_forbidden),
    ),
    _key(
        name="unauthorized-in-plain-text",
        wrong="A 401 is the gateway's own: plain text instead of JSON.",
        promise="All error responses include a JSON body with error and message. (Error Codes)",
        change=refusing(
            401, lambda response: response.with_content(b"Unauthorized\n", "text/plain")
        ),
    ),
    *(
        _role(
            name=name,
            wrong=f"A read-only key can {what}.",
            promise=_READ_ONLY,
            change=_promoted(operation),
        )
        for name, operation, what in _WRITES
    ),
    _role(
        name="read-only-key-cannot-read-logs",
        wrong="A read-only key gets a 403 for GET /monitors/{id}/logs.",
        promise="A read-only key is refused POST, PUT and DELETE only. (Error Codes, 403)",
        change=on("listMonitorLogs", _closed_to_readers),
    ),
    _role(
        name="read-only-key-reads-nothing",
        wrong="A read-only key gets a 403 for every GET.",
        promise="A read-only key is refused POST, PUT and DELETE only. (Error Codes, 403)",
        change=always(_closed_to_readers),
    ),
    _role(
        name="read-only-key-refused-as-401",
        wrong="A write with a read-only key is a 401.",
        promise=_READ_ONLY,
        change=always(_reader_is_unknown),
    ),
)
