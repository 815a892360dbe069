"""Requests that Schemathesis generates from the document, valid and invalid.

The run's own session sends them, so that they are paced, stay within the budget and write only to
what the run created.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from statuspool_mock import contract
from statuspool_mock.conformance.active import tolerances
from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.incidents import some_incidents
from statuspool_mock.conformance.active.clauses.webhooks import some_webhooks
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.options import Profile
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract import readings

group = ClauseGroup("schema", section="Endpoint List; Error Codes; the OpenAPI document")
groups = (group,)
_AMOUNTS: Mapping[Profile, Mapping[str, int]] = {
    Profile.QUICK: {"EXAMPLES": 1},
    Profile.STANDARD: {"EXAMPLES": 1, "COVERAGE": 3, "FUZZING": 1},
    Profile.DEEP: {"EXAMPLES": 10, "COVERAGE": 1_000, "FUZZING": 60},
}
_OF_READS: Mapping[str, int] = {"EXAMPLES": 1, "COVERAGE": 1}
"""The same in `standard` for operations whose parameters have clauses of their own."""
_SCENARIOS: Mapping[Profile, tuple[int, int]] = {  # how many, of how many steps
    Profile.QUICK: (0, 0),
    Profile.STANDARD: (1, 5),
    Profile.DEEP: (40, 10),
}
_FILLED: Mapping[str, Callable[[Context], ServerResponse]] = {
    "listIncidents": some_incidents,
    "listWebhooks": some_webhooks,
}
"""Lists that would be empty where nothing has been created yet."""
_PERMANENT = ("createIncident", "createWebhook")
_MAX_PERMANENT = 3
"""How often an operation may succeed that creates what cannot be deleted."""


@shared
def _generation(_: Context) -> Any:
    """Schemathesis."""
    try:
        return import_module("statuspool_mock.conformance.active.generation")
    except ImportError as error:
        raise NotVerified("pip install 'schemathesis>=4.32,<4.33'") from error


@shared
def _narrow(_: Context) -> contract.Document:
    """The document whose valid requests must be accepted."""
    return tolerances.narrow(contract.load())


@shared
def _wide(_: Context) -> contract.Document:
    """The document whose invalid bodies must be refused."""
    return readings.wide(contract.load())


@shared
def _generator(context: Context) -> Any:
    """Schemathesis with the document."""
    return _generation(context).Generator(_narrow(context), seed=context.options.seed)


@shared
def _target(context: Context) -> str:
    """A monitor that only generated requests touch."""
    if context.options.read_only:
        return str(context.any_listed_monitor()["id"])
    return str(context.create(name=f"{context.mark} generated")["id"])


def _conforms(operation: contract.Operation) -> Check:
    def check(context: Context) -> None:
        if operation.id in _FILLED:
            with suppress(NotVerified):  # whether the list can be read is this clause's question
                _FILLED[operation.id](context)
        if context.options.is_quick and context.successes(operation.id):
            return  # it was requested and succeeded, and every response is checked
        for phase_name, most in _amounts(context, operation).items():
            phase = _generation(context).Phase[phase_name]
            generator = _generator(context)
            for case in generator.cases(operation.method, operation.path, phase, most=most):
                _exchange(context, operation, case, is_example=phase_name == "EXAMPLES")
        sent = [r for r in context.api.exchanges if r.operation == operation.id]
        got = f"no success in {len(sent)} requests"
        expect(context.successes(operation.id), got, "a 2xx", sent[-1] if sent else None)

    return named(check, f"{operation.id}_conforms")


def _amounts(context: Context, operation: contract.Operation) -> Mapping[str, int]:
    if operation.method == "GET" and context.options.profile is Profile.STANDARD:
        return _OF_READS
    return _AMOUNTS[context.options.profile]


def _exchange(
    context: Context, operation: contract.Operation, case: Any, *, is_example: bool
) -> None:
    """Send a generated request and check the response."""
    query, body = _of_own_monitors(case, lambda _: _target(context))
    is_valid = is_example or _is_valid(_narrow(context).operations[operation.id], query, body)
    if operation.method == "DELETE":
        is_valid = is_example  # which deletes a monitor; all others name none
    is_invalid = not is_valid and _is_invalid(_wide(context).operations[operation.id], body)
    may_stay = operation.id in _PERMANENT and not is_invalid
    if may_stay and not (is_valid and len(context.successes(operation.id)) < _MAX_PERMANENT):
        return
    path = _path(context, operation, deletes=is_valid)
    response = _send(context, operation.method, path, query=query, body=body)
    if is_valid:
        expect(response.is_success, response.summary(), "a 2xx: the request is valid", response)
    if is_invalid:
        allowed = (400, 404) if operation.id == "createIncident" else (400,)
        expect_status(response, *allowed, because="the body is invalid")
    case.check(response)


def _send(
    context: Context, method: str, path: str, *, query: list[tuple[str, str]], body: Any
) -> ServerResponse:
    """Send a generated body: a JSON value, or bytes that are no JSON."""
    if isinstance(body, bytes):
        return context.api.send(method, path, query=query, body=body)
    return context.api.send(method, path, query=query, value=body)


def _of_own_monitors(case: Any, own: Callable[[str], str]) -> tuple[list[tuple[str, str]], Any]:
    """Return a case's query and body, with generated ids of monitors replaced by `own` ones."""
    query = [
        (name, own(text) if name == "monitor_id" and _is_uuid(text) else text)
        for name, text in case.query
    ]
    body = case.body
    if isinstance(body, dict) and _is_uuid(body.get("monitor_id")):
        body = {**body, "monitor_id": own(body["monitor_id"])}
    return query, body


