"""What a run would check, without sending anything."""

from collections.abc import Sequence

from statuspool_mock.cli.output import write
from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import CLAUSES
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.options import Options, Profile
from statuspool_mock.conformance.active.selection import chosen, executed, lacks

_SHARED_REQUESTS = 40
"""What clauses share, beside what each costs itself."""
_SHARES = {Profile.QUICK: 0.45, Profile.STANDARD: 0.72, Profile.DEEP: 1.8}
"""How much of its clauses' estimates a profile sends, as measured with the mock."""


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
    lines = [
        f"{options.url}: {len(checked)} of {len(clauses)} clauses would be checked.",
        f"  requests: {_requests(options, checked)}",
        *(f"  not verified: {_clauses(n)}: {why}" for why, n in missing.items() if why),
        "Nothing was sent.",
    ]
    write("\n".join(lines) + "\n")


def _requests(options: Options, checked: Sequence[Clause]) -> str:
    """Return how many requests a run would send, and what happens where that is too many."""
    estimates = sum(clause.requests for clause in executed(options, CLAUSES, checked))
    cost = _SHARED_REQUESTS + round(_SHARES[options.profile] * estimates)
    most = options.max_requests
    if most is None:
        return f"about {cost}"
    if cost <= most:
        return f"about {cost}, never more than {most}"
    return (
        f"{most}, the budget. All these clauses need about {cost}: what is left when the budget is "
        "spent is not verified, and the exit code does not change"
    )


def _clauses(count: int) -> str:
    return f"{count} clause{'' if count == 1 else 's'}"
