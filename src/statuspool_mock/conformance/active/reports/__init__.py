"""Results as files, for people, CI servers and other programs. They hold no key."""

from collections.abc import Callable, Mapping

from statuspool_mock.conformance.active.reports.annotations import as_annotations
from statuspool_mock.conformance.active.reports.ctrf import as_ctrf
from statuspool_mock.conformance.active.reports.html import as_html
from statuspool_mock.conformance.active.reports.machine import as_json, as_junit
from statuspool_mock.conformance.active.reports.markdown import as_markdown
from statuspool_mock.conformance.active.reports.sarif import as_sarif
from statuspool_mock.conformance.active.run import VerificationRun

FORMATS: Mapping[str, Callable[[VerificationRun], bytes]] = {
    "junit": as_junit,
    "json": as_json,
    "html": as_html,
    "md": as_markdown,
    "ctrf": as_ctrf,
    "sarif": as_sarif,
    "github": as_annotations,
}
