"""The results of a run on the terminal."""

from rich.console import Console
from rich.text import Text

from statuspool_mock.conformance.active.reports.summary import advice, counts, headline
from statuspool_mock.conformance.active.results import Verdict, findings
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.suite import describe


def show(run: VerificationRun, console: Console, *, interrupted: bool) -> None:
    """Print findings, notes, what was not verified, what had to stay, and the outcome."""
    _show_findings(run, console)
    _show_reasons(run, console)
    if run.left_behind:
        console.print("Left on the server, because the API could not delete it:")
        for text in run.left_behind:
            console.print(Text(f"  {text}"), soft_wrap=True)
    if run.results:
        console.print(counts(run), soft_wrap=True)
        for line in advice(run):
            console.print(Text(line), soft_wrap=True)
    if interrupted:
        console.print("Interrupted. What the run created is deleted, except what is listed above.")
    elif run.exit_code() != 2:
        console.print(Text(headline(run), style=_style(run)), soft_wrap=True)


def _show_findings(run: VerificationRun, console: Console) -> None:
    found = findings(run.results)
    for result in found:
        console.print(Text("finding: ", style="bold red"), end="")
        console.print(Text(describe(result)), soft_wrap=True)


def _show_reasons(run: VerificationRun, console: Console) -> None:
    reasons: dict[str, list[str]] = {}
    for result in run.results:
        if result.verdict is Verdict.NOT_VERIFIED:
            reasons.setdefault(result.reason, []).append(result.clause.id)
        for note in result.notes:
            console.print(Text(f"note: {note} ({result.clause.id})", style="yellow"))
    for reason, ids in reasons.items():
        which = ids[0] if len(ids) == 1 else f"{len(ids)} clauses, such as {ids[0]}"
        console.print(Text(f"not verified: {which}: {reason}", style="dim"), soft_wrap=True)


def _style(run: VerificationRun) -> str:
    if run.exit_code():
        return "bold red"
    return "bold green" if run.is_complete else "bold yellow"
