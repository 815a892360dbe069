"""Results for machines: JUnit's XML, and JSON, which --baseline reads."""

import json

from statuspool_mock.conformance.active.evidence import as_text
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, consequences
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.junit import JUnitCase, junit


def as_json(run: VerificationRun) -> bytes:
    """Return one object: the server, the counts, and every clause with its verdict."""
    report = {
        "url": run.session.base,
        "profile": str(run.options.profile),
        "seed": run.options.seed,
        "requests": run.session.requests,
        "seconds": round(run.seconds, 1),
        "exit_code": run.exit_code(),
        "unusable": run.unusable,
        "own_errors": list(run.own_errors.values()),
        "verdicts": {str(verdict): run.count(verdict) for verdict in Verdict},
        "left_behind": run.left_behind,
        "results": [result.as_json() for result in run.results],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def as_junit(run: VerificationRun) -> bytes:
    """Return one suite: findings fail, what is not verified is skipped, notes are output."""
    cases = [_case(result, run.own_errors.get(result.clause.id)) for result in run.results]
    return junit("statuspool-mock verify", cases, url=run.session.base, seconds=run.seconds)


def _case(result: ClauseResult, own_error: str | None) -> JUnitCase:
    clause = result.clause
    difference = f"expected {result.expected}, got {result.got}"
    failure = skipped = None
    lines = list(result.notes)
    if own_error is not None:
        lines = []
    elif result.verdict is Verdict.FINDING:
        failure = difference
        lines = [clause.says, f"{clause.level}: {clause.section}", consequences(result)]
        lines += [result.curl, as_text(result.exchanges), result.script]
        lines = [line for line in lines if line]
    elif result.verdict in {Verdict.NOT_VERIFIED, Verdict.CONSEQUENCE}:
        skipped = result.reason
    elif result.verdict is Verdict.KNOWN:
        lines.append(f"known finding: {difference}")
    return JUnitCase(
        group=clause.group,
        name=clause.id,
        seconds=result.seconds,
        failure=failure,
        error=own_error,
        skipped=skipped,
        text="\n".join(lines),
    )
