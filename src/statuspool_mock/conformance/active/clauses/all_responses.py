"""What all answers of the run promise, judged when all have come. Reference: Error Codes."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock import contract
from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, Level
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.results import Finding, NotVerified
from statuspool_mock.contract.reference import ERROR_CODES
from statuspool_mock.contract.rulings import may_respond_with

chapter = ClauseGroup("errors", section="Error Codes")
_answers = ClauseGroup("answers", section="Endpoint List")
chapters = (chapter, _answers)
_OPERATIONS = contract.load().operations


def parameters_of(answer: ServerResponse) -> dict[str, str]:
    """Return the query parameters of the request."""
    return dict(parse_qsl(urlsplit(answer.url).query))


def _errors(scene: Context, *statuses: int) -> Iterator[ServerResponse]:
    for answer in scene.api.exchanges:
        if (
            answer.operation
            and answer.status >= 400
            and (not statuses or answer.status in statuses)
        ):
            yield answer


def _some(found: Iterator[ServerResponse]) -> list[ServerResponse]:
    answers = list(found)
    if not answers:
        raise NotVerified("no such answer came up in this run")
    return answers


def _of_status(status: int, code: str) -> Check:
    def check(scene: Context) -> None:
        for answer in _some(_errors(scene, status)):
            came = answer.fields.get("error")
            expect(came == code, f"{status} with {came!r}: {answer.summary()}", code, answer)

    return check


for _status_code, _code in ERROR_CODES.items():
    chapter.clause(
        f"code-{_status_code}",
        f"A {_status_code} says {_code} in error.",
        section=f"Error Codes, {_status_code}",
        requests=0,
    )(_of_status(_status_code, _code))


@chapter.clause(
    "envelope", "All errors are JSON objects with error and message, both texts.", requests=0
)
def _(scene: Context) -> None:
    for answer in _some(_errors(scene)):
        for name in ("error", "message"):
            text = answer.fields.get(name)
            good = isinstance(text, str) and text.strip() != ""
            expect(good, answer.summary(), f"{name}: a text", answer)


@chapter.clause("are-json", "Errors come as application/json.", requests=0)
def _(scene: Context) -> None:
    for answer in _some(_errors(scene)):
        came = answer.media_type or "no content type"
        expect(came == "application/json", came, "application/json", answer)


@chapter.clause(
    "details-shape",
    "details, where a 400 has it, is an array of entries with field and message.",
    section="Error Codes, 400",
    requests=0,
)
def _(scene: Context) -> None:
    for answer in _some(_errors(scene, 400)):
        details = answer.fields.get("details", [])
        good = isinstance(details, list) and all(
            isinstance(entry, dict)
            and isinstance(entry.get("field"), str)
            and isinstance(entry.get("message"), str)
            for entry in details
        )
        expect(good, answer.summary(), "details: [{field, message}, ...]", answer)


@chapter.clause(
    "documented-statuses",
    "Only documented status codes are answered.",
    requests=0,
)
def _(scene: Context) -> None:
    for answer in scene.api.exchanges:
        if answer.operation and answer.status >= 400:
            good = may_respond_with(
                _OPERATIONS[answer.operation], answer.status, parameters_of(answer)
            )
            if answer.status >= 500:
                continue  # that is never-5xx
            expect(good, answer.summary(), "one of 400, 401, 403, 404, 429", answer)


@chapter.clause(
    "never-5xx", "No request, however odd, makes the server fail.",
    section="Error Codes, 500", requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    for answer in scene.api.exchanges:
        if answer.status >= 500:
            raise Finding(answer.summary(), "an answer below 500", answer)


@chapter.clause(
    "no-leaks", "Errors show no key and no traceback.", level=Level.INFERRED, requests=0
)
def _(scene: Context) -> None:
    options = scene.options
    keys = (options.api_key, options.readonly_key, options.other_team_key, options.revoked_key)
    secrets = [key.encode() for key in keys if key and len(key) > 5]
    for answer in _some(_errors(scene)):
        shown = [secret for secret in secrets if secret in answer.body]
        expect(not shown, "the key in the answer", "no key", answer)
        expect(b"Traceback (most" not in answer.body, "a traceback", "a message", answer)


@_answers.clause("are-json", "Answers with a body are application/json.", requests=0)
def _(scene: Context) -> None:
    for answer in scene.api.exchanges:
        if answer.operation and answer.is_success and answer.body:
            came = answer.media_type or "no content type"
            expect(came == "application/json", came, "application/json", answer)
            expect(isinstance(answer.value, dict), answer.summary(), "a JSON object", answer)


@_answers.clause(
    "request-id",
    "A response header carries the request id that a 500 message quotes.",
    level=Level.INFERRED,
    section="Error Codes, 500",
    requests=0,
)
def _(scene: Context) -> None:
    named = [
        name
        for answer in scene.api.exchanges[:1]
        for name in answer.headers
        if name.endswith(("id", "trace", "request", "ray", "traceparent"))
    ]
    if not named:
        scene.note("No response header looks like a request id.")
