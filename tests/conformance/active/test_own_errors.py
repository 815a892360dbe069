"""A check that breaks is reported as the fault of `verify`, and the run exits with 2."""

import json
from dataclasses import replace

import pytest
from tests.conformance.active.test_hollow_servers import responding

from statuspool_mock.conformance.active import run as active_run
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.reports.summary import headline
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import verify
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings


def break_check(monkeypatch, name, check):
    clauses = tuple(replace(c, check=check) if c.id == name else c for c in CLAUSES)
    monkeypatch.setattr(active_run, "CLAUSES", clauses)


def fail(context):
    context.read(context.create()["id"])
    raise TypeError("Object of type bytes is not JSON serializable")


def options(url, *only):
    return Options(url=url, api_key="sp_test_own-errors", only=only)


@pytest.fixture
def server():
    with RunningServer(Settings(port=0, rate_limit=None)) as running:
        yield running


def test_a_broken_check_is_not_the_servers_fault(server, monkeypatch):
    break_check(monkeypatch, "create.keeps-name", fail)
    run = verify(options(server.url, "create.keeps-name", "create.keeps-url"))
    broken, kept = run.results
    assert (broken.verdict, kept.verdict) == (Verdict.NOT_VERIFIED, Verdict.PASSED)
    assert broken.reason.startswith("verify itself failed, please report it: TypeError")
    assert run.exit_code() == 2
    assert "verify itself failed" in headline(run)
    assert json.loads(FORMATS["json"](run))["own_errors"] == [
        "create.keeps-name: TypeError('Object of type bytes is not JSON serializable')"
    ]
    assert b'errors="1"' in FORMATS["junit"](run)


def test_a_response_with_an_unexpected_shape_is_the_servers_fault(monkeypatch):
    def read_results(context):
        context.api.get("/monitors").fields["results"][0]["id"]

    break_check(monkeypatch, "create.keeps-name", read_results)
    with responding(lambda: ({"results": "none"}, 200)) as url:
        run = verify(options(url, "create.keeps-name"))
    assert run.results[0].reason.startswith("a response has an unexpected shape")
    assert not run.own_errors


def test_what_a_clause_tries_affects_no_monitor_of_another_clause(server):
    """Links lead from a list to the monitors in it, among them those that clauses share."""
    for seed in range(6):
        run = verify(
            Options(
                url=server.url,
                api_key=f"sp_test_shared-{seed}",
                seed=seed,
                only=("validation.put.interval-31", "schema.stateful", "robust.huge-values"),
            )
        )
        (scratch,) = [
            response.fields["id"]
            for response in run.session.exchanges
            if str(response.fields.get("name")).endswith(" subject") and response.status == 201
        ]
        deletions = [r for r in run.session.exchanges if r.method == "DELETE" and scratch in r.url]
        assert len(deletions) == 1  # cleaning up
        assert not run.count(Verdict.FINDING)
