"""Schemathesis as `verify` uses it: requests of each phase, and its checks of responses."""

import json

import hypothesis
import pytest
from hypothesis.errors import FlakyStrategyDefinition, InvalidDefinition

from statuspool_mock import contract
from statuspool_mock.conformance.active import tolerances
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.generation import GenerationFailed, Generator, Phase
from statuspool_mock.conformance.active.session import UNSENT
from statuspool_mock.contract import readings

pytestmark = pytest.mark.slow

DOCUMENT = contract.load()
NARROW, WIDE = tolerances.narrow(DOCUMENT), readings.wide(DOCUMENT)
OPERATIONS = list(DOCUMENT.operations.values())


@pytest.fixture(scope="module")
def generator():
    return Generator(NARROW, seed=7)


def response(status, value, *, operation, path="/monitors", media_type="application/json"):
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
def test_each_operation_has_an_example_that_every_server_must_accept(generator, operation):
    cases = generator.cases(operation.method, operation.path, Phase.EXAMPLES, most=2)
    if operation.takes_body:
        assert [case.body for case in cases if case.body is not UNSENT]
        for case in cases:
            assert not NARROW.operations[operation.id].check_body(case.body)
    else:
        assert cases or not operation.parameters


@pytest.mark.parametrize("phase", [Phase.COVERAGE, Phase.FUZZING])
def test_valid_and_invalid_bodies_are_generated(generator, phase):
    cases = generator.cases("POST", "/monitors", phase, most=120)
    bodies = [case.body for case in cases if case.body is not UNSENT]
    right = [body for body in bodies if not NARROW.operations["createMonitor"].check_body(body)]
    wrong = [body for body in bodies if WIDE.operations["createMonitor"].check_body(body)]
    assert right
    assert wrong
    assert not [body for body in wrong if body in right]


@pytest.fixture(params=["default", "ci"])
def profile(request):
    """Set up Hypothesis as it is by default, or as it is where CI is set."""
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.load_profile(request.param)
    yield
    hypothesis.settings.load_profile(before)


@pytest.mark.usefixtures("profile")
def test_the_same_seed_generates_the_same_requests():
    def made(seed):
        return [
            (case.query, case.body if case.body is not UNSENT else None)
            for case in Generator(NARROW, seed=seed).cases(
                "PUT", "/monitors/{id}", Phase.FUZZING, most=10
            )
        ]

    made(1)  # Hypothesis also draws constants of modules, and imports some meanwhile
    assert made(1) == made(1) != made(2)


def test_another_shape_is_a_finding_and_additional_properties_are_not(generator):
    (case, *_) = generator.cases("POST", "/webhooks", Phase.EXAMPLES, most=1)
    promised = {"id": "1", "webhook_id": "1", "active": True, "verification_token": "t"}
    case.check(response(200, {**promised, "more": 1}, operation="createWebhook"))
    for broken in (
        response(202, promised, operation="createWebhook"),
        response(201, promised, operation="createWebhook", media_type="text/html"),
        response(201, {**promised, "active": "yes"}, operation="createWebhook"),
        response(201, {"id": "1"}, operation="createWebhook"),
        response(500, {}, operation="createWebhook"),
    ):
        with pytest.raises(Finding):
            case.check(broken)


def linked(generator, *, deletes):
    """Create and delete along links; return the requests."""
    sent = []

    def send(case):
        sent.append((case.method, case.path_id))
        if case.method == "POST":
            return response(201, {"id": "made-here"}, operation="createMonitor")
        path = f"/monitors/{case.path_id}"
        if deletes and case.path_id == "made-here":
            return response(204, None, operation="deleteMonitor", path=path)
        refusal = {"error": "NOT_FOUND", "message": "No."}
        return response(404, refusal, operation="deleteMonitor", path=path)

    left_out = [o.id for o in OPERATIONS if o.id not in {"createMonitor", "deleteMonitor"}]
    generator.play(send, scenarios=3, steps=5, without=left_out)
    return sent


def test_links_are_followed_with_the_ids_of_responses(generator):
    sent = linked(generator, deletes=True)
    assert ("DELETE", "made-here") in sent
    assert {method for method, _ in sent} == {"POST", "DELETE"}


def test_a_created_monitor_that_is_not_found_is_a_finding(generator):
    with pytest.raises(Finding, match="404"):
        linked(generator, deletes=False)


@pytest.mark.parametrize("error", [Finding("nothing", "a response"), TypeError("bytes")])
def test_nothing_is_sent_after_the_first_error(generator, error):
    """Hypothesis would repeat the scenario, and call it flaky where the server has changed."""
    sent = []

    def send(case):
        sent.append(case)
        raise error

    with pytest.raises(type(error)):
        generator.play(send, scenarios=5, steps=5, without=())
    assert len(sent) == 1


def test_a_failure_of_the_generator_is_not_the_servers():
    class Machine:
        @classmethod
        def run(cls, **_):
            raise InvalidDefinition("no rules")

    class Broken:
        def as_state_machine(self):
            return Machine

    generator = Generator(NARROW, seed=1)
    generator._schema = Broken()
    with pytest.raises(GenerationFailed, match="InvalidDefinition"):
        generator.play(lambda case: case, scenarios=2, steps=2, without=())


def test_a_server_that_responds_otherwise_to_the_same_requests_ends_nothing():
    """Which requests can follow depends on the responses, so that Hypothesis calls it flaky."""
    runs = []

    class Machine:
        @classmethod
        def run(cls, **_):
            runs.append(cls)
            if len(runs) == 1:
                raise FlakyStrategyDefinition("inconsistent data generation")

    class Changing:
        def as_state_machine(self):
            return Machine

    generator = Generator(NARROW, seed=1)
    generator._schema = Changing()
    generator.play(lambda case: case, scenarios=2, steps=2, without=())
    assert len(runs) == 2
