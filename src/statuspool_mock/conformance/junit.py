"""JUnit's XML, as CI servers read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """A test case: it passed, unless `failure`, `error` or `skipped` says why not."""

    group: str
    name: str
    seconds: float
    failure: str | None = None
    error: str | None = None
    """Why the case could not be run."""
    skipped: str | None = None
    text: str = ""
    """The details of a failure, or the output of a case that passed."""


def junit(name: str, cases: Sequence[JUnitCase], *, url: str, seconds: float) -> bytes:
    """Return one suite; characters that XML cannot hold are replaced."""
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.failure is not None for case in cases)),
        errors=str(sum(case.error is not None for case in cases)),
        skipped=str(sum(case.skipped is not None for case in cases)),
        time=f"{seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="url", value=_clean(url))
    for case in cases:
        _add(suite, case)
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add(suite: ET.Element, case: JUnitCase) -> None:
    element = ET.SubElement(
        suite, "testcase", classname=case.group, name=case.name, time=f"{case.seconds:.3f}"
    )
    if case.failure is not None:
        ET.SubElement(element, "failure", message=_clean(case.failure)).text = _clean(case.text)
    elif case.error is not None:
        ET.SubElement(element, "error", message=_clean(case.error))
    elif case.skipped is not None:
        ET.SubElement(element, "skipped", message=_clean(case.skipped))
    elif case.text:
        ET.SubElement(element, "system-out").text = _clean(case.text)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
