"""One exchange against the document: what either side should not have sent.

What the document itself calls inferred is no violation, and neither is what the reference leaves
open: see `docs/rulings.md`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from statuspool_mock.conformance.passive.observation import Observation, mistake, note, violation
from statuspool_mock.conformance.passive.parsed_exchange import UNREAD, ParsedExchange
from statuspool_mock.contract import Violation

_JSON = "application/json"
_ALWAYS_IN_PUT = frozenset({"id", "name", "interval_seconds", "tags", "updated_at"})
_NOT_PROMISED = {
    "getMonitor": frozenset({"sla_30d"}),  # a summary is promised, not its name
    "listIncidents": frozenset({"title", "description", "page", "total_pages"}),
    "listWebhooks": frozenset({"page", "total_pages"}),
    "createIncident": frozenset({"duration_seconds", "affected_regions", "description"}),
}
"""Fields that the document has, and the reference does not promise in these answers."""

_OPEN_PARAMETERS = frozenset({"page", "limit"})
# From after to, a fixed set of regions, JSON that parsers read differently, what a record masks.
_OPEN_VALUES = frozenset({"from", "to", "regions", "body", "secret"})
_LOOSE = {
    404: "A page past the end may be a 404.",
    405: "HEAD may be refused.",
    413: "A body that is too large may be a 413.",
    415: "Another content type may be a 415.",
}


def response_against_document(parsed: ParsedExchange) -> Iterator[Observation]:
    """Hold an answer against the document."""
    status = parsed.status
    if parsed.exchange.method == "HEAD":
        return
    if parsed.operation.method == "POST" and status == 200:
        yield note("status", "A successful POST may be answered with 200 instead of 201.")
        status = 201
    if status not in parsed.operation.statuses:
        yield _undocumented(parsed)
        return
    value = None if parsed.response is UNREAD else parsed.response
    if parsed.response is UNREAD:
        yield violation("schema", f"The body of the {status} is not JSON.")
        return
    found = parsed.operation.check_response(status=status, headers=parsed.headers, value=value)
    if found and isinstance(value, dict):
        # What was read quickly has no integers beyond 64 bits.
        exact = json.loads(parsed.exchange.content)
        found = parsed.operation.check_response(status=status, headers=parsed.headers, value=exact)
    for one in found:
        yield _graded(parsed, status, one)


def request_against_document(parsed: ParsedExchange) -> Iterator[Observation]:
    """Hold a request against the document, and the answer against what the request deserves."""
    wrong = list(_wrong_in_query(parsed)) + list(_wrong_in_body(parsed))
    strange = parsed.operation.unknown_parameters(parsed.parameters)
    if isinstance(parsed.request, dict):
        unknown = [name for name in parsed.request if name not in parsed.operation.fields]
        strange += [Violation(name, "Is not a known field") for name in unknown]
    for field, message in strange:
        yield mistake("unknown", f"{field}: {message}.")
    if parsed.succeeded:
        for field, message in wrong:
            if _may_pass(parsed, field):
                yield note("lenient", f"{field}: {message}, but it may pass.")
            else:
                yield violation("accepted", f"It took what it should refuse: {field}: {message}.")
    elif 400 <= parsed.status < 500:
        for field, message in wrong:
            yield mistake("request", f"{field}: {message}.")
    if parsed.status == 400 and not wrong and not strange:
        yield from _refused_for_nothing(parsed)


def authentication(parsed: ParsedExchange) -> Iterator[Observation]:
    """Nothing is answered without a bearer key. Reference: introduction; Error Codes, 401."""
    given = dict(parsed.exchange.headers).get(b"authorization", b"").decode("latin-1")
    scheme, _, key = given.partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return
    if parsed.succeeded:
        yield violation("authentication", "It answered a request that had no bearer key.")
    elif parsed.status != 401:
        yield note("authentication", f"Without a bearer key it answered {parsed.status}, not 401.")
    else:
        yield mistake("authentication", "The request had no bearer key.")


def not_promised(operation: str) -> frozenset[str]:
    """Return the fields of an operation's answers that the document has and nobody promised."""
    return _NOT_PROMISED.get(operation, frozenset())


def _undocumented(parsed: ParsedExchange) -> Observation:
    status = parsed.status
    if status >= 500:
        return violation("status", f"{status} is not documented.")
    reason = _LOOSE.get(status)
    past_the_end = status != 404 or parsed.number("page", 1) > 1
    if reason is not None and past_the_end:
        return note("status", reason)
    documented = ", ".join(str(one) for one in sorted(parsed.operation.statuses))
    return violation("status", f"{status} is not documented; there are {documented}.")


def _graded(parsed: ParsedExchange, status: int, found: Violation) -> Observation:
    field, message = found
    response = parsed.operation.definition["responses"][str(status)]
    if field.startswith("header "):
        header = response.get("headers", {}).get(field.removeprefix("header "), {})
        source = header.get("x-source", "documented")
    else:
        source = source_of(
            response.get("content", {}).get(_JSON, {}).get("schema"), field.split(".")
        )
    text = f"{field}: {message}."
    is_missing = message == "Field is required"
    if source == "inferred" or not_promised(parsed.operation.id) & set(field.split(".")):
        return note("inferred", text)
    if parsed.operation.id == "updateMonitor" and is_missing and field not in _ALWAYS_IN_PUT:
        return note("put", f"{text} The sample of PUT shows five fields only.")
    return violation("schema", text)


def source_of(schema: Mapping[str, Any] | None, parts: list[str]) -> str:
    """Return where the document has a field from: documented where it does not say."""
    found = schema_at(schema, [] if parts == ["body"] else parts)
    return "documented" if found is None else str(found.get("x-source", "documented"))


def schema_at(schema: Mapping[str, Any] | None, parts: list[str]) -> Mapping[str, Any] | None:
    """Return the schema of a field, None where the document has no such field."""
    if schema is None or not parts:
        return schema
    head, *rest = parts
    for part in [schema, *schema.get("allOf", ())]:
        if head in part.get("properties", {}):
            return schema_at(part["properties"][head], rest)
        if head.isdigit() and "items" in part:
            return schema_at(part["items"], rest)
    return None


def _wrong_in_query(parsed: ParsedExchange) -> Iterator[Violation]:
    yield from parsed.operation.read_query(parsed.exchange.query).violations


def _wrong_in_body(parsed: ParsedExchange) -> Iterator[Violation]:
    if not parsed.operation.takes_body:
        return
    if parsed.request is UNREAD:
        yield Violation("body", "Must be valid JSON")
    elif parsed.request is not None or parsed.operation.needs_body:
        yield from parsed.operation.check_body(parsed.request)


def _may_pass(parsed: ParsedExchange, field: str) -> bool:
    """Whether another server may take it, where the reference is silent."""
    if field in _OPEN_PARAMETERS:
        return True
    if field == "status" and parsed.parameters.get("status") == "degraded":
        return True
    if field in parsed.parameters:
        return parsed.exchange.query.decode("latin-1").count(f"{field}=") > 1
    body = parsed.request if isinstance(parsed.request, dict) else {}
    return field in body and body[field] is None


def _refused_for_nothing(parsed: ParsedExchange) -> Iterator[Observation]:
    details = parsed.response.get("details") if isinstance(parsed.response, dict) else None
    named = [str(one.get("field")) for one in details or () if isinstance(one, dict)]
    if not named or any(name.partition(".")[0] in _OPEN_VALUES for name in named):
        yield note("refused", "It refused a request that the document allows.")
    else:
        yield violation(
            "refused", f"It refused what the document allows: {', '.join(sorted(named))}."
        )
