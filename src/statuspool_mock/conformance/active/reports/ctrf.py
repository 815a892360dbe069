"""Results in the Common Test Report Format, https://ctrf.io."""

import json
from importlib.metadata import version
from typing import Any

from statuspool_mock.conformance.active.evidence import as_text
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, consequences
from statuspool_mock.conformance.active.run import VerificationRun

_STATUSES = {
    Verdict.PASSED: "passed",
    Verdict.NOTE: "passed",
    Verdict.FINDING: "failed",
    Verdict.CONSEQUENCE: "other",
    Verdict.KNOWN: "other",
    Verdict.NOT_VERIFIED: "skipped",
}


def as_ctrf(run: VerificationRun) -> bytes:
    """Return one report; known findings and consequences are `other`."""
    tests = [_test(result) for result in run.results]
    counts = {
        status: sum(test["status"] == status for test in tests)
        for status in ("passed", "failed", "pending", "skipped", "other")
    }
    report = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": "statuspool-mock verify",
        "results": {
            "tool": {"name": "statuspool-mock verify", "version": version("statuspool-mock")},
            "summary": {
                "tests": len(tests),
                **counts,
                "start": round(1000 * run.began),
                "stop": round(1000 * (run.began + run.seconds)),
            },
            "tests": tests,
            "environment": {"appName": run.session.base, "extra": _extra(run)},
        },
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _extra(run: VerificationRun) -> dict[str, Any]:
    return {
        "profile": str(run.options.profile),
        "seed": run.options.seed,
        "requests": run.session.requests,
        "left_behind": run.left_behind,
    }


def _test(result: ClauseResult) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": result.clause.id,
        "status": _STATUSES[result.verdict],
        "rawStatus": str(result.verdict),
        "duration": round(1000 * result.seconds),
        "suite": [result.clause.group],
        "tags": [str(result.clause.level)],
        "extra": {"says": result.clause.says, "section": result.clause.section},
    }
    if result.expected:
        test["message"] = f"expected {result.expected}, got {result.got}"
        test["trace"] = as_text(result.exchanges)
        test["extra"] |= {"consequences": consequences(result), "script": result.script}
    elif result.reason or result.notes:
        test["message"] = result.reason or " ".join(result.notes)
    return test
