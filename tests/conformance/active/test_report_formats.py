"""CTRF and SARIF, as their readers expect them."""

import json
import shutil
import subprocess
import tarfile

import jsonschema
import pytest

from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.evidence import ShownExchange
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports import FORMATS
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun

EXCHANGE = ShownExchange(
    method="PUT",
    url="http://127.0.0.1:9/v1/monitors/1",
    authorization="Bearer $STATUSPOOL_API_KEY",
    body='{"tags": []}',
    status=500,
    response="no",
)


@pytest.fixture
def run():
    run = VerificationRun(Options(url="http://127.0.0.1:9/v1", api_key="k"))
    run.close()
    run.results = [
        ClauseResult(
            clause=clause,
            verdict=verdict,
            expected="this" if verdict not in {Verdict.PASSED, Verdict.NOTE} else "",
            got="that",
            exchanges=[EXCHANGE],
        )
        for clause, verdict in zip(CLAUSES, Verdict, strict=False)
    ]
    return run


def report(run, name):
    return json.loads(FORMATS[name](run))


def test_ctrf_counts_every_clause_once(run):
    results = report(run, "ctrf")["results"]
    summary = results["summary"]
    counts = {name: summary[name] for name in ("passed", "failed", "skipped", "pending", "other")}
    assert counts == {"passed": 2, "failed": 1, "skipped": 1, "pending": 0, "other": 2}
    assert summary["tests"] == len(results["tests"]) == sum(counts.values())
    (failed,) = [test for test in results["tests"] if test["status"] == "failed"]
    assert failed["message"] == "expected this, got that"
    assert "> PUT http" in failed["trace"]


def test_sarif_has_a_rule_and_an_exchange_for_each_finding(run):
    log = report(run, "sarif")
    (found,) = log["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [each["level"] for each in found["results"]] == ["error", "note", "warning"]
    for each in found["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["message"]["text"].startswith("expected this, got that")
        assert each["webRequest"]["method"] == "PUT"
        assert each["webResponse"]["statusCode"] == 500
    assert found["results"][2]["baselineState"] == "unchanged"
    jsonschema.validate(log, SARIF)


def test_sarif_without_a_response_says_so(run):
    run.results[2].exchanges = [ShownExchange(**{**vars_of(EXCHANGE), "status": 0})]
    first = report(run, "sarif")["runs"][0]["results"][0]
    assert first["webResponse"] == {"noResponseReceived": True}


def vars_of(exchange):
    return {name: getattr(exchange, name) for name in exchange.__slots__}


@pytest.mark.long
def test_ctrf_is_valid_by_the_schema_of_its_own_package(run, tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    subprocess.run([npm, "pack", "ctrf@0.3.0"], cwd=tmp_path, check=True, capture_output=True)
    with tarfile.open(tmp_path / "ctrf-0.3.0.tgz") as package:
        schema = json.load(package.extractfile("package/dist/ctrf-schema-0.0.json"))
    jsonschema.validate(report(run, "ctrf"), schema)


MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": MESSAGE,
                                                "help": MESSAGE,
                                                "properties": {"type": "object"},
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {"exitCode": {"type": "integer"}},
                        }
                    },
                    "results": {
                        "items": {
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": MESSAGE,
                                "locations": {"type": "array"},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "properties": {"type": "object"},
                                "baselineState": {
                                    "enum": ["new", "unchanged", "updated", "absent"]
                                },
                                "webRequest": {"type": "object"},
                                "webResponse": {"type": "object"},
                            },
                        }
                    },
                },
            }
        },
    },
}
"""What SARIF 2.1.0, sections 3.13 to 3.47, requires of the properties that are written here."""
