"""What a run says at its end, and while it goes on."""

import time

from statuspool_mock.cli import terminal
from statuspool_mock.cli.verify import progress
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.reports.summary import advice, headline
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun


def finished(*verdicts):
    run = VerificationRun(Options(url="http://127.0.0.1:9/v1", api_key="k"))
    run.close()
    run.results = [
        ClauseResult(clause=clause, verdict=verdict)
        for clause, verdict in zip(CLAUSES, verdicts, strict=False)
    ]
    return run


def test_known_findings_and_unverified_clauses_are_in_the_last_line(monkeypatch):
    monkeypatch.setattr(VerificationRun, "exit_code", lambda _: 0)
    whole = finished(Verdict.PASSED)
    assert headline(whole).endswith("no findings in what was verified")
    assert whole.is_complete
    known = finished(Verdict.KNOWN, Verdict.KNOWN, Verdict.NOT_VERIFIED)
    assert headline(known).endswith(
        "no new findings, but 2 known findings: the server still breaks these promises; "
        "1 of 3 clauses were not verified"
    )
    assert not known.is_complete
    assert not finished(Verdict.PASSED, Verdict.NOT_VERIFIED).is_complete


def test_a_run_that_mostly_waited_for_the_limiter_names_the_option():
    run = finished(Verdict.PASSED)
    assert not list(advice(run))
    run.started = time.monotonic() - 181
    run.session.limited_seconds = 163
    (line,) = advice(run)
    assert "took 163 of 181 s" in line
    assert "serve --rate-limit off" in line


def test_progress_off_a_terminal_is_a_line_every_ten_seconds(monkeypatch, capsys):
    run = finished(Verdict.PASSED, Verdict.FINDING)
    times = iter((0.0, 3.0, 9.9, 10.0, 10.0, 12.0, 19.9, 21.0, 21.0))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    listen = progress.Progress(run, terminal.console())
    for _ in range(6):
        listen(run.results[-1])
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"2/{len(CLAUSES)} clauses, 0 requests, 1 finding"] * 2
