"""Deliveries to registered endpoints. Reference: Webhooks; Code Examples, Register Webhook."""

import hashlib
import hmac
from urllib.parse import parse_qsl

from statuspool_mock.conformance.active.assertions import expect
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.notifications import (
    HEX,
    NEEDS,
    OF_OTHER_TEAM,
    QUERIES,
    SEVERAL,
    SUBSCRIBED,
    TIMEOUT_SECONDS,
    UNSUBSCRIBED,
    Notified,
    notified_endpoints,
    second_incident,
)
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.receiver import ReceivedDelivery

group = ClauseGroup("deliveries", section="Webhooks, POST /webhooks; Register Webhook")
groups = (group,)
_SIGNATURE = "x-statuspool-signature"


@group.clause(
    "incident-created",
    "An endpoint that subscribed to incident_created is notified of an incident.",
    needs=NEEDS,
    requests=4,
)
def notifies_subscribed(context: Context) -> None:
    deliveries = notified_endpoints(context).deliveries()
    got = f"no delivery in {TIMEOUT_SECONDS:.0f} s"
    expect(deliveries, got, "a delivery to the registered url")


@group.clause(
    "each-endpoint",
    "Every endpoint that subscribed is notified, also where the event is one of several.",
    needs=NEEDS,
    requests=1,
)
def notifies_each_endpoint(context: Context) -> None:
    notified = notified_endpoints(context)
    notified.first()
    got = f"no delivery in {TIMEOUT_SECONDS:.0f} s to an endpoint for sla_breach too"
    expect(notified.deliveries(SEVERAL), got, "a delivery to each endpoint")


@group.clause(
    "each-incident",
    "An endpoint is notified of each incident, whichever monitor it is about.",
    needs=(*NEEDS, Need.TIME),
    requests=2,
)
def notifies_of_each_incident(context: Context) -> None:
    notified, second = notified_endpoints(context), second_incident(context)
    if str(notified.incident.get("id")).encode() not in notified.first().body:
        raise NotVerified("deliveries do not have the id of the incident")
    incident_id = second.incident_id
    for place in (SUBSCRIBED, SEVERAL, HEX):
        if not notified.deliveries(place) and place != HEX:
            continue
        notified.receiver.wait_for(place, text=incident_id, seconds=TIMEOUT_SECONDS)
        found = [each for each in notified.deliveries(place) if incident_id.encode() in each.body]
        got = f"no delivery of the second incident in {TIMEOUT_SECONDS:.0f} s"
        expect(found, got, "a delivery of each incident", second.response)


@group.clause(
    "each-webhook-of-a-url",
    "Where a url is registered twice, each of the webhooks is notified, under its own secret.",
    level=Level.INFERRED,
    needs=(*NEEDS, Need.TIME),
    requests=1,
)
def notifies_each_webhook_of_a_url(context: Context) -> None:
    notified, second = notified_endpoints(context), second_incident(context)
    twin, receiver = second.twin, notified.receiver
    if twin is None or twin.id == second.endpoint.id:
        raise NotVerified("the server does not register a url twice")
    receiver.wait_for(HEX, seconds=TIMEOUT_SECONDS, number=2)
    deliveries = notified.deliveries(HEX)
    if not deliveries:
        raise NotVerified("nothing was delivered")
    own = [each for each in deliveries if _is_signed(each, twin.secret)]
    got = f"{len(deliveries)} deliveries, {len(own)} under the secret of the second webhook"
    expect(own and len(deliveries) > len(own), got, "one under each secret", second.response)


@group.clause(
    "whole-url",
    "A delivery is sent to the whole registered url, query included.",
    needs=NEEDS,
    requests=0,
)
def delivers_to_whole_url(context: Context) -> None:
    delivery, query = notified_endpoints(context).first(SEVERAL), QUERIES[SEVERAL]
    is_whole = parse_qsl(delivery.query) == parse_qsl(query[1:])
    expect(is_whole, f"a delivery with the query {delivery.query!r}", repr(query))


def _is_signed(delivery: ReceivedDelivery, secret: str) -> bool:
    return delivery.headers.get(_SIGNATURE) == _signature(secret, delivery.body)


