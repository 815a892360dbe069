"""Every mutant, by clause group in the order of the reference."""

from statuspool_mock.mutants.gallery.authentication import AUTHENTICATION
from statuspool_mock.mutants.gallery.deletion import DELETION
from statuspool_mock.mutants.gallery.deliveries import DELIVERIES
from statuspool_mock.mutants.gallery.errors import ERRORS
from statuspool_mock.mutants.gallery.filters import FILTERS
from statuspool_mock.mutants.gallery.incidents import INCIDENTS, WEBHOOKS
from statuspool_mock.mutants.gallery.limiter import LIMITER
from statuspool_mock.mutants.gallery.meaning import MEANING
from statuspool_mock.mutants.gallery.pagination import PAGINATION
from statuspool_mock.mutants.gallery.robustness import ROBUSTNESS
from statuspool_mock.mutants.gallery.shapes import LOGS, MONITORS, STATUS
from statuspool_mock.mutants.gallery.teams import TEAMS
from statuspool_mock.mutants.gallery.unicode import UNICODE
from statuspool_mock.mutants.gallery.validation import VALIDATION
from statuspool_mock.mutants.gallery.writes import WRITES
from statuspool_mock.mutants.mutant import Mutant

GALLERY: tuple[Mutant, ...] = (
    *AUTHENTICATION,
    *TEAMS,
    *VALIDATION,
    *WRITES,
    *DELETION,
    *PAGINATION,
    *FILTERS,
    *MONITORS,
    *STATUS,
    *LOGS,
    *INCIDENTS,
    *WEBHOOKS,
    *ERRORS,
    *UNICODE,
    *ROBUSTNESS,
    *MEANING,
    *LIMITER,
    *DELIVERIES,
)
