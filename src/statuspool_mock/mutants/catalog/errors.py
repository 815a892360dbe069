"""Mutants whose errors do not have the documented envelope."""

from collections.abc import Callable
from functools import partial
from typing import Any

from statuspool_mock.contract.reference import ERROR_CODES, ERROR_MESSAGES
from statuspool_mock.mutants.exchange import CallServer, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import always, refusing

_ENVELOPE = "All error responses include a JSON body with error and message. (Error Codes)"
_DETAILS = "The details array lists each field-level validation error. (Error Codes, 400)"
_INVALID = "400 if the body is malformed or has invalid values. (Error Codes, 400)"
_NOT_FOUND = "404 NOT_FOUND if a resource does not exist. (Error Codes, 404)"
_FORBIDDEN = "403 FORBIDDEN if a key has no permission. (Error Codes, 403)"
_error = partial(Mutant, group="errors")


def _every_error(change: Callable[[MutantResponse], MutantResponse]) -> ExchangeChange:
    """Change every response of 400 and above."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        return change(response) if response.status >= 400 else response

    return always(exchange)


async def _key_quoted(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status not in {400, 403, 404} or not isinstance(response.json, dict):
        return response
    return response.with_json({**response.json, "message": f"Refused to {request.key}"})


def _nested(response: MutantResponse) -> MutantResponse:
    code, *rest = response.json.items()
    return response.with_json({"error": {"code": code[1], **dict(rest)}})


def _as_problem(response: MutantResponse) -> MutantResponse:
    body = {
        "type": "about:blank",
        "title": response.json["error"].replace("_", " ").title(),
        "status": response.status,
        "detail": response.json["message"],
    }
    return response.with_json(body).with_header("content-type", "application/problem+json")


def _in_lower_case(response: MutantResponse) -> MutantResponse:
    return response.with_json({**response.json, "error": response.json["error"].lower()})


def _without_message(response: MutantResponse) -> MutantResponse:
    return response.with_json({n: v for n, v in response.json.items() if n != "message"})


def _as_success(response: MutantResponse) -> MutantResponse:
    return response.with_status(200)


def _with_code(code: str) -> Callable[[MutantResponse], MutantResponse]:
    return lambda response: response.with_json({**response.json, "error": code})


def _as_page(response: MutantResponse) -> MutantResponse:
    page = b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>"
    return response.with_content(page, "text/html; charset=utf-8")


def _with_details(change: Callable[[list[dict[str, str]]], Any]) -> ExchangeChange:
    def changed(response: MutantResponse) -> MutantResponse:
        return response.with_json({**response.json, "details": change(response.json["details"])})

    return refusing(400, changed)


def _without_details(response: MutantResponse) -> MutantResponse:
    return response.with_json({n: v for n, v in response.json.items() if n != "details"})


async def _unknown_is_invalid(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status != 404:
        return response
    body = {"error": ERROR_CODES[400], "message": ERROR_MESSAGES[400], "details": []}
    return response.with_json(body).with_status(400)


ERRORS: tuple[Mutant, ...] = (
    _error(
        name="error-nested",
        wrong='Errors are {"error": {"code": …, "message": …}}.',
        promise=_ENVELOPE,
        change=_every_error(_nested),
    ),
    _error(
        name="error-as-problem",
        wrong="Errors are application/problem+json (RFC 9457).",
        promise=_ENVELOPE,
        change=_every_error(_as_problem),
    ),
    _error(
        name="error-code-in-lower-case",
        wrong="Error codes are in lower case: not_found, invalid_request.",
        promise="The codes are INVALID_REQUEST, UNAUTHORIZED, … (Error Codes)",
        change=_every_error(_in_lower_case),
    ),
    _error(
        name="error-without-message",
        wrong="Errors have no message.",
        promise=_ENVELOPE,
        change=_every_error(_without_message),
    ),
    _error(
        name="errors-as-200",
        wrong="Errors have the status 200.",
        promise="The API uses standard HTTP status codes. (Error Codes)",
        change=_every_error(_as_success),
    ),
    _error(
        name="validation-as-422",
        wrong="Invalid values are a 422.",
        promise=_INVALID,
        change=refusing(400, lambda response: response.with_status(422)),
    ),
    _error(
        name="details-missing",
        wrong="A 400 has no details.",
        promise=_DETAILS,
        change=refusing(400, _without_details),
    ),
    _error(
        name="details-of-first-error-only",
        wrong="A 400 names one of several invalid fields.",
        promise=_DETAILS,
        change=_with_details(lambda details: details[:1]),
    ),
    _error(
        name="details-as-object",
        wrong="details is an object of messages by field.",
        promise=_DETAILS,
        change=_with_details(
            lambda details: {item["field"]: [item["message"]] for item in details}
        ),
    ),
    _error(
        name="details-as-texts",
        wrong='details is an array of strings: "url: Must be a valid HTTP or HTTPS URL".',
        promise=_DETAILS,
        change=_with_details(
            lambda details: [f"{item['field']}: {item['message']}" for item in details]
        ),
    ),
    _error(
        name="details-without-fields",
        wrong='Every entry of details has the field "body".',
        promise=_DETAILS,
        change=_with_details(lambda details: [{**item, "field": "body"} for item in details]),
    ),
    _error(
        name="not-found-under-another-code",
        wrong="The code of a 404 is MONITOR_NOT_FOUND.",
        promise=_NOT_FOUND,
        change=refusing(404, _with_code("MONITOR_NOT_FOUND")),
    ),
    _error(
        name="not-found-as-html",
        wrong="A 404 is the web server's HTML page.",
        promise=_ENVELOPE,
        change=refusing(404, _as_page),
    ),
    _error(
        name="not-found-as-400",
        wrong="An unknown monitor is a 400.",
        promise=_NOT_FOUND,
        change=always(_unknown_is_invalid),
    ),
    _error(
        name="forbidden-under-another-code",
        wrong="The code of a 403 is UNAUTHORIZED.",
        promise=_FORBIDDEN,
        change=refusing(403, _with_code("UNAUTHORIZED")),
    ),
    _error(
        name="errors-quote-the-key",
        wrong="The message of an error has the API key in it.",
        promise="message is a human-readable description. (Error Codes)",
        change=always(_key_quoted),
    ),
)
