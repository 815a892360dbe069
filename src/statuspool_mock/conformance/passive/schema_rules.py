"""Check one exchange against the document, on both sides.

Only what every server must follow is a violation. What the document itself marks as inferred and
what the reference leaves open is a note: see `docs/rulings.md`.
"""

import json
from collections.abc import Iterator

from statuspool_mock.conformance.passive.observation import Observation, mistake, note, violation
from statuspool_mock.conformance.passive.parsed_exchange import NOT_JSON, ParsedExchange
from statuspool_mock.contract import Violation, rulings

# From after to, a fixed set of regions, JSON that parsers read differently, masked values.
_OPEN_VALUES = frozenset({"from", "to", "regions", "body", "secret"})


def response_against_document(parsed: ParsedExchange) -> Iterator[Observation]:
    """Check the response: its status, headers and body."""
    if parsed.exchange.method == "HEAD":
        return
    status, operation = parsed.status, parsed.operation
    if not rulings.may_respond_with(operation, status, parsed.parameters):
        documented = ", ".join(str(one) for one in sorted(operation.statuses))
        yield violation("status", f"expected one of {documented}, got {status}.")
        return
    if status not in operation.statuses:
        reason = rulings.reason_for_status(operation.id, status, parsed.parameters)
        yield note("status", reason or "A successful POST may be a 200 instead of a 201.")
    if parsed.response is NOT_JSON:
        yield violation("schema", f"expected JSON in the body of a {status}.")
        return
    # A POST with 200 has to follow the schema of the 201.
    like = operation.success_status if parsed.succeeded else status
    found = _violations(parsed, like) if like in operation.statuses else []
    broken = []
    if found or like not in operation.statuses:
        broken = parsed.required.check_response(
            status=status, headers=parsed.headers, value=_exact(parsed)
        )
    for field, message in broken:
        yield violation("schema", f"{field}: {message}.")
    for field, message in found:
        if field not in {one.field for one in broken}:
            yield _open(parsed, f"{field}: {message}.")


def request_against_document(parsed: ParsedExchange) -> Iterator[Observation]:
    """Check the request, and whether the response accepts or refuses it as it should."""
    invalid = [*_invalid_parameters(parsed), *_invalid_fields(parsed)]
    unknown = parsed.operation.unknown_parameters(parsed.parameters)
    if isinstance(parsed.request, dict):
        names = [name for name in parsed.request if name not in parsed.operation.fields]
        unknown += [Violation(name, "Is not a known field") for name in names]
    for field, message in unknown:
        yield mistake("unknown", f"{field}: {message}.")
    if parsed.succeeded:
        refusable = _must_be_refused(parsed)
        for field, message in invalid:
            if field in refusable:
                yield violation("accepted", f"expected a 400, {field} is invalid: {message}.")
            else:
                yield note("lenient", f"{field}: {message}, but a server may accept it.")
    elif 400 <= parsed.status < 500:
        for field, message in invalid:
            yield mistake("request", f"{field}: {message}.")
    if parsed.status == 400 and not invalid and not unknown:
        yield _refused_valid_request(parsed)


def authentication(parsed: ParsedExchange) -> Iterator[Observation]:
    """Every request needs a bearer key. Reference: introduction; Error Codes, 401."""
    given = dict(parsed.exchange.headers).get(b"authorization", b"").decode("latin-1")
    scheme, _, key = given.partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return
    if parsed.succeeded:
        yield violation("authentication", "expected a 401 for a request without a bearer key.")
    elif parsed.status != 401:
        yield note("authentication", f"A request without a bearer key was a {parsed.status}.")
    else:
        yield mistake("authentication", "The request had no bearer key.")


def _violations(parsed: ParsedExchange, status: int) -> list[Violation]:
    """Return what the document says against the response as one of this status."""
    found = parsed.operation.check_response(
        status=status, headers=parsed.headers, value=parsed.response
    )
    if not found:
        return found
    return parsed.operation.check_response(
        status=status, headers=parsed.headers, value=_exact(parsed)
    )


def _exact(parsed: ParsedExchange) -> object:
    """Return the response as read slowly: the fast parser has no integers beyond 64 bits."""
    return json.loads(parsed.exchange.content) if parsed.exchange.content else None


def _open(parsed: ParsedExchange, text: str) -> Observation:
    if parsed.operation.id == "updateMonitor" and parsed.succeeded:
        return note("put", f"{text} The sample of PUT shows five fields only.")
    return note("inferred", text)


def _invalid_parameters(parsed: ParsedExchange) -> list[Violation]:
    return list(parsed.operation.read_query(parsed.exchange.query).violations)


def _invalid_fields(parsed: ParsedExchange) -> list[Violation]:
    if not parsed.operation.takes_body:
        return []
    if parsed.request is NOT_JSON:
        return [Violation("body", "Must be valid JSON")]
    if parsed.request is not None or parsed.operation.needs_body:
        return parsed.operation.check_body(parsed.request)
    return []


def _must_be_refused(parsed: ParsedExchange) -> set[str]:
    """Return the invalid parameters and fields that no server may accept."""
    query = parsed.exchange.query.decode("latin-1")
    names = {
        name
        for name, _ in _invalid_parameters(parsed)
        if query.count(f"{name}=") == 1
        and not rulings.may_accept_parameter(name, parsed.parameters[name])
    }
    if parsed.operation.takes_body and parsed.request is not NOT_JSON:
        return names | {field for field, _ in parsed.required.check_body(parsed.request)}
    return names | {"body"}


def _refused_valid_request(parsed: ParsedExchange) -> Observation:
    names = rulings.named_fields(parsed.fields.get("details"))
    if not names or names & _OPEN_VALUES:
        return note("refused", "A request that the document allows was refused.")
    return violation(
        "refused", f"expected success, the document allows {', '.join(sorted(names))}."
    )
