"""Which clauses a run checks: what its options choose, and what they lack."""

from collections.abc import Sequence

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.options import Options, Profile


def chosen(clauses: Sequence[Clause], options: Options) -> list[Clause]:
    """Return the clauses that --only, --skip and --level leave in."""
    return [clause for clause in clauses if chooses(options, clause)]


def chooses(options: Options, clause: Clause) -> bool:
    """Whether --only, --skip and --level leave a clause in."""
    if options.level is Level.DOCUMENTED and clause.level is Level.INFERRED:
        return False
    if options.only and not names(options.only, clause):
        return False
    return not skips(options, clause)


def skips(options: Options, clause: Clause) -> bool:
    """Whether --skip leaves a clause out."""
    return names(options.skip, clause)


def prerequisites(clauses: Sequence[Clause], clause: Clause) -> list[Clause]:
    """Return the clauses that are to be executed before this one, in their order."""
    if not clause.prerequisites:
        return []
    return [each for each in clauses if each is not clause and names(clause.prerequisites, each)]


def executed(
    options: Options, clauses: Sequence[Clause], checked: Sequence[Clause]
) -> list[Clause]:
    """Return the clauses that a run executes to check these: their prerequisites are among them."""
    ids = {clause.id for clause in checked}
    for clause in checked:
        ids.update(each.id for each in executable_prerequisites(options, clauses, clause))
    return [clause for clause in clauses if clause.id in ids]


def executable_prerequisites(
    options: Options, clauses: Sequence[Clause], clause: Clause
) -> list[Clause]:
    """Return the prerequisites that --skip leaves in and whose needs are met."""
    return [
        each
        for each in prerequisites(clauses, clause)
        if not skips(options, each) and not lacks(options, each)
    ]


def names(texts: Sequence[str], clause: Clause) -> bool:
    """Whether one of the texts is the clause's id, or a group that it belongs to."""
    return any(clause.id == text or clause.id.startswith(f"{text}.") for text in texts)


def lacks(options: Options, clause: Clause) -> str:
    """Return why a run with these options cannot check a clause; empty where it can."""
    met = _met(options)
    return "; ".join(need for need in Need if need in clause.needs and need not in met)


def _met(options: Options) -> set[Need]:
    conditions = {
        Need.WRITES: not options.read_only,
        Need.PERMANENT: options.may_create_permanent,
        Need.READ_ONLY_KEY: options.readonly_key is not None,
        Need.OTHER_TEAM_KEY: options.other_team_key is not None,
        Need.REVOKED_KEY: options.revoked_key is not None,
        Need.RATE_LIMIT: options.check_rate_limit,
        Need.RECEIVER: options.webhook_listen is not None,
        Need.TIME: options.profile is not Profile.QUICK,
    }
    return {need for need, is_met in conditions.items() if is_met}
