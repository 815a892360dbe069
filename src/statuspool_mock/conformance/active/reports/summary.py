"""The beginning of every report: outcome and counts."""

from collections import Counter
from collections.abc import Iterator

from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import VerificationRun


def headline(run: VerificationRun) -> str:
    """Return the outcome in one sentence."""
    findings = run.count(Verdict.FINDING)
    if findings:
        outcome = f"{findings} {named(Verdict.FINDING, findings)}"
    elif run.own_errors:
        outcome = f"verify itself failed, please report it: {'; '.join(run.own_errors.values())}"
    elif run.exit_code() == 2:
        outcome = f"could not be tested{f': {run.unusable}' if run.unusable else ''}"
    else:
        outcome = _without_findings(run)
    return f"{run.session.base}: {outcome}"


def _without_findings(run: VerificationRun) -> str:
    """Return what a run without new findings shows, and what it leaves open."""
    known, open_ = run.count(Verdict.KNOWN), run.count(Verdict.NOT_VERIFIED)
    if known:
        outcome = f"no new findings, but {known} {named(Verdict.KNOWN, known)}: the server still "
        outcome += f"breaks {'this promise' if known == 1 else 'these promises'}"
    else:
        outcome = "no findings in what was verified"
    if open_:
        outcome += f"; {open_} of {len(run.results)} clauses were not verified"
    return outcome


def advice(run: VerificationRun) -> Iterator[str]:
    """Yield what would make the next run better: faster, and easier to follow."""
    session = run.session
    if session.limited_seconds > run.seconds / 2:
        yield (
            f"The rate limit of the server took {session.limited_seconds:.0f} of "
            f"{run.seconds:.0f} s. Turn it off for tests, where you can: for this mock with "
            "`statuspool-mock serve --rate-limit off`."
        )
    if run.count(Verdict.FINDING):
        yield (
            "Each finding in a report (--report json=report.json) has its exchanges and a program "
            "that repeats it; `statuspool-mock verify --replay report.json` checks them again."
        )


def named(verdict: Verdict, number: int) -> str:
    """Return a verdict's name for a number of clauses: notes and findings have a plural."""
    is_counted = verdict not in {Verdict.PASSED, Verdict.NOT_VERIFIED}
    return f"{verdict}s" if is_counted and number != 1 else str(verdict)


def counts(run: VerificationRun) -> str:
    """Return how many clauses ended in each verdict, and what the run took."""
    verdicts = [
        f"{run.count(verdict)} {named(verdict, run.count(verdict))}"
        for verdict in Verdict
        if run.count(verdict) or verdict in {Verdict.PASSED, Verdict.FINDING}
    ]
    session = run.session
    waited = f", {session.waited_seconds:.0f} s of them waiting" if session.waited_seconds else ""
    return (
        f"{len(run.results)} clauses: {', '.join(verdicts)}; "
        f"{session.requests} requests in {run.seconds:.1f} s{waited}"
    )


def by_group(run: VerificationRun) -> Iterator[tuple[str, Counter[Verdict], int]]:
    """Yield each group with its verdicts and its requests, in the order of the clauses."""
    groups: dict[str, Counter[Verdict]] = {}
    requests: Counter[str] = Counter()
    for result in run.results:
        groups.setdefault(result.clause.group, Counter())[result.verdict] += 1
        requests[result.clause.group] += result.requests
    for group, found in groups.items():
        yield group, found, requests[group]


def by_level(run: VerificationRun) -> Iterator[tuple[str, Counter[Verdict]]]:
    """Yield each level with its verdicts."""
    levels: dict[str, Counter[Verdict]] = {}
    for result in run.results:
        levels.setdefault(str(result.clause.level), Counter())[result.verdict] += 1
    yield from levels.items()
