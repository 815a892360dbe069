"""Every clause, in the order in which they are checked."""

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.clauses import (
    acceptance,
    all_responses,
    authentication,
    concurrency,
    concurrent_deletion,
    concurrent_records,
    creation,
    deletion,
    deliveries,
    delivery_times,
    details,
    errors,
    filters,
    formats,
    history_consistency,
    incident_filters,
    incidents,
    limiter,
    page_parameters,
    pagination,
    refusals,
    roles,
    schema,
    status_consistency,
    teams,
    update,
    uptime_window,
    validation,
    webhooks,
)

_MODULES = (
    creation,
    update,
    deletion,
    pagination,
    page_parameters,
    filters,
    incidents,
    incident_filters,
    webhooks,
    deliveries,
    delivery_times,
    formats,
    status_consistency,
    history_consistency,
    uptime_window,
    authentication,
    roles,
    teams,
    concurrency,
    concurrent_deletion,
    concurrent_records,
    details,  # first of its group: where a server names one field at a time, the others cost more
    validation,
    acceptance,
    refusals,
    schema,
    errors,
    limiter,
    all_responses,  # last: its clauses check what the others received
)
CLAUSES: tuple[Clause, ...] = tuple(
    clause for module in _MODULES for group in module.groups for clause in group.clauses
)
