"""The HTML report: everything that a server sent stays text."""

from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports.html import as_html
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun

HOSTILE = "</pre><script>alert('x')</script><img src=x onerror=\"y\">&"


def report(**fields):
    run = VerificationRun(Options(url="http://127.0.0.1:9/v1", api_key="k"))
    run.results = [ClauseResult(clause=CLAUSES[0], **fields)]
    run.left_behind = [HOSTILE]
    run.close()
    run.left_behind = [HOSTILE]
    return as_html(run).decode()


def test_whatever_a_server_sent_is_escaped():
    page = report(
        verdict=Verdict.FINDING, got=HOSTILE, expected=HOSTILE, curl=HOSTILE, notes=[HOSTILE]
    )
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") == 5


def test_reasons_and_unpaired_surrogates_are_shown():
    page = report(verdict=Verdict.NOT_VERIFIED, reason=f"{HOSTILE} \ud800")
    assert "<script" not in page
    assert "\\ud800" in page
    assert "Findings" not in page


def test_known_findings_are_marked():
    page = report(verdict=Verdict.KNOWN, got="this", expected="that")
    assert f"{CLAUSES[0].id} (known)" in page
