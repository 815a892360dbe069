"""What a run would check, without sending anything."""

from collections.abc import Sequence

from statuspool_mock.cli.output import write
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.options import Options
from statuspool_mock.conformance.active.selection import chosen, executed, lacks

_SHARED_REQUESTS = 40
"""What clauses share, beside what each costs itself."""


def list_clauses(level: str, only: Sequence[str], skip: Sequence[str]) -> None:
    """Print the clauses that the options choose."""
    options = Options(url="", api_key="", level=Level(level), only=tuple(only), skip=tuple(skip))
    clauses = chosen(CLAUSES, options)
    width = max((len(clause.id) for clause in clauses), default=0)
    lines = [f"{clause.id:<{width}}  {clause.level:<10}  {clause.says}" for clause in clauses]
    write("\n".join([*lines, "", f"{_clauses(len(lines))}."]) + "\n")


def show(options: Options) -> None:
    """Print how many clauses a run would check at which cost, and why not the others."""
    clauses = chosen(CLAUSES, options)
    missing: dict[str, int] = {}
    for clause in clauses:
        reason = lacks(options, clause)
        missing[reason] = missing.get(reason, 0) + 1
    checked = [clause for clause in clauses if not lacks(options, clause)]
    most = options.max_requests
    cost = _SHARED_REQUESTS + sum(clause.requests for clause in executed(options, CLAUSES, checked))
    lines = [
        f"{options.url}: {len(checked)} of {len(clauses)} clauses would be checked.",
        f"  requests: about {cost}{f', at most {most}' if most else ''}",
        *(f"  not verified: {_clauses(n)}: {why}" for why, n in missing.items() if why),
        "Nothing was sent.",
    ]
    write("\n".join(lines) + "\n")


def _clauses(count: int) -> str:
    return f"{count} clause{'' if count == 1 else 's'}"