def _path(context: Context, operation: contract.Operation, *, deletes: bool) -> str:
    if "{id}" not in operation.path:
        return operation.path
    if operation.method != "DELETE":
        monitor_id = _target(context)
    elif deletes:
        monitor_id = context.create(name=f"{context.mark} doomed")["id"]
    else:
        monitor_id = context.api.ledger.fresh_id()
    return operation.path.replace("{id}", monitor_id)


def _is_valid(operation: contract.Operation, query: list[tuple[str, str]], body: Any) -> bool:
    names = [name for name, _ in query]
    if len(set(names)) < len(names) or operation.unknown_parameters(names):
        return False
    if operation.read_query(urlencode(query).encode()).violations:
        return False
    if not operation.takes_body:
        return body is UNSENT
    return body is not UNSENT and not operation.check_body(body)


def _is_invalid(operation: contract.Operation, body: Any) -> bool:
    return operation.takes_body and body is not UNSENT and bool(operation.check_body(body))


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


for _operation in contract.load().operations.values():
    group.clause(
        _operation.id,
        f"{_operation.method} {_operation.path} accepts what the document allows, refuses what "
        "it forbids, and responds in the documented shape.",
        requests=13,
        needs=(
            *(() if _operation.method == "GET" else (Need.WRITES,)),
            *((Need.PERMANENT,) if _operation.id in _PERMANENT else ()),
        ),
    )(_conforms(_operation))


@group.clause(
    "stateful",
    "Along the document's links, a created monitor can be read, changed and deleted.",
    requests=30,
    needs=(Need.WRITES, Need.TIME),
)
def follows_links(context: Context) -> None:
    created_here = context.api.ledger.new_ids()  # ids of lists lead to what other clauses share

    def send(case: Any) -> ServerResponse:
        query, body = _of_own_monitors(case, created_here.or_fresh)
        path = case.path.replace("{id}", created_here.or_fresh(case.path_id))
        return _send(context, case.method, path, query=query, body=body)

    scenarios, steps = _SCENARIOS[context.options.profile]
    without = () if context.options.allow_permanent else _PERMANENT
    _generator(context).play(send, scenarios=scenarios, steps=steps, without=without)