def _expect_signed(notified: Notified, place: str, secret: str, *, other: str = "") -> None:
    """Expect a secret's signature; an `other` webhook of the place may have signed too."""
    notified.first(place)
    for delivery in notified.deliveries(place):
        expected = _signature(secret, delivery.body)
        got = delivery.headers.get(_SIGNATURE)
        if got != expected and not (other and _is_signed(delivery, other)):
            used = _other_reading(secret, delivery)
            raise Finding(f"{got!r} for {len(delivery.body)} bytes{used}", repr(expected))


def _signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _other_reading(secret: str, delivery: ReceivedDelivery) -> str:
    """Return what else the secret was taken for, where it is known."""
    got = delivery.headers.get(_SIGNATURE)
    readings = {
        "without whsec_": secret.removeprefix("whsec_"),
        "without the spaces around it": secret.strip(),
        "in lower case": secret.lower(),
        "cut to 64 characters": secret[:64],
        "cut to 32 characters": secret[:32],
        "without what is not ASCII": secret.encode("ascii", "ignore").decode(),
    }
    found = [name for name, text in readings.items() if _signature(text, delivery.body) == got]
    return f": the secret {found[0]}" if found else ""


@group.clause(
    "signature",
    "X-Statuspool-Signature is the hex HMAC-SHA256 of the raw body under the secret.",
    section="Code Examples, Register Webhook",
    level=Level.SAMPLE,
    needs=NEEDS,
    requests=0,
)
def signs_deliveries(context: Context) -> None:
    notified = notified_endpoints(context)
    _expect_signed(notified, SUBSCRIBED, notified.secrets[SUBSCRIBED])


@group.clause(
    "own-whole-secret",
    "The signature uses the endpoint's own secret, spaces around it included.",
    section="Code Examples, Register Webhook",
    level=Level.SAMPLE,
    needs=NEEDS,
    requests=0,
)
def signs_with_own_secret(context: Context) -> None:
    notified = notified_endpoints(context)
    secret = notified.secrets[SEVERAL]
    if secret == secret.strip():
        raise NotVerified("the server refuses a secret with spaces around it")
    _expect_signed(notified, SEVERAL, secret)


@group.clause(
    "hex-secret",
    "A secret of hex digits is used as it is written, not decoded.",
    section="Code Examples, Register Webhook",
    level=Level.SAMPLE,
    needs=(*NEEDS, Need.TIME),
    requests=0,
)
def signs_with_hex_secret(context: Context) -> None:
    notified, second = notified_endpoints(context), second_incident(context)
    notified.receiver.wait_for(HEX, seconds=TIMEOUT_SECONDS)
    other = second.twin.secret if second.twin else ""
    _expect_signed(notified, HEX, second.endpoint.secret, other=other)


@group.clause(
    "json", "A delivery is a POST of JSON.", level=Level.INFERRED, needs=NEEDS, requests=0
)
def posts_json(context: Context) -> None:
    delivery = notified_endpoints(context).first()
    expect(delivery.method == "POST", delivery.method, "POST")
    expect(isinstance(delivery.value, dict), f"{delivery.body[:80]!r}", "a JSON object")
    content_type = delivery.headers.get("content-type", "none")
    expect("json" in content_type.lower(), f"content type {content_type}", "application/json")


@group.clause(
    "nothing-unsubscribed",
    "An endpoint is not notified of events that it did not subscribe to.",
    needs=NEEDS,
    requests=0,
)
def respects_subscriptions(context: Context) -> None:
    notified = notified_endpoints(context)
    deliveries = notified.deliveries(UNSUBSCRIBED)
    got = f"{deliveries[0].body[:120]!r}" if deliveries else ""
    expect(not deliveries, got, "no delivery: only sla_breach is subscribed to")
    notified.first()  # where nothing is delivered at all, silence proves nothing


@group.clause(
    "nothing-of-other-teams",
    "An endpoint is not notified of another team's incidents.",
    needs=(*NEEDS, Need.OTHER_TEAM_KEY),
    requests=0,
)
def notifies_own_team_only(context: Context) -> None:
    notified = notified_endpoints(context)
    incident_id = str(notified.incident.get("id")).encode()
    leaked = [each for each in notified.deliveries(OF_OTHER_TEAM) if incident_id in each.body]
    got = f"{leaked[0].body[:120]!r}" if leaked else ""
    expect(not leaked, got, "no delivery of this team's incident")
    notified.first()
