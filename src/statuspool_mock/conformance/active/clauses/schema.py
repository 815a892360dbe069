"""What Schemathesis makes up from the document, right and wrong, sent by our own session.

So it stays paced and within the budget, and writes only to what the run made.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from statuspool_mock import contract
from statuspool_mock.conformance.active import tolerances
from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, Need
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.options import Profile
from statuspool_mock.conformance.active.results import NotVerified
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.contract import readings

chapter = ClauseGroup("schema", section="Endpoint List; Error Codes; the OpenAPI document")
chapters = (chapter,)
_AMOUNTS: Mapping[Profile, Mapping[str, int]] = {
    Profile.QUICK: {"EXAMPLES": 1},
    Profile.STANDARD: {"EXAMPLES": 2, "COVERAGE": 8, "FUZZING": 3},
    Profile.DEEP: {"EXAMPLES": 10, "COVERAGE": 1_000, "FUZZING": 60},
}
_SCENARIOS: Mapping[Profile, tuple[int, int]] = {  # how many, of how many steps
    Profile.QUICK: (0, 0),
    Profile.STANDARD: (5, 6),
    Profile.DEEP: (40, 10),
}
_PERMANENT = ("createIncident", "createWebhook")
_MOST_PERMANENT = 3
"""How often an operation succeeds whose traces stay."""


@shared
def _generation(_: Context) -> Any:
    """Schemathesis."""
    try:
        return import_module("statuspool_mock.conformance.active.generation")
    except ImportError as error:
        raise NotVerified("pip install 'schemathesis>=4.32,<4.33'") from error


@shared
def _narrow(_: Context) -> contract.Document:
    """The document whose right requests must be taken."""
    return tolerances.narrow(contract.load())


@shared
def _wide(_: Context) -> contract.Document:
    """The document whose wrong bodies must be refused."""
    return readings.wide(contract.load())


@shared
def _generator(scene: Context) -> Any:
    """Schemathesis with the document."""
    return _generation(scene).Generator(_narrow(scene), seed=scene.options.seed)


@shared
def _guinea_pig(scene: Context) -> str:
    """A monitor that only generated requests touch."""
    if scene.options.read_only:
        found = [str(monitor["id"]) for monitor in scene.existing()]
        if not found:
            raise NotVerified("the team has no monitors")
        return found[0]
    return str(scene.make(name=f"{scene.mark} generated")["id"])


def _conforms(operation: contract.Operation) -> Check:
    def check(scene: Context) -> None:
        if scene.options.profile is Profile.QUICK and scene.seen(operation.id):
            return  # it was asked and answered, and every answer is judged
        for name, most in _AMOUNTS[scene.options.profile].items():
            phase = _generation(scene).Phase[name]
            found = _generator(scene).cases(operation.method, operation.path, phase, most=most)
            for case in found:
                _exchange(scene, operation, case, is_example=name == "EXAMPLES")
        tried = [a for a in scene.api.exchanges if a.operation == operation.id]
        came = f"no success in {len(tried)} requests"
        expect(scene.seen(operation.id), came, "a 2xx", tried[-1] if tried else None)

    return check


def _exchange(
    scene: Context, operation: contract.Operation, case: Any, *, is_example: bool
) -> None:
    """Send a generated request and hold the answer against what the reference says to it."""
    query, body = _of_own_monitors(case, lambda _: _guinea_pig(scene))
    right = is_example or _is_right(_narrow(scene).operations[operation.id], query, body)
    if operation.method == "DELETE":
        right = is_example  # which deletes something; all others are of nothing
    wrong = not right and _is_wrong(_wide(scene).operations[operation.id], body)
    stays = operation.id in _PERMANENT and not wrong
    if stays and not (right and len(scene.seen(operation.id)) < _MOST_PERMANENT):
        return
    path = _path(scene, operation, deletes=right)
    answer = scene.api.send(operation.method, path, query=query, value=body)
    if right:
        expect(answer.is_success, answer.summary(), "a 2xx: the request is right", answer)
    if wrong:
        allowed = (400, 404) if operation.id == "createIncident" else (400,)
        expect_status(answer, *allowed, because="the body is wrong")
    case.judge(answer)


def _of_own_monitors(case: Any, own: Callable[[str], str]) -> tuple[list[tuple[str, str]], Any]:
    """Return a case's query and body, with monitors of this run in the place of made-up ones."""
    query = [
        (name, own(text) if name == "monitor_id" and _is_uuid(text) else text)
        for name, text in case.query
    ]
    body = case.body
    if isinstance(body, dict) and _is_uuid(body.get("monitor_id")):
        body = {**body, "monitor_id": own(body["monitor_id"])}
    return query, body


def _path(scene: Context, operation: contract.Operation, *, deletes: bool) -> str:
    if "{id}" not in operation.path:
        return operation.path
    if operation.method != "DELETE":
        target = _guinea_pig(scene)
    elif deletes:
        target = scene.make(name=f"{scene.mark} doomed")["id"]
    else:
        target = scene.api.ledger.fresh_id()
    return operation.path.replace("{id}", target)


def _is_right(operation: contract.Operation, query: list[tuple[str, str]], body: Any) -> bool:
    names = [name for name, _ in query]
    if len(set(names)) < len(names) or operation.unknown_parameters(names):
        return False
    if operation.read_query(urlencode(query).encode()).violations:
        return False
    if not operation.takes_body:
        return body is UNSENT
    return body is not UNSENT and not operation.check_body(body)


def _is_wrong(operation: contract.Operation, body: Any) -> bool:
    return operation.takes_body and body is not UNSENT and bool(operation.check_body(body))


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


for _operation in contract.load().operations.values():
    chapter.clause(
        _operation.id,
        f"{_operation.method} {_operation.path} takes what the document calls right, refuses what "
        "it calls wrong, and answers in the promised shape.",
        requests=13,
        needs=(
            *(() if _operation.method == "GET" else (Need.WRITES,)),
            *((Need.PERMANENT,) if _operation.id in _PERMANENT else ()),
        ),
    )(_conforms(_operation))


@chapter.clause(
    "stateful",
    "Answers hold along the document's links: what was created can be read, changed and deleted.",
    requests=30,
    needs=(Need.WRITES, Need.TIME),
)
def _(scene: Context) -> None:
    def send(case: Any) -> ServerResponse:
        query, body = _of_own_monitors(case, scene.api.ledger.own_or_fresh)
        path = case.path.replace("{id}", scene.api.ledger.own_or_fresh(case.path_id))
        return scene.api.send(case.method, path, query=query, value=body)

    scenarios, steps = _SCENARIOS[scene.options.profile]
    without = () if scene.options.allow_permanent else _PERMANENT
    _generator(scene).play(send, scenarios=scenarios, steps=steps, without=without)
