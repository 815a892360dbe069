"""Deliveries that arrive again, looked for late in a run. Reference: Webhooks, POST /webhooks."""

from collections import Counter

from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.notifications import (
    NEEDS,
    SEVERAL,
    SUBSCRIBED,
    notified_endpoints,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Level

group = ClauseGroup("deliveries", section="Webhooks, POST /webhooks; Register Webhook")
groups = (group,)


@group.clause(
    "once",
    "An endpoint that responds with a 2xx is notified of an event once.",
    level=Level.INFERRED,
    needs=NEEDS,
    requests=0,
)
def notifies_once(context: Context) -> None:
    notified = notified_endpoints(context)
    notified.first()
    incident_id = str(notified.incident.get("id")).encode()
    for place in (SUBSCRIBED, SEVERAL):
        bodies = [each.body for each in notified.deliveries(place)]
        about = sum(incident_id in body for body in bodies)
        most = max([about, *Counter(bodies).values()])
        expect(most <= 1, f"{most} deliveries of one incident", "one delivery")
