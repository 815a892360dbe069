"""When endpoints were notified, as their list shows it. Reference: Webhooks, GET /webhooks."""

from collections.abc import Mapping
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.notifications import (
    NEEDS,
    SUBSCRIBED,
    TIMEOUT_SECONDS,
    UNSUBSCRIBED,
    notified_endpoints,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.tolerances import CLOCK_SLACK_SECONDS
from statuspool_mock.time_parsing import moment

group = ClauseGroup("deliveries", section="Webhooks, GET /webhooks")
groups = (group,)


@group.clause(
    "last-triggered-at",
    "last_triggered_at of a notified endpoint is no longer null.",
    needs=NEEDS,
    requests=1,
)
def dates_last_delivery(context: Context) -> None:
    notified = notified_endpoints(context)
    notified.first()
    listed, response = _listed_endpoints(context)
    if SUBSCRIBED not in listed:
        raise NotVerified("the list does not contain the endpoint")
    triggered = listed[SUBSCRIBED].get("last_triggered_at")
    expect(triggered, "last_triggered_at null after a delivery", "the time of it", response)


@shared
def _listed_endpoints(context: Context) -> tuple[Mapping[str, dict[str, Any]], ServerResponse]:
    """The endpoints as they are listed after a delivery."""
    places = {each: place for place, each in notified_endpoints(context).endpoint_ids.items()}
    for attempt in range(4):
        if attempt:
            context.api.wait(0.5)
        response = context.api.get("/webhooks")
        listed = {places[w["id"]]: w for w in expect_list(response) if w.get("id") in places}
        if listed.get(SUBSCRIBED, {}).get("last_triggered_at"):
            break
    return listed, response


@group.clause(
    "last-triggered-at-of-the-notified",
    "last_triggered_at of an endpoint that was not notified stays null.",
    needs=NEEDS,
    requests=0,
)
def dates_notified_endpoints_only(context: Context) -> None:
    notified = notified_endpoints(context)
    notified.first()
    listed, response = _listed_endpoints(context)
    if UNSUBSCRIBED not in listed or notified.deliveries(UNSUBSCRIBED):
        raise NotVerified("there is no endpoint in the list that was not notified")
    triggered = listed[UNSUBSCRIBED].get("last_triggered_at")
    got = f"last_triggered_at {triggered} of an endpoint that was never notified"
    expect(triggered is None, got, "null", response)


@group.clause(
    "last-triggered-at-is-then",
    "last_triggered_at is the time of the delivery.",
    needs=NEEDS,
    requests=0,
)
def dates_delivery_when_it_was(context: Context) -> None:
    notified = notified_endpoints(context)
    listed, response = _listed_endpoints(context)
    triggered = moment(listed.get(SUBSCRIBED, {}).get("last_triggered_at"))
    began = moment(notified.incident.get("started_at"))
    if triggered is None or began is None:
        raise NotVerified("last_triggered_at or the incident's started_at is missing")
    apart = (triggered - began).total_seconds()
    got = f"last_triggered_at {triggered} for an incident of {began}"
    is_then = -1 <= apart <= CLOCK_SLACK_SECONDS + TIMEOUT_SECONDS
    expect(is_then, got, "a few seconds after it", response)
