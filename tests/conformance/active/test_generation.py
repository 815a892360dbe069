"""What the judge takes from Schemathesis: requests of each phase, and its checks of answers."""

import json

import hypothesis
import pytest

from statuspool_mock import contract
from statuspool_mock.conformance.active import tolerances
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.generation import Generator, Phase
from statuspool_mock.conformance.active.results import Finding
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.contract import readings

DOCUMENT = contract.load()
NARROW, WIDE = tolerances.narrow(DOCUMENT), readings.wide(DOCUMENT)
OPERATIONS = list(DOCUMENT.operations.values())


@pytest.fixture(scope="module")
def generator():
    return Generator(NARROW, seed=7)


def answer(status, value, *, operation, path="/monitors", media_type="application/json"):
    return ServerResponse(
        operation=operation,
        method=DOCUMENT.operations[operation].method,
        url=f"http://127.0.0.1:1/v1{path}",
        authorization=None,
        sent_headers={},
        sent=None,
        status=status,
        headers={"content-type": media_type},
        body=json.dumps(value).encode(),
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_each_operation_has_an_example_that_every_server_must_take(generator, operation):
    cases = generator.cases(operation.method, operation.path, Phase.EXAMPLES, most=2)
    if operation.takes_body:
        assert [case.body for case in cases if case.body is not UNSENT]
        for case in cases:
            assert not NARROW.operations[operation.id].check_body(case.body)
    else:
        assert cases or not operation.parameters


@pytest.mark.parametrize("phase", [Phase.COVERAGE, Phase.FUZZING])
def test_bodies_are_made_up_right_and_wrong(generator, phase):
    cases = generator.cases("POST", "/monitors", phase, most=120)
    bodies = [case.body for case in cases if case.body is not UNSENT]
    right = [body for body in bodies if not NARROW.operations["createMonitor"].check_body(body)]
    wrong = [body for body in bodies if WIDE.operations["createMonitor"].check_body(body)]
    assert right
    assert wrong
    assert not [body for body in wrong if body in right]


@pytest.fixture(params=["default", "ci"])
def profile(request):
    """Let Hypothesis be set up as it is by itself, or as it is where CI is set."""
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.load_profile(request.param)
    yield
    hypothesis.settings.load_profile(before)


@pytest.mark.usefixtures("profile")
def test_the_same_seed_makes_up_the_same_requests():
    def made(seed):
        return [
            (case.query, case.body if case.body is not UNSENT else None)
            for case in Generator(NARROW, seed=seed).cases(
                "PUT", "/monitors/{id}", Phase.FUZZING, most=10
            )
        ]

    made(1)  # Hypothesis also draws constants of modules, those too that it imports meanwhile
    assert made(1) == made(1) != made(2)


def test_an_answer_in_another_shape_is_a_finding_and_more_than_was_promised_is_none(generator):
    (case, *_) = generator.cases("POST", "/webhooks", Phase.EXAMPLES, most=1)
    promised = {"id": "1", "webhook_id": "1", "active": True, "verification_token": "t"}
    case.judge(answer(200, {**promised, "more": 1}, operation="createWebhook"))
    for broken in (
        answer(202, promised, operation="createWebhook"),
        answer(201, promised, operation="createWebhook", media_type="text/html"),
        answer(201, {**promised, "active": "yes"}, operation="createWebhook"),
        answer(201, {"id": "1"}, operation="createWebhook"),
        answer(500, {}, operation="createWebhook"),
    ):
        with pytest.raises(Finding):
            case.judge(broken)


def linked(generator, *, deletes):
    """Play creating and deleting; return what was asked."""
    asked = []

    def send(case):
        asked.append((case.method, case.path_id))
        if case.method == "POST":
            return answer(201, {"id": "made-here"}, operation="createMonitor")
        path = f"/monitors/{case.path_id}"
        if deletes and case.path_id == "made-here":
            return answer(204, None, operation="deleteMonitor", path=path)
        refusal = {"error": "NOT_FOUND", "message": "No."}
        return answer(404, refusal, operation="deleteMonitor", path=path)

    left_out = [o.id for o in OPERATIONS if o.id not in {"createMonitor", "deleteMonitor"}]
    generator.play(send, scenarios=3, steps=5, without=left_out)
    return asked


def test_links_are_followed_with_the_ids_that_came(generator):
    asked = linked(generator, deletes=True)
    assert ("DELETE", "made-here") in asked
    assert {method for method, _ in asked} == {"POST", "DELETE"}


def test_what_was_created_and_cannot_be_found_is_a_finding(generator):
    with pytest.raises(Finding, match="404"):
        linked(generator, deletes=False)


def test_nothing_is_sent_after_the_first_trouble(generator):
    asked = []

    def send(case):
        asked.append(case)
        raise Finding("nothing", "an answer")

    with pytest.raises(Finding):
        generator.play(send, scenarios=5, steps=5, without=())
    assert len(asked) == 1
