"""What every report says first."""

from collections import Counter
from collections.abc import Iterator

from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import VerificationRun


def headline(judgement: VerificationRun) -> str:
    """Return the outcome in one sentence."""
    findings = judgement.count(Verdict.FINDING)
    if findings:
        outcome = f"{findings} {named(Verdict.FINDING, findings)}"
    elif judgement.exit_code() == 2:
        outcome = f"could not be tested{f': {judgement.cannot}' if judgement.cannot else ''}"
    else:
        outcome = "keeps what was verified of the contract"
    return f"{judgement.session.base}: {outcome}"


def named(verdict: Verdict, number: int) -> str:
    """Return how so many clauses of a verdict are called: notes and findings can be counted."""
    is_counted = verdict in {Verdict.NOTE, Verdict.FINDING, Verdict.KNOWN}
    return f"{verdict}s" if is_counted and number != 1 else str(verdict)


def counts(judgement: VerificationRun) -> str:
    """Return how many clauses ended how, with what it cost."""
    told = [
        f"{judgement.count(verdict)} {named(verdict, judgement.count(verdict))}"
        for verdict in Verdict
        if judgement.count(verdict) or verdict in {Verdict.PASSED, Verdict.FINDING}
    ]
    session = judgement.session
    waited = f", {session.waited_seconds:.0f} s of them waiting" if session.waited_seconds else ""
    return (
        f"{len(judgement.results)} clauses: {', '.join(told)}; "
        f"{session.requests} requests in {judgement.seconds:.1f} s{waited}"
    )


def by_group(judgement: VerificationRun) -> Iterator[tuple[str, Counter[Verdict], int]]:
    """Yield each group with its verdicts and its requests, in the order of judgement."""
    groups: dict[str, Counter[Verdict]] = {}
    requests: Counter[str] = Counter()
    for result in judgement.results:
        groups.setdefault(result.clause.group, Counter())[result.verdict] += 1
        requests[result.clause.group] += result.requests
    for group, found in groups.items():
        yield group, found, requests[group]


def by_level(judgement: VerificationRun) -> Iterator[tuple[str, Counter[Verdict]]]:
    """Yield each level with its verdicts."""
    levels: dict[str, Counter[Verdict]] = {}
    for result in judgement.results:
        levels.setdefault(str(result.clause.level), Counter())[result.verdict] += 1
    yield from levels.items()
