"""Results as files: JUnit, JSON, HTML, Markdown, GitHub's annotations. No key comes near them."""

from collections.abc import Callable, Mapping

from statuspool_mock.verify.judgement import Judgement
from statuspool_mock.verify.reports.annotations import as_annotations
from statuspool_mock.verify.reports.machine import as_json, as_junit
from statuspool_mock.verify.reports.markdown import as_markdown
from statuspool_mock.verify.reports.page import as_html

FORMATS: Mapping[str, Callable[[Judgement], bytes]] = {
    "junit": as_junit,
    "json": as_json,
    "html": as_html,
    "md": as_markdown,
    "github": as_annotations,
}
