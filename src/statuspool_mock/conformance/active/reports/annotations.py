"""Results as workflow commands, which GitHub shows as annotations of a run."""

from statuspool_mock.conformance.active.reports.summary import headline
from statuspool_mock.conformance.active.results import ClauseResult, Verdict, consequences
from statuspool_mock.conformance.active.results import findings as new_findings
from statuspool_mock.conformance.active.run import VerificationRun

_SHOWN = 10  # of each kind and step; GitHub drops the rest


def as_annotations(run: VerificationRun) -> bytes:
    """Return a line for each finding, and one for those that would not be shown."""
    findings = [_annotation("error", r) for r in new_findings(run.results)]
    known = [_annotation("warning", r) for r in _with_verdict(run, Verdict.KNOWN)]
    if run.exit_code() == 2:
        findings = [_command("error", "statuspool-mock verify", headline(run))]
    lines = [
        *_at_most(findings, "error", "findings"),
        *_at_most(known, "warning", "known findings"),
    ]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _with_verdict(run: VerificationRun, verdict: Verdict) -> list[ClauseResult]:
    return [result for result in run.results if result.verdict is verdict]


def _annotation(kind: str, result: ClauseResult) -> str:
    clause = result.clause
    title = f"{clause.id} ({clause.level}: {clause.section})"
    text = f"{clause.says}\nexpected: {result.expected}\ngot:      {result.got}"
    more = [line for line in (consequences(result), result.curl) if line]
    return _command(kind, title, "\n".join([text, *more]))


def _command(kind: str, title: str, message: str) -> str:
    name = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _at_most(lines: list[str], kind: str, what: str) -> list[str]:
    if len(lines) <= _SHOWN:
        return lines
    shown = lines[: _SHOWN - 1]
    rest = f"{len(lines) - len(shown)} more {what}: see the summary and the reports of this run."
    return [*shown, _command(kind, "statuspool-mock verify", rest)]
