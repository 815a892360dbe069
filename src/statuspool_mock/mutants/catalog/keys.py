"""Mutants that accept what is nearly a key, or a revoked one on some routes."""

from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, Handler, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on

_KEYED = "All requests require a Bearer token in the Authorization header. (Introduction)"
_REVOKED = "401 for a missing, expired, invalid or revoked API key. (Error Codes, 401)"
_READ_ONLY = "403 when a read-only key attempts a POST, PUT or DELETE. (Error Codes, 403)"
_key = partial(Mutant, group="keys")

Likeness = Callable[[str, str], bool]
"""Whether the value of Authorization is taken for a known key."""


def _taking(is_like: Likeness) -> ExchangeChange:
    """Take a refused or unknown key for a known one that it is like."""

    def make() -> Handler:
        known: dict[str, None] = {}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            header = request.header("authorization")
            like = [key for key in known if key != request.key and is_like(header, key)]
            if like and request.key not in known:
                return await ask(request.with_key(like[0]))
            response = await ask(request)
            if response.status != 401 and request.key:
                known[request.key] = None
            return response

        return exchange

    return ExchangeChange(make)


def _is_longer(header: str, key: str) -> bool:
    return header.startswith(f"Bearer {key}") and not header[len(key) + 7 :].startswith(".")


def _is_shorter(header: str, key: str) -> bool:
    token = header.removeprefix("Bearer ")
    return len(token) > 8 and key.startswith(token) and "." not in key.removeprefix(token)


def _differs_in_case(header: str, key: str) -> bool:
    return header.removeprefix("Bearer ").lower() == key.lower()


def _is_behind_a_word(header: str, key: str) -> bool:
    return header.lower().startswith("bearer") and header.endswith(f" {key}")


def _is_glued(header: str, key: str) -> bool:
    return header == f"Bearer{key}"


async def _revoked_as_valid(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.key.endswith(".revoked"):
        return await ask(request.with_key(request.key.removesuffix(".revoked")))
    return await ask(request)


def _unknown_as_the_last() -> Handler:
    """Take an unknown key for the one that was used last."""
    known: list[str] = []

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status != 401 and request.key:
            known[:] = [request.key]
        is_unknown = response.status == 401 and request.key and known
        if request.operation == "listMonitorLogs" and is_unknown and known[0] not in request.key:
            return await ask(request.with_key(known[0]))
        return response

    return exchange


async def _empty_put_for_readers(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.key.endswith(".ro") and request.json == {}:
        return await ask(request.with_key(request.key.removesuffix(".ro")))
    return await ask(request)


async def _nothing_for_readers(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success and request.key.endswith(".ro"):
        return response.with_json({**response.json, "results": [], "total_pages": 0})
    return response


def _without(*names: str) -> Handler:
    """Ignore parameters of requests with a read-only key."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if not request.key.endswith(".ro"):
            return await ask(request)
        return await ask(request.with_query(**dict.fromkeys(names)))

    return exchange


KEYS: tuple[Mutant, ...] = (
    *(
        _key(name=name, wrong=wrong, promise=_KEYED, change=_taking(is_like))
        for name, wrong, is_like in (
            ("longer-key-accepted", "A key is compared up to its own length only.", _is_longer),
            ("shorter-key-accepted", "The beginning of a key is as good as the key.", _is_shorter),
            (
                "key-in-other-case-accepted",
                "The case of a key's letters is ignored.",
                _differs_in_case,
            ),
            (
                "any-word-like-bearer",
                "Any word that begins with Bearer is the scheme.",
                _is_behind_a_word,
            ),
            (
                "bearer-without-space",
                "The word Bearer is cut off, with or without a space.",
                _is_glued,
            ),
        )
    ),
    *(
        _key(
            name=f"revoked-key-{what}",
            wrong=f"A revoked key is still accepted by {route}.",
            promise=_REVOKED,
            change=on(operation, _revoked_as_valid),
        )
        for what, operation, route in (
            ("reads-status", "getMonitorStatus", "GET /monitors/{id}/status"),
            ("reads-logs", "listMonitorLogs", "GET /monitors/{id}/logs"),
            ("reads-webhooks", "listWebhooks", "GET /webhooks"),
            ("deletes", "deleteMonitor", "DELETE /monitors/{id}"),
            ("updates", "updateMonitor", "PUT /monitors/{id}"),
            ("records-incidents", "createIncident", "POST /incidents"),
        )
    ),
    _key(
        name="unknown-key-reads-logs",
        wrong="GET /monitors/{id}/logs accepts a key that was never issued.",
        promise=_KEYED,
        change=ExchangeChange(_unknown_as_the_last),
    ),
    _key(
        name="read-only-key-updates-nothing",
        wrong="A PUT without fields is a 200 to a read-only key: nothing is written.",
        promise=_READ_ONLY,
        change=on("updateMonitor", _empty_put_for_readers),
    ),
    _key(
        name="read-only-key-sees-no-monitors",
        wrong="GET /monitors lists what the key created: nothing to a read-only key.",
        promise="GET /monitors lists all monitors of the authenticated team. (GET /monitors)",
        change=on("listMonitors", _nothing_for_readers),
    ),
    _key(
        name="read-only-key-reads-first-page-of-logs",
        wrong="?page of a log is ignored where the key is a read-only one.",
        promise="Paginated results with ?page and ?limit. (Logs, GET /monitors/{id}/logs)",
        change=on("listMonitorLogs", _without("page")),
    ),
    _key(
        name="read-only-key-reads-all-incidents",
        wrong="The filters of incidents are ignored where the key is a read-only one.",
        promise="?monitor_id and ?resolved=true|false filter. (Incidents, GET /incidents)",
        change=on("listIncidents", _without("monitor_id", "resolved")),
    ),
)
