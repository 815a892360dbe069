"""Results for machines: JUnit's XML, and JSON that --baseline reads again."""

import json
import re
from xml.etree import ElementTree as ET

from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_json(judgement: VerificationRun) -> bytes:
    """Return one object: the server, the counts, and every clause with its verdict."""
    report = {
        "url": judgement.session.base,
        "profile": str(judgement.options.profile),
        "requests": judgement.session.requests,
        "seconds": round(judgement.seconds, 1),
        "exit_code": judgement.exit_code(),
        "cannot": judgement.cannot,
        "verdicts": {str(verdict): judgement.count(verdict) for verdict in Verdict},
        "left": judgement.left,
        "results": [result.as_json() for result in judgement.results],
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def as_junit(judgement: VerificationRun) -> bytes:
    """Return one suite: findings fail, what is not verified is skipped, notes are output."""
    suite = ET.Element(
        "testsuite",
        name="statuspool-mock verify",
        tests=str(len(judgement.results)),
        failures=str(judgement.count(Verdict.FINDING)),
        errors="0",
        skipped=str(judgement.count(Verdict.NOT_VERIFIED)),
        time=f"{judgement.seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="url", value=_clean(judgement.session.base))
    for result in judgement.results:
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
        message = _clean(f"came {result.got}, expected {result.expected}")
        text = f"{clause.says}\n{clause.level}: {clause.section}\n{result.curl}"
        ET.SubElement(case, "failure", message=message).text = _clean(text)
    elif result.verdict is Verdict.NOT_VERIFIED:
        ET.SubElement(case, "skipped", message=_clean(result.reason))
    elif result.notes or result.verdict is Verdict.KNOWN:
        known = [f"known finding: came {result.got}"] if result.got else []
        ET.SubElement(case, "system-out").text = _clean("\n".join([*result.notes, *known]))


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
