"""Results for machines: JUnit's XML, and JSON, which --baseline reads."""

import json
import re
from xml.etree import ElementTree as ET

from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_json(run: VerificationRun) -> bytes:
    """Return one object: the server, the counts, and every clause with its verdict."""
    report = {
        "url": run.session.base,
        "profile": str(run.options.profile),
        "requests": run.session.requests,
        "seconds": round(run.seconds, 1),
        "exit_code": run.exit_code(),
        "unusable": run.unusable,
        "verdicts": {str(verdict): run.count(verdict) for verdict in Verdict},
        "left_behind": run.left_behind,
        "results": [result.as_json() for result in run.results],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def as_junit(run: VerificationRun) -> bytes:
    """Return one suite: findings fail, what is not verified is skipped, notes are output."""
    suite = ET.Element(
        "testsuite",
        name="statuspool-mock verify",
        tests=str(len(run.results)),
        failures=str(run.count(Verdict.FINDING)),
        errors="0",
        skipped=str(run.count(Verdict.NOT_VERIFIED)),
        time=f"{run.seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="url", value=_clean(run.session.base))
    for result in run.results:
        _add_case(suite, result)
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_case(suite: ET.Element, result: ClauseResult) -> None:
    clause = result.clause
    case = ET.SubElement(
        suite, "testcase", classname=clause.group, name=clause.id, time=f"{result.seconds:.3f}"
    )
    if result.verdict is Verdict.FINDING:
        message = _clean(f"expected {result.expected}, got {result.got}")
        text = f"{clause.says}\n{clause.level}: {clause.section}\n{result.curl}"
        ET.SubElement(case, "failure", message=message).text = _clean(text)
    elif result.verdict is Verdict.NOT_VERIFIED:
        ET.SubElement(case, "skipped", message=_clean(result.reason))
    elif result.notes or result.verdict is Verdict.KNOWN:
        lines = list(result.notes)
        if result.verdict is Verdict.KNOWN:
            lines.append(f"known finding: expected {result.expected}, got {result.got}")
        ET.SubElement(case, "system-out").text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
