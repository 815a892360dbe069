"""The comparison of `verify` with stock Schemathesis, `make compare`, from real runs of both."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.process  # by modules of benchmarks/


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


@pytest.fixture
def verifiers():
    return importlib.import_module("verifiers")


@pytest.fixture
def comparison():
    return importlib.import_module("comparison")


@pytest.mark.long
def test_findings_of_schemathesis_and_what_it_leaves_behind_are_counted(verifiers, comparison):
    keys = verifiers.fresh_keys()
    with verifiers.mock("errors-as-200") as url:
        before = verifiers.inventory(url, keys)
        trial = verifiers.Schemathesis(1).run(url, keys)
        ran = comparison.Right(trial, before, verifiers.inventory(url, keys))
    assert trial.alarms, trial
    assert trial.requests > 10
    assert trial.error == ""
    assert sum(ran.left) > 0


def test_findings_of_verify_are_counted(verifiers):
    with verifiers.mock("put-not-stored") as url:
        trial = verifiers.Verify("quick").run(url, verifiers.fresh_keys())
    assert "update.stores-changes" in trial.alarms
    assert 0 < trial.requests <= 240


def test_another_implementation_can_be_inventoried(verifiers):
    with verifiers.provider("stern") as (url, keys):
        assert len(verifiers.inventory(url, keys)) == 3


@pytest.mark.parametrize("tool", ["Verify", pytest.param("Schemathesis", marks=pytest.mark.long)])
def test_an_unreachable_server_is_an_error_and_not_a_finding(verifiers, tool):
    settings = {"Verify": "quick", "Schemathesis": 1}[tool]
    unreachable = "http://127.0.0.1:9/v1"
    trial = getattr(verifiers, tool)(settings).run(unreachable, verifiers.fresh_keys())
    assert not trial.alarms
    assert trial.error


@pytest.fixture
def found(verifiers, comparison):
    """Return a comparison of one mutant, of which one tool says what it says of the mock too."""
    nothing = verifiers.Inventory(frozenset(), frozenset(), frozenset())
    cost = verifiers.Cost(9.0, 2.0)
    quiet = verifiers.Trial(frozenset(), 240, cost)
    noisy = verifiers.Trial(frozenset({"ST202 GET /x"}), 600, cost)
    sharp = verifiers.Trial(frozenset({"update.stores-changes"}), 240, cost)
    return comparison.Comparison(
        tools=("verify", "stock"),
        stock="stock",
        right={
            "mock": {
                "verify": comparison.Right(quiet, nothing, nothing),
                "stock": comparison.Right(noisy, nothing, nothing),
            }
        },
        groups={"put-not-stored": "writes"},
        mutants=1,
        wrong={"put-not-stored": {"verify": sharp, "stock": noisy}},
        noise=frozenset({"ST202 GET /x"}),
        settings="",
    )


def test_alarms_that_the_mock_itself_raises_do_not_detect_a_mutant(comparison, found):
    page = comparison.page(found)
    assert "| mutants detected | 1 of 1 | 0 of 1 |" in page
    assert "| correct servers with alarms | 0 of 1 | 1 of 1 |" in page
    assert "| minutes at 120 requests per minute | 2.0 | 5.0 |" in page
    assert "| `put-not-stored` | `update.stores-changes` | **none** |" in page


def test_the_mutation_score_counts_faults_and_false_alarms(found):
    page = importlib.import_module("scoring").score_page(found)
    assert "| faults found | 1 | 0 |" in page
    assert "| **mutation score** | **100.0 %** | **0.0 %** |" in page
    assert "| false alarms on 1 right servers | 0 | 1 |" in page
    assert "| precision | 100.0 % | 0.0 % |" in page
    assert "| requests of a run, median | 240 | 600 |" in page
    assert "- `stock`: `put-not-stored`" in page
