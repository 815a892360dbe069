"""What `make compare` tells of `verify` beside stock Schemathesis, from real runs of both."""

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


def test_schemathesis_is_heard_and_what_it_leaves_behind_is_seen(verifiers, comparison):
    keys = verifiers.fresh_keys()
    with verifiers.mock("errors-as-200") as url:
        before = verifiers.inventory(url, keys)
        trial = verifiers.Schemathesis(1).judge(url, keys)
        ran = comparison.Right(trial, before, verifiers.inventory(url, keys))
    assert trial.alarms, trial
    assert trial.requests > 10
    assert trial.trouble == ""
    assert sum(ran.left) > 0


def test_verify_is_heard(verifiers):
    with verifiers.mock("put-not-stored") as url:
        trial = verifiers.Verify("quick").judge(url, verifiers.fresh_keys())
    assert "update.stores-changes" in trial.alarms
    assert 0 < trial.requests <= 240


def test_another_implementation_can_be_asked_for_everything_it_has(verifiers):
    with verifiers.provider("stern") as (url, keys):
        assert len(verifiers.inventory(url, keys)) == 3


@pytest.mark.parametrize("judge", ["Verify", "Schemathesis"])
def test_a_server_that_is_not_there_counts_as_trouble_and_not_as_found_out(verifiers, judge):
    settings = {"Verify": "quick", "Schemathesis": 1}[judge]
    nobody = "http://127.0.0.1:9/v1"
    trial = getattr(verifiers, judge)(settings).judge(nobody, verifiers.fresh_keys())
    assert not trial.alarms
    assert trial.trouble


def test_what_schemathesis_says_of_the_mock_itself_is_no_sign_of_a_mutant(verifiers, comparison):
    nothing = verifiers.Inventory(frozenset(), frozenset(), frozenset())
    cost = verifiers.Cost(9.0, 2.0)
    quiet = verifiers.Trial(frozenset(), 240, cost)
    noisy = verifiers.Trial(frozenset({"ST202 GET /x"}), 600, cost)
    sharp = verifiers.Trial(frozenset({"update.stores-changes"}), 240, cost)
    found = comparison.Comparison(
        judges=("verify", "stock"),
        stock="stock",
        right={
            "mock": {
                "verify": comparison.Right(quiet, nothing, nothing),
                "stock": comparison.Right(noisy, nothing, nothing),
            }
        },
        groups={"put-not-stored": "writes"},
        gallery=1,
        wrong={"put-not-stored": {"verify": sharp, "stock": noisy}},
        noise=frozenset({"ST202 GET /x"}),
        settings="",
    )
    page = comparison.page(found)
    assert "| mutants found out | 1 of 1 | 0 of 1 |" in page
    assert "| right servers accused | 0 of 1 | 1 of 1 |" in page
    assert "| minutes of a rate limit of 120 | 2.0 | 5.0 |" in page
    assert "| `put-not-stored` | `update.stores-changes` | **none** |" in page
