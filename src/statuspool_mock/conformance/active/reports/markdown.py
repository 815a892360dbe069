"""Results as Markdown, for the summary of a CI step."""

from statuspool_mock.conformance.active.evidence import as_text
from statuspool_mock.conformance.active.reports.summary import by_group, headline
from statuspool_mock.conformance.active.results import (
    ClauseResult,
    Verdict,
    consequences,
    findings,
)
from statuspool_mock.conformance.active.run import VerificationRun


def as_markdown(run: VerificationRun) -> bytes:
    """Return a headline, the findings, and a table of groups."""
    lines = [f"## {headline(run)}", ""]
    for result in findings(run.results):
        lines += _finding(result)
    lines += ["| group | " + " | ".join(map(str, Verdict)) + " | requests |"]
    lines += ["|---" * (len(Verdict) + 2) + "|"]
    for group, counts, requests in by_group(run):
        cells = " | ".join(str(counts[verdict] or "") for verdict in Verdict)
        lines.append(f"| {group} | {cells} | {requests} |")
    if run.left_behind:
        lines += ["", "Left behind:", "", *(f"- {_plain(text)}" for text in run.left_behind)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _finding(result: ClauseResult) -> list[str]:
    clause = result.clause
    texts = [f"expected: {result.expected}", f"got:      {result.got}"]
    texts += [text for text in (consequences(result), result.curl) if text]
    return [
        f"### `{clause.id}`",
        "",
        f"{_plain(clause.says)} ({clause.level}: {clause.section})",
        "",
        *_fenced("\n".join(texts)),
        "",
        *_folded("Exchanges", as_text(result.exchanges)),
        *_folded("Program that repeats it", result.script),
    ]


def _folded(title: str, text: str) -> list[str]:
    """Return a text that is shown on a click."""
    if not text:
        return []
    return [f"<details><summary>{title}</summary>", "", *_fenced(text), "", "</details>", ""]


def _fenced(text: str) -> list[str]:
    """Return a code block that its text cannot close."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text.strip(), fence]


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
