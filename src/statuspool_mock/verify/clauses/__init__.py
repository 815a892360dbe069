"""Every clause, in the order in which they are judged."""

from statuspool_mock.verify.clause import Clause
from statuspool_mock.verify.clauses import (
    acceptance,
    authentication,
    creation,
    deletion,
    deliveries,
    details,
    errors,
    every_answer,
    filters,
    formats,
    incidents,
    limiter,
    meaning,
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
    meaning,
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
    every_answer,  # after all that is sent
)
CLAUSES: tuple[Clause, ...] = tuple(
    clause for module in _CHAPTERS for chapter in module.chapters for clause in chapter.clauses
)
