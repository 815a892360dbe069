"""Findings in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS)."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.evidence import ShownExchange, as_text
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, consequences
from statuspool_mock.conformance.active.run import VerificationRun

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Verdict.FINDING: "error", Verdict.CONSEQUENCE: "note", Verdict.KNOWN: "warning"}


def as_sarif(run: VerificationRun) -> bytes:
    """Return one log: the clauses with findings as rules, each finding as a result."""
    broken = [result for result in run.results if result.verdict in _LEVELS]
    driver = {
        "name": "statuspool-mock verify",
        "version": version("statuspool-mock"),
        "rules": [_rule(result.clause) for result in broken],
    }
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [_invocation(run)],
                "results": [_result(run, index, each) for index, each in enumerate(broken)],
            }
        ],
    }
    text = json.dumps(log, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _rule(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "shortDescription": {"text": clause.says},
        "help": {"text": f"{clause.level}: {clause.section}"},
        "properties": {"tags": [clause.group, str(clause.level)]},
    }


def _invocation(run: VerificationRun) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": text}}
        for text in (*run.own_errors.values(), *([run.unusable] if run.unusable else []))
    ]
    return {
        "executionSuccessful": run.exit_code() != 2,
        "exitCode": run.exit_code(),
        "toolExecutionNotifications": notifications,
    }


def _result(run: VerificationRun, index: int, result: ClauseResult) -> dict[str, Any]:
    lines = [f"expected {result.expected}, got {result.got}", consequences(result), result.reason]
    found: dict[str, Any] = {
        "ruleId": result.clause.id,
        "ruleIndex": index,
        "level": _LEVELS[result.verdict],
        "message": {"text": "\n".join(line for line in lines if line)},
        "locations": [_location(run, result)],
        "partialFingerprints": {"clause/v1": result.clause.id},
        "properties": {"exchanges": as_text(result.exchanges), "script": result.script},
    }
    if result.verdict is Verdict.KNOWN:
        found["baselineState"] = "unchanged"
    return {**found, **dict(_exchange(result.exchanges[-1:]))}


def _location(run: VerificationRun, result: ClauseResult) -> dict[str, Any]:
    url = result.exchanges[-1].url if result.exchanges else run.session.base
    return {
        "physicalLocation": {"artifactLocation": {"uri": run.session.base}},
        "logicalLocations": [{"fullyQualifiedName": url, "kind": "resource"}],
    }


def _exchange(last: list[ShownExchange]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the request of the last exchange, and its response."""
    for each in last:
        yield (
            "webRequest",
            {
                "method": each.method,
                "target": each.url,
                **({"body": {"text": each.body}} if each.body is not None else {}),
            },
        )
        if each.status:
            yield "webResponse", {"statusCode": each.status, "body": {"text": each.response}}
        else:
            yield "webResponse", {"noResponseReceived": True}
