"""The names of clauses that options give, by themselves or in a report."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from statuspool_mock.bounded_documents import read_json
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.clean_up import CLEAN_UP


def findings_of(baseline: Path | None) -> frozenset[str]:
    """Return the clauses with findings in a JSON report. Raises `click.BadParameter`."""
    if baseline is None:
        return frozenset()
    try:
        results = read_json(baseline)["results"]
        return frozenset(
            each["clause"]
            for each in results
            if each["verdict"] in {"finding", "consequence", "known finding"}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.BadParameter(
            f"expected a report that --report json=PATH wrote, got {str(baseline)!r}: {error}",
            param_hint="--baseline",
        ) from error


def check(names: Sequence[str]) -> None:
    """Raise `click.UsageError` where a name is neither a clause nor a group."""
    groups = dict.fromkeys(clause.group for clause in CLAUSES)
    known = [*groups, *(clause.id for clause in CLAUSES), CLEAN_UP.id]
    for name in names:
        if not any(each == name or each.startswith(f"{name}.") for each in known):
            near = get_close_matches(name, known, n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else "--list shows all"
            raise click.UsageError(f"expected a clause or a group, got {name!r}; {hint}")
