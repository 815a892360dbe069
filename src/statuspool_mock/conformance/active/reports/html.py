"""Results as one self-contained page."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from statuspool_mock.conformance.active.evidence import as_text
from statuspool_mock.conformance.active.reports.summary import (
    by_group,
    by_level,
    counts,
    headline,
    named,
)
from statuspool_mock.conformance.active.results import Verdict, consequences, findings
from statuspool_mock.conformance.active.run import VerificationRun

_TEMPLATE = "report.html.j2"
_ALWAYS_SHOWN = {Verdict.PASSED, Verdict.FINDING}


def as_html(run: VerificationRun) -> bytes:
    """Return the page. The template escapes everything, and most of all what a server sent."""
    verdicts = [each for each in Verdict if run.count(each) or each in _ALWAYS_SHOWN]
    page = _template().render(
        headline=headline(run),
        counts=counts(run),
        profile=str(run.options.profile),
        requests=run.session.requests,
        tiles=[(each, run.count(each), named(each, run.count(each))) for each in verdicts],
        findings=[
            *findings(run.results),
            *(r for r in run.results if r.verdict is Verdict.KNOWN),
        ],
        verdicts=verdicts,
        groups=list(by_group(run)),
        levels=[(level, found, 0) for level, found in by_level(run)],
        clauses=[
            (group, [r for r in run.results if r.clause.group == group])
            for group, _, _ in by_group(run)
        ],
        left_behind=run.left_behind,
    )
    return page.encode("utf-8", "backslashreplace")


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["css_class"] = _css_class
    environment.filters["exchanges"] = as_text
    environment.filters["consequences"] = consequences
    return environment.from_string(files(__package__).joinpath(_TEMPLATE).read_text("utf-8"))


def _css_class(verdict: Verdict) -> str:
    return str(verdict).split()[0]
