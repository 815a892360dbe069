"""One small probe for each mutant: it passes on a clean server and fails on the mutant."""

from tests.mutants.probes import (  # noqa: F401 - importing enters them
    access,
    deliveries,
    endpoints,
    errors,
    events,
    limits,
    lists,
    minutes,
    races,
    reads,
    replicas,
    routes,
    side_effects,
    time_spans,
    validation,
    values,
    writes,
)
