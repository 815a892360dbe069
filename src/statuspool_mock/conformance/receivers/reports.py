"""Results as files for programs: JUnit's XML and JSON, without secrets."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from statuspool_mock.conformance.junit import JUnitCase, junit
from statuspool_mock.conformance.receivers.assertions import CaseOutcome
from statuspool_mock.conformance.receivers.run import CaseResult


def as_junit(results: Sequence[CaseResult], *, url: str) -> bytes:
    """Return one suite: failures fail, unproven cases are skipped, advice is output."""
    seconds = sum(result.seconds for result in results)
    return junit("statuspool-mock certify", list(map(_case, results)), url=url, seconds=seconds)


def _case(result: CaseResult) -> JUnitCase:
    case, verdict = result.case, result.verdict
    failure = skipped = None
    text = f"The receiver should {case.should}. {case.because} {verdict.advice}".strip()
    if verdict.outcome is CaseOutcome.FAILED:
        failure = verdict.seen
    elif verdict.outcome is CaseOutcome.UNPROVEN:
        skipped = verdict.advice
    elif verdict.outcome is CaseOutcome.ADVICE:
        text = f"Advice: the receiver {verdict.seen}. {text}"
    else:
        text = ""
    return JUnitCase(
        group="receiver",
        name=case.name,
        seconds=result.seconds,
        failure=failure,
        skipped=skipped,
        text=text,
    )


def as_json(results: Sequence[CaseResult], *, url: str) -> bytes:
    """Return one object: the receiver's url, a count of each outcome, and every case."""
    count = Counter(result.verdict.outcome for result in results)
    report = {
        "url": url,
        "outcomes": {outcome.value: count[outcome] for outcome in CaseOutcome},
        "cases": [
            {
                "name": result.case.name,
                "should": result.case.should,
                "because": result.case.because,
                "outcome": result.verdict.outcome,
                "seen": result.verdict.seen,
                "advice": result.verdict.advice,
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n"


FORMATS: Mapping[str, Callable[..., bytes]] = {"json": as_json, "junit": as_junit}
