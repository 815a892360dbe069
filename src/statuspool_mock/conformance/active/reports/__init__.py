"""Results as files: JUnit, JSON, HTML, Markdown, GitHub's annotations. They hold no key."""

from collections.abc import Callable, Mapping

from statuspool_mock.conformance.active.reports.annotations import as_annotations
from statuspool_mock.conformance.active.reports.html import as_html
from statuspool_mock.conformance.active.reports.machine import as_json, as_junit
from statuspool_mock.conformance.active.reports.markdown import as_markdown
from statuspool_mock.conformance.active.run import VerificationRun

FORMATS: Mapping[str, Callable[[VerificationRun], bytes]] = {
    "junit": as_junit,
    "json": as_json,
    "html": as_html,
    "md": as_markdown,
    "github": as_annotations,
}
