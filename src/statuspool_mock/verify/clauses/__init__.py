"""Every clause, in the order in which they are judged."""

from statuspool_mock.verify.clause import Clause
from statuspool_mock.verify.clauses import (
    authentication,
    creation,
    deletion,
    deliveries,
    errors,
    filters,
    formats,
    incidents,
    limiter,
    meaning,
    pagination,
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
    validation,
    schema,
    errors,
    limiter,
)
CLAUSES: tuple[Clause, ...] = tuple(
    clause for module in _CHAPTERS for chapter in module.chapters for clause in chapter.clauses
)
