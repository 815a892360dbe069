"""One fault with many consequences is one finding, and cleaning up is checked too."""

from uuid import uuid4

import pytest
from flask import request
from tests.conformance.active.test_hollow_servers import EMPTY_PAGE, refusal, responding

from statuspool_mock.conformance.active.causes import find_roots
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, findings
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.conformance.active.suite import describe

pytestmark = pytest.mark.process


def verified(respond, *only, profile=Profile.QUICK, **more):
    with responding(respond) as url:
        return verify(Options(url=url, api_key="some-key", only=only, profile=profile, **more))


def test_a_server_that_always_fails_has_one_root_cause():
    run = verified(lambda: refusal(500), profile=Profile.STANDARD)
    found = findings(run.results)
    assert found[0].clause.id == "errors.never-5xx"
    assert len(found) < 5
    assert len(found[0].consequences) == run.count(Verdict.CONSEQUENCE) > 40
    assert "consequences (responses of 500 and above): " in describe(found[0])
    consequence = next(r for r in run.results if r.verdict is Verdict.CONSEQUENCE)
    assert consequence.reason.startswith("a consequence of errors.never-5xx")
    assert run.exit_code() == 1
    for name, report in FORMATS.items():
        assert b"errors.never-5xx" in report(run), name


def test_a_server_that_refuses_nothing_has_one_root_cause():
    run = verified(lambda: ({**EMPTY_PAGE, "id": "1"}, 200), "auth", "validation")
    (first, *_) = findings(run.results)
    assert len(first.consequences) > 20
    assert first.symptom == "no request of the run was refused"


def test_created_monitors_that_are_lost_are_one_cause():
    def respond():
        if request.method == "POST" and request.path == "/v1/monitors":
            sent = request.get_json(silent=True) or {}
            return {**sent, "id": str(uuid4())}, 201
        if request.method == "GET" and request.path == "/v1/monitors":
            return EMPTY_PAGE
        return {"error": "NOT_FOUND", "message": f"Monitor {request.path} not found"}, 404

    run = verified(respond, "create", "update", "validation.put")
    roots = [r for r in findings(run.results) if r.consequences]
    assert [r.symptom for r in roots] == ["created monitors that are not found"]


def test_no_request_names_a_monitor_that_has_no_id():
    def respond():
        if request.method == "POST" and request.path == "/v1/monitors":
            return {"name": "x"}, 201
        return EMPTY_PAGE

    run = verified(respond)
    assert not [each.url for each in run.session.exchanges if "None" in each.url]


def result(symptom, place):
    found = ClauseResult(clause=CLAUSES[place], verdict=Verdict.FINDING)
    found.symptom = symptom
    return found


def test_few_findings_with_the_same_symptom_are_told_one_by_one():
    few = [result("responses of 500 and above", place) for place in range(3)]
    others = [result("", place) for place in range(3, 9)]
    find_roots([*few, *others], [])
    assert {each.verdict for each in (*few, *others)} == {Verdict.FINDING}


def test_a_failure_of_the_runs_own_cleaning_up_is_a_finding():
    created = {}

    def respond():
        if request.method == "POST":
            sent = request.get_json(silent=True)
            monitor = {"status": "up", **sent, "id": str(uuid4())}
            created[monitor["id"]] = monitor
            return monitor, 201
        if request.method == "DELETE":
            return refusal(500)
        return created.get(request.path.rpartition("/")[2], EMPTY_PAGE)

    run = verified(respond, "create.keeps-name")
    last = run.results[-1]
    assert (last.clause.id, last.verdict) == ("delete.clean-up", Verdict.FINDING)
    assert last.got.startswith("500")
    assert run.exit_code() == 1
    assert [each.method for each in last.exchanges][-1] == "DELETE"
    skipped = verified(respond, "create.keeps-name", skip=("delete",))
    assert skipped.exit_code() == 0
