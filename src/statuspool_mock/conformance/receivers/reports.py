"""Results as JUnit XML and JSON. They contain no secrets."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree as ET

from statuspool_mock.conformance.receivers.assertions import CaseOutcome
from statuspool_mock.conformance.receivers.run import CaseResult


def as_junit(results: Sequence[CaseResult], *, url: str) -> bytes:
    """Return one test suite: failures fail, what is unproven is skipped, advice is output."""
    count = Counter(result.verdict.outcome for result in results)
    suite = ET.Element(
        "testsuite",
        name="statuspool-mock certify",
        tests=str(len(results)),
        failures=str(count[CaseOutcome.FAILED]),
        errors="0",
        skipped=str(count[CaseOutcome.UNPROVEN]),
        time=f"{sum(result.seconds for result in results):.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="url", value=url)
    for result in results:
        _add_case(suite, result)
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_case(suite: ET.Element, result: CaseResult) -> None:
    case, verdict = result.case, result.verdict
    element = ET.SubElement(
        suite, "testcase", classname="receiver", name=case.name, time=f"{result.seconds:.3f}"
    )
    text = f"The receiver should {case.should}. {case.because} {verdict.advice}".strip()
    if verdict.outcome is CaseOutcome.FAILED:
        ET.SubElement(element, "failure", message=verdict.seen).text = text
    elif verdict.outcome is CaseOutcome.UNPROVEN:
        ET.SubElement(element, "skipped", message=verdict.advice)
    elif verdict.outcome is CaseOutcome.ADVICE:
        ET.SubElement(element, "system-out").text = f"Advice: it {verdict.seen}. {text}"


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
