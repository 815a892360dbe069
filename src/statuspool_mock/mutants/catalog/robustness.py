"""Mutants that crash on input that they should accept or refuse."""

from collections.abc import Callable
from functools import partial

from statuspool_mock.mutants.exchange import CallServer, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import is_instant
from statuspool_mock.mutants.transforms import has_malformed_id, on

_INVALID = "400 if the body is malformed or has invalid values. (Error Codes, 400)"
_NOT_FOUND = "404 NOT_FOUND if a resource does not exist. (Error Codes, 404)"
_UNEXPECTED = "A 500 is for unexpected errors, not for invalid input. (Error Codes)"
_BODIES = "createMonitor updateMonitor createIncident createWebhook"
_crash = partial(Mutant, group="robustness")


def _broken_down(response: MutantResponse) -> MutantResponse:
    """Return a 500 instead of a response."""
    reference = dict(response.headers).get("x-request-id", "req_00000000")
    message = f"An unexpected error occurred. Reference: {reference}"
    return response.with_json({"error": "INTERNAL_ERROR", "message": message}).with_status(500)


def _broken_down_bare(response: MutantResponse) -> MutantResponse:
    """Return the 500 of a framework without an error handler."""
    return response.with_content(b"Internal Server Error", "text/plain").with_status(500)


def _crashing(
    operations: str,
    provokes: Callable[[MutantRequest], bool],
    break_down: Callable[[MutantResponse], MutantResponse] = _broken_down,
) -> ExchangeChange:
    """Respond with 500 to some requests; an invalid key is still refused first."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status in {401, 403, 429} or not provokes(request):
            return response
        return break_down(response)

    return on(operations, exchange)


def _holds(request: MutantRequest, is_bad: Callable[[str], bool]) -> bool:
    texts = [value for value in request.values.values() if isinstance(value, str)]
    return any(is_bad(text) for text in texts)


def _is_broken_json(request: MutantRequest) -> bool:
    return request.json is None and request.body.strip() != b"null"


def _is_no_object(request: MutantRequest) -> bool:
    return request.json is not None and not isinstance(request.json, dict)


def _has_emoji(request: MutantRequest) -> bool:
    return _holds(request, lambda text: any(ord(character) > 0xFFFF for character in text))


def _has_nul(request: MutantRequest) -> bool:
    return _holds(request, lambda text: "\0" in text)


def _has_null(request: MutantRequest) -> bool:
    return any(value is None for value in request.values.values())


def _has_number_for_text(request: MutantRequest) -> bool:
    return any(isinstance(request.values.get(n), int | float) for n in ("name", "url", "title"))


def _is_far(request: MutantRequest) -> bool:
    page = request.parameters.get("page", "1")
    return page.isascii() and page.isdigit() and (len(page) > 10 or int(page) >= 2**31)


def _has_unreadable_time(request: MutantRequest) -> bool:
    return any(not is_instant(request.parameters.get(n, "2025-01-01")) for n in ("from", "to"))


async def _constraint_failed(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    return _broken_down(response) if response.status == 404 else response


ROBUSTNESS: tuple[Mutant, ...] = (
    _crash(
        name="broken-json-crashes",
        wrong="A body that is not JSON is a 500.",
        promise=_INVALID,
        change=_crashing(_BODIES, _is_broken_json),
    ),
    _crash(
        name="array-for-object-crashes-without-envelope",
        wrong="A body that is not a JSON object is a 500 in plain text.",
        promise="The code of a 500 is INTERNAL_ERROR, in the error envelope. (Error Codes, 500)",
        change=_crashing(_BODIES, _is_no_object, _broken_down_bare),
    ),
    _crash(
        name="array-for-object-crashes",
        wrong="A body that is a JSON array, string or number is a 500.",
        promise=_INVALID,
        change=_crashing(_BODIES, _is_no_object),
    ),
    _crash(
        name="number-for-text-crashes",
        wrong="A number as name, url or title is a 500.",
        promise=_INVALID,
        change=_crashing(_BODIES, _has_number_for_text),
    ),
    _crash(
        name="null-crashes",
        wrong="null for any field is a 500.",
        promise=_UNEXPECTED,
        change=_crashing(_BODIES, _has_null),
    ),
    _crash(
        name="emoji-crashes",
        wrong="An emoji in a name is a 500: the database cannot store it.",
        promise=_UNEXPECTED,
        change=_crashing(_BODIES, _has_emoji),
    ),
    _crash(
        name="nul-crashes",
        wrong="U+0000 in a name is a 500: the database cannot store it.",
        promise=_UNEXPECTED,
        change=_crashing(_BODIES, _has_nul),
    ),
    _crash(
        name="byte-order-mark-crashes",
        wrong="A body that begins with a byte order mark is a 500.",
        promise=_UNEXPECTED,
        change=_crashing(_BODIES, lambda request: request.body.startswith(b"\xef\xbb\xbf")),
    ),
    _crash(
        name="empty-regions-crash",
        wrong="An empty array of regions is a 500.",
        promise=_UNEXPECTED,
        change=_crashing(_BODIES, lambda request: request.values.get("regions") == []),
    ),
    _crash(
        name="malformed-id-crashes",
        wrong="An id that is not a UUID is a 500.",
        promise=_UNEXPECTED,
        change=_crashing(
            "getMonitor updateMonitor deleteMonitor getMonitorStatus listMonitorLogs",
            has_malformed_id,
        ),
    ),
    _crash(
        name="far-page-crashes",
        wrong="A page beyond 2³¹ is a 500.",
        promise=_UNEXPECTED,
        change=_crashing("listMonitors listMonitorLogs", _is_far),
    ),
    _crash(
        name="unreadable-time-crashes",
        wrong="?from=yesterday is a 500.",
        promise=_UNEXPECTED,
        change=_crashing("listMonitorLogs", _has_unreadable_time),
    ),
    _crash(
        name="incident-of-unknown-monitor-crashes",
        wrong="POST /incidents with an unknown monitor_id is a 500: a constraint failed.",
        promise=_NOT_FOUND,
        change=on("createIncident", _constraint_failed),
    ),
)
