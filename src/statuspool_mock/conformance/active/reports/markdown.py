"""Results as Markdown, for the summary of a CI step."""

from statuspool_mock.conformance.active.reports.summary import by_group, headline
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import VerificationRun


def as_markdown(run: VerificationRun) -> bytes:
    """Return a headline, the findings, and a table of groups."""
    lines = [f"## {headline(run)}", ""]
    for result in run.results:
        if result.verdict is Verdict.FINDING:
            lines += [
                f"### `{result.clause.id}`",
                "",
                f"{_plain(result.clause.says)} ({result.clause.level}: {result.clause.section})",
                "",
                *_fenced(f"expected: {result.expected}\ngot:      {result.got}\n{result.curl}"),
                "",
            ]
    lines += ["| group | " + " | ".join(map(str, Verdict)) + " | requests |"]
    lines += ["|---" * (len(Verdict) + 2) + "|"]
    for group, counts, requests in by_group(run):
        cells = " | ".join(str(counts[verdict] or "") for verdict in Verdict)
        lines.append(f"| {group} | {cells} | {requests} |")
    if run.left_behind:
        lines += ["", "Left behind:", "", *(f"- {_plain(text)}" for text in run.left_behind)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _fenced(text: str) -> list[str]:
    """Return a code block that its text cannot close."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text.strip(), fence]


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
