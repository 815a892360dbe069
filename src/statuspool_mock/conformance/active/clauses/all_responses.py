"""Promises about all responses of a run, checked after all others. Reference: Error Codes."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock import contract
from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses import (
    agreement,
    all_lists,
    all_pages,
    counted_records,
    lasting_facts,
    record_agreement,
)
from statuspool_mock.conformance.active.clauses.details import has_valid_details
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.contract.reference import ERROR_CODES
from statuspool_mock.contract.rulings import may_respond_with

group = ClauseGroup("errors", section="Error Codes")
_answers = ClauseGroup("answers", section="Endpoint List")
groups = (
    group,
    _answers,
    *all_pages.groups,
    *all_lists.groups,
    *agreement.groups,
    *record_agreement.groups,
    *counted_records.groups,
    *lasting_facts.groups,
)
_OPERATIONS = contract.load().operations
_UNKNOWN = ("errors.unknown-monitor", "errors.unknown-status", "errors.unknown-logs")
_REFUSED = (
    *("validation", "bodies", "pagination", "filters", "incidents", "webhooks", "robust"),
    *("schema", "late"),
)
_ALL = (
    *("create", "update", "delete", "pagination", "filters", "incidents", "webhooks"),
    *("deliveries", "monitors", "status", "logs", "envelope", "meaning", "auth", "roles"),
    *("teams", "validation", "bodies", "schema", "robust", *_UNKNOWN),
    *("errors.unknown-path", "errors.other-method", "late", "rate-limit", "concurrency"),
)
"""Every clause that sends requests: what no response shows, none of them may show."""
_SENDERS = {
    400: _REFUSED,
    401: ("auth",),
    403: ("roles", "teams.others-monitor", "teams.others-status", "teams.others-logs"),
    404: ("delete", "update", "teams", "incidents", "robust", *_UNKNOWN),
    429: ("rate-limit",),
    500: _ALL,
}


def _errors(context: Context, *statuses: int) -> Iterator[ServerResponse]:
    for response in context.api.exchanges:
        if (
            response.operation
            and response.status >= 400
            and (not statuses or response.status in statuses)
        ):
            yield response


def _some_errors(context: Context, *statuses: int) -> list[ServerResponse]:
    responses = list(_errors(context, *statuses))
    if not responses:
        raise NotVerified("the server sent no such response in this run")
    return responses


def _all_responses(context: Context) -> list[ServerResponse]:
    responses = context.api.exchanges
    if len(responses) < 2:  # the first one only opened the run
        raise NotVerified("no other clause sent a request in this run")
    return responses


def _has_code(status: int, code: str) -> Check:
    def check(context: Context) -> None:
        for response in _some_errors(context, status):
            error = response.fields.get("error")
            got = f"{status} with {error!r}: {response.summary()}"
            expect(error == code, got, code, response)

    return named(check, f"has_code_of_{status}")


for _status, _code in ERROR_CODES.items():
    group.clause(
        f"code-{_status}",
        f"The error code of a {_status} is {_code}.",
        section=f"Error Codes, {_status}",
        requests=0,
        prerequisites=_SENDERS[_status],
    )(_has_code(_status, _code))


@group.clause(
    "envelope",
    "Every error is a JSON object with error and message, both strings.",
    requests=0,
    prerequisites=_ALL,
)
def has_error_and_message(context: Context) -> None:
    for response in _some_errors(context):
        for name in ("error", "message"):
            text = response.fields.get(name)
            is_text = isinstance(text, str) and text.strip() != ""
            expect(is_text, response.summary(), f"{name}: a string", response)


@group.clause("are-json", "Errors are application/json.", requests=0, prerequisites=_ALL)
def sends_errors_as_json(context: Context) -> None:
    for response in _some_errors(context):
        _expect_json(response)


def _expect_json(response: ServerResponse) -> None:
    media_type = response.media_type or "no content type"
    expect(media_type == "application/json", media_type, "application/json", response)


@group.clause(
    "details-shape",
    "details of a 400, where present, is an array of entries with field and message.",
    section="Error Codes, 400",
    requests=0,
    prerequisites=_REFUSED,
)
def shapes_details(context: Context) -> None:
    for response in _some_errors(context, 400):
        is_valid = has_valid_details(response)
        expect(is_valid, response.summary(), "details: [{field, message}, ...]", response)


@group.clause(
    "documented-statuses",
    "Only documented status codes are used.",
    requests=0,
    prerequisites=_ALL,
)
def uses_documented_statuses(context: Context) -> None:
    _all_responses(context)
    for response in _errors(context):
        parameters = dict(parse_qsl(urlsplit(response.url).query))
        operation = _OPERATIONS[response.operation]
        is_known = may_respond_with(operation, response.status, parameters)
        if response.status < 500:  # the others are never-5xx's
            expect(is_known, response.summary(), "one of 400, 401, 403, 404, 429", response)


@group.clause(
    "never-5xx",
    "No request, however odd, makes the server fail.",
    section="Error Codes, 500",
    requests=0,
    prerequisites=_ALL,
)
def never_fails(context: Context) -> None:
    for response in _all_responses(context):
        if response.status >= 500:
            raise Finding(response.summary(), "a response below 500", response)


@group.clause(
    "no-leaks",
    "Errors show no key and no traceback.",
    level=Level.INFERRED,
    requests=0,
    prerequisites=_ALL,
)
def leaks_nothing(context: Context) -> None:
    options = context.options
    keys = (options.api_key, options.readonly_key, options.other_team_key, options.revoked_key)
    secrets = [key.encode() for key in keys if key and len(key) > 5]
    for response in _some_errors(context):
        shown = [secret for secret in secrets if secret in response.body]
        expect(not shown, "the key in the response", "no key", response)
        expect(b"Traceback (most" not in response.body, "a traceback", "a message", response)


@_answers.clause(
    "are-json", "Responses with a body are application/json.", requests=0, prerequisites=_ALL
)
def sends_json(context: Context) -> None:
    for response in _all_responses(context):
        if response.operation and response.is_success and response.body:
            _expect_json(response)
            is_object = isinstance(response.value, dict)
            expect(is_object, response.summary(), "a JSON object", response)


@_answers.clause(
    "request-id",
    "A response header has the request id that the message of a 500 quotes.",
    level=Level.INFERRED,
    section="Error Codes, 500",
    requests=0,
)
def sends_request_id(context: Context) -> None:
    names = [name for response in context.api.exchanges[:1] for name in response.headers]
    if not any(name.endswith(("id", "trace", "request", "ray", "traceparent")) for name in names):
        context.note("No response header looks like a request id.")
