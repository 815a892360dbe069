"""Every clause, in the order in which they are judged."""

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import (
    acceptance,
    all_responses,
    authentication,
    consistency,
    creation,
    deletion,
    deliveries,
    details,
    errors,
    filters,
    formats,
    incidents,
    limiter,
    pagination,
    refusals,
    roles,
    schema,
    teams,
    update,
    validation,
    webhooks,
)

_CHAPTERS = (
    creation,
    update,
    deletion,
    pagination,
    filters,
    incidents,
    webhooks,
    deliveries,
    formats,
    consistency,
    authentication,
    roles,
    teams,
    details,  # a server that names one wrong field at a time makes the others dear
    validation,
    acceptance,
    refusals,
    schema,
    errors,
    limiter,
    all_responses,  # after all that is sent
)
CLAUSES: tuple[Clause, ...] = tuple(
    clause for module in _CHAPTERS for chapter in module.chapters for clause in chapter.clauses
)
