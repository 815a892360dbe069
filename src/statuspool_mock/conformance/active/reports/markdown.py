"""Results as Markdown, for the summary of a CI step."""

from statuspool_mock.conformance.active.reports.summary import by_group, headline
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import VerificationRun


def as_markdown(judgement: VerificationRun) -> bytes:
    """Return a headline, the findings, and a table of groups."""
    lines = [f"## {headline(judgement)}", ""]
    for result in judgement.results:
        if result.verdict is Verdict.FINDING:
            lines += [
                f"### `{result.clause.id}`",
                "",
                f"{_plain(result.clause.says)} ({result.clause.level}: {result.clause.section})",
                "",
                *_fenced(f"came:     {result.got}\nexpected: {result.expected}\n{result.curl}"),
                "",
            ]
    lines += ["| group | " + " | ".join(map(str, Verdict)) + " | requests |"]
    lines += ["|---" * (len(Verdict) + 2) + "|"]
    for group, counts, requests in by_group(judgement):
        cells = " | ".join(str(counts[verdict] or "") for verdict in Verdict)
        lines.append(f"| {group} | {cells} | {requests} |")
    if judgement.left:
        lines += ["", "Left behind:", "", *(f"- {_plain(text)}" for text in judgement.left)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _fenced(text: str) -> list[str]:
    """Return a code block that its text cannot close."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text.strip(), fence]


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
