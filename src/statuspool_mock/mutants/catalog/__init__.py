"""Every mutant, by clause group in the order of the reference."""

from statuspool_mock.mutants.catalog.authentication import AUTHENTICATION
from statuspool_mock.mutants.catalog.bodies import BODIES
from statuspool_mock.mutants.catalog.checks import LOGS, STATUS
from statuspool_mock.mutants.catalog.coercion import COERCION
from statuspool_mock.mutants.catalog.concurrent_reads import CONCURRENT_READS
from statuspool_mock.mutants.catalog.concurrent_writes import CONCURRENT_WRITES
from statuspool_mock.mutants.catalog.consistency import MEANING
from statuspool_mock.mutants.catalog.deletion import DELETION
from statuspool_mock.mutants.catalog.deliveries import DELIVERIES
from statuspool_mock.mutants.catalog.endpoints import ENDPOINTS
from statuspool_mock.mutants.catalog.errors import ERRORS
from statuspool_mock.mutants.catalog.filters import FILTERS
from statuspool_mock.mutants.catalog.incidents import INCIDENTS, WEBHOOKS
from statuspool_mock.mutants.catalog.keys import KEYS
from statuspool_mock.mutants.catalog.limiter import LIMITER
from statuspool_mock.mutants.catalog.limiter_counting import LIMITER_COUNTING
from statuspool_mock.mutants.catalog.pagination import PAGINATION
from statuspool_mock.mutants.catalog.recording import RECORDING
from statuspool_mock.mutants.catalog.replicas import REPLICAS
from statuspool_mock.mutants.catalog.robustness import ROBUSTNESS
from statuspool_mock.mutants.catalog.routes import ROUTES
from statuspool_mock.mutants.catalog.shapes import MONITORS
from statuspool_mock.mutants.catalog.side_effects import SIDE_EFFECTS
from statuspool_mock.mutants.catalog.staleness import STALENESS
from statuspool_mock.mutants.catalog.teams import TEAMS
from statuspool_mock.mutants.catalog.time_spans import TIME_SPANS
from statuspool_mock.mutants.catalog.unicode import UNICODE
from statuspool_mock.mutants.catalog.validation import VALIDATION
from statuspool_mock.mutants.catalog.values import VALUES
from statuspool_mock.mutants.catalog.writes import WRITES
from statuspool_mock.mutants.mutant import Mutant

CATALOG: tuple[Mutant, ...] = (
    *AUTHENTICATION,
    *KEYS,
    *TEAMS,
    *VALIDATION,
    *COERCION,
    *VALUES,
    *BODIES,
    *WRITES,
    *DELETION,
    *PAGINATION,
    *FILTERS,
    *ROUTES,
    *STALENESS,
    *MONITORS,
    *STATUS,
    *LOGS,
    *INCIDENTS,
    *WEBHOOKS,
    *RECORDING,
    *SIDE_EFFECTS,
    *ERRORS,
    *UNICODE,
    *ROBUSTNESS,
    *MEANING,
    *TIME_SPANS,
    *CONCURRENT_WRITES,
    *CONCURRENT_READS,
    *LIMITER,
    *LIMITER_COUNTING,
    *DELIVERIES,
    *ENDPOINTS,
    *REPLICAS,
)
