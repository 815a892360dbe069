"""Cleaning up after a run, and the promise that it relies on. Reference: Monitors, DELETE."""

from statuspool_mock.conformance.active.clause import Clause
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified, ServerUnusable
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import Session


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


def clean_up(session: Session) -> list[str]:
    """Delete every monitor in the ledger; return what had to stay."""
    left = []
    for monitor_id, key in list(session.ledger.monitors.items()):
        try:
            path = f"/monitors/{monitor_id}"
            response = session.send("DELETE", path, key=key, counts=False)
            gone = response.status in {204, 200, 404, 410}
            if not gone:
                session.failed_deletions.append(response)
            reason = f"DELETE responded with {response.status}"
        except (Finding, NotVerified, ServerUnusable) as error:
            gone, reason = False, str(error)
        if gone:
            session.ledger.monitors.pop(monitor_id, None)
        else:
            left.append(f"monitor {monitor_id}: {reason}")
    return left + session.ledger.permanent
