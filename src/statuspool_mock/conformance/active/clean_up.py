"""The promise that a run's own cleaning up relies on. Reference: Monitors, DELETE."""

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding
from statuspool_mock.conformance.active.levels import Level, Need


def _deletes_everything(context: Context) -> None:
    """Expect that every DELETE of cleaning up was carried out."""
    for response in context.api.failed_deletions:
        raise Finding(response.summary(), "204: the monitor is this run's own", response)


CLEAN_UP = Clause(
    id="delete.clean-up",
    group="delete",
    level=Level.DOCUMENTED,
    section="Monitors, DELETE /monitors/{id}",
    says="What the run created can be deleted at its end.",
    requests=0,
    needs=frozenset({Need.WRITES}),
    prerequisites=(),
    check=_deletes_everything,
)
"""Checked after all others, when the run cleans up. Only a finding is reported."""
