"""`verify --replay`: findings of an earlier run, checked again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from statuspool_mock.bounded_documents import read_json
from statuspool_mock.cli import terminal
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.results import ClauseResult, Verdict
from statuspool_mock.conformance.active.run import VerificationRun, verify
from statuspool_mock.conformance.active.suite import describe

_BROKEN = {"finding", "consequence", "known finding"}


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay takes from a JSON report: the clauses with findings, and how they ran."""

    clauses: tuple[str, ...]
    profile: Profile
    seed: int
    url: str


def read(text: str) -> Report:
    """Read `report.json` or `report.json:CLAUSE`. Raises `click.BadParameter`."""
    path, clause = _parts(text)
    try:
        report = read_json(path)
        found = tuple(each["clause"] for each in report["results"] if each["verdict"] in _BROKEN)
        read = Report(found, Profile(report["profile"]), int(report["seed"]), str(report["url"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _bad(f"expected a report of `verify --report json=PATH`, got {path}: {error}") from (
            error
        )
    if clause is None:
        chosen = found
    else:
        chosen = tuple(each for each in found if each == clause or each.startswith(f"{clause}."))
    if not chosen:
        raise _bad(f"{path} has no finding{f' of {clause}' if clause else ''}")
    known = {each.id for each in CLAUSES}
    if unknown := [each for each in chosen if each not in known]:
        raise _bad(f"no clause {unknown[0]} can be checked by itself")
    return replace(read, clauses=chosen)


def _parts(text: str) -> tuple[Path, str | None]:
    """Split a path from the clause after its last colon; a path may have colons of its own."""
    path, colon, clause = text.rpartition(":")
    if not colon or Path(text).exists():
        return Path(text), None
    return Path(path), clause


def _bad(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="--replay")


def replay(report: Report, options: Options) -> int:
    """Check the clauses of a report again; those that pass alone, in a whole run too.

    Returns 1 where a finding is there again, 0 where none is, 2 where that could not be told.
    """
    alone = _results(verify(replace(options, only=report.clauses)), report.clauses)
    passed = [each for each in report.clauses if _holds(alone[each])]
    whole: dict[str, ClauseResult] = {}
    if passed:
        whole = _results(verify(replace(options, only=())), passed)
    outcomes = {each: _outcome(alone[each], whole.get(each)) for each in report.clauses}
    _show(outcomes)
    if any(is_broken for is_broken, _ in outcomes.values()):
        return 1
    return 0 if all(is_broken is False for is_broken, _ in outcomes.values()) else 2


def _results(run: VerificationRun, clauses: Sequence[str]) -> dict[str, Any]:
    """Return the results of a run by clause; a run that could not begin has none."""
    found = {result.clause.id: result for result in run.results}
    return {each: found.get(each, run.unusable) for each in clauses}


def _holds(result: ClauseResult | str) -> bool:
    return isinstance(result, ClauseResult) and result.verdict in {Verdict.PASSED, Verdict.NOTE}


def _outcome(
    alone: ClauseResult | str, whole: ClauseResult | str | None
) -> tuple[bool | None, str]:
    """Return whether a clause is broken, None where unknown, and that as text."""
    for result, how in ((alone, "found again"), (whole, "found again, in a whole run only")):
        if isinstance(result, ClauseResult) and result.verdict in {
            Verdict.FINDING,
            Verdict.CONSEQUENCE,
        }:
            return True, f"{how}: {describe(result)}"
    for result in (alone, whole):
        if isinstance(result, str):
            return None, f"not verified: {result}"
        if result is not None and not _holds(result):
            return None, f"not verified: {result.clause.id}: {result.reason}"
    assert isinstance(alone, ClauseResult)  # noqa: S101 - all others are told apart above
    return False, f"not found again: {alone.clause.id}"


def _show(outcomes: dict[str, tuple[bool | None, str]]) -> None:
    console = terminal.console()
    for _, text in outcomes.values():
        console.print(text, soft_wrap=True, markup=False)
    broken = sum(is_broken is True for is_broken, _ in outcomes.values())
    console.print(f"{broken} of {len(outcomes)} findings are there again.")
