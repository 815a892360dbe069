"""A clause alone, `--only ID`, checks what it checks in a whole run, or says that it cannot.

By default a sample is run; `make sweep` runs every clause.
"""

import json
import os
import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import options_for_mock
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

KILLS = json.loads(Path(__file__).with_name("kills.json").read_text("utf-8"))
"""For each clause that detects a mutant in a whole run, one such mutant."""
MATRIX = Path(__file__).parents[3] / "docs" / "kill-matrix.md"
EVERY = 1 if os.environ.get("STATUSPOOL_SWEEP") else 16
SAMPLE = [clause.id for clause in CLAUSES[::EVERY]]
KILLING_SAMPLE = [
    (clause, mutant)
    for clause, mutant in list(KILLS.items())[::EVERY]
    if not mutant.startswith("late-") or clause.startswith("late.")
]  # a mutant that begins to be wrong late is right as long as a clause alone sends requests


@pytest.fixture(scope="module")
def server():
    with RunningServer(Settings(port=0, rate_limit=None, switch_mutants=True)) as running:
        yield running


def switch(server, *mutants):
    response = httpx.put(
        f"{server.control_url}/_mock/mutants",
        json={"names": mutants},
        headers={"Authorization": "Bearer sp_test_switch"},
        timeout=60,
    )
    assert response.status_code == 200, response.text


def alone(server, clause_id, **more):
    key = f"sp_test_{uuid4().hex}"
    run = verify(
        options_for_mock(
            server.url,
            key,
            timeout_seconds=60.0,
            only=(clause_id,),
            **more,
        )
    )
    assert not run.unusable
    assert not run.own_errors
    return next(result for result in run.results if result.clause.id == clause_id)


def is_not_verified(result):
    return result.verdict is Verdict.NOT_VERIFIED and result.reason != ""


@pytest.mark.parametrize("clause_id", SAMPLE)
def test_a_right_server_has_no_finding(server, clause_id):
    switch(server)
    result = alone(server, clause_id)
    assert result.verdict in {Verdict.PASSED, Verdict.NOTE} or is_not_verified(result), result


@pytest.mark.parametrize(("clause_id", "mutant"), KILLING_SAMPLE)
def test_no_mutant_of_a_whole_run_passes(server, clause_id, mutant):
    switch(server, mutant)
    result = alone(server, clause_id)
    assert result.verdict is Verdict.FINDING or is_not_verified(result), result


@pytest.mark.slow
def test_a_clause_about_all_responses_first_executes_those_that_send_requests(server):
    switch(server, "nul-crashes")
    result = alone(server, "errors.never-5xx")
    assert result.verdict is Verdict.FINDING
    assert "\\u0000" in result.curl
    assert result.requests > 100


def test_prerequisites_are_executed_whatever_their_level(server):
    switch(server, "nul-crashes")
    assert alone(server, "errors.code-400", read_only=True).requests > 10
    assert alone(server, "errors.code-401").requests > 20


@pytest.mark.parametrize(
    ("clause_id", "options", "reason"),
    [
        ("errors.code-429", {}, "--check-rate-limit"),
        ("errors.code-401", {"skip": ("auth",)}, "--skip leaves out the clauses that it needs"),
        ("create.keeps-name", {"read_only": True}, "--read-only"),
    ],
)
def test_a_missing_prerequisite_is_the_reason(server, clause_id, options, reason):
    switch(server)
    result = alone(server, clause_id, **options)
    assert is_not_verified(result)
    assert reason in result.reason


def test_the_kills_are_those_of_the_matrix():
    text = MATRIX.read_text("utf-8")
    counted = set(re.findall(r"^\| `([^`]+)` \| \d+ \|$", text, re.MULTILINE))
    assert counted - set(KILLS) == set()
    assert set(KILLS) <= {clause.id for clause in CLAUSES}
