"""Deliveries to registered endpoints. Reference: Webhooks; Code Examples, Register Webhook."""

import hashlib
import hmac
from dataclasses import dataclass

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.receiver import DeliveryReceiver, ReceivedDelivery
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM
from statuspool_mock.conformance.active.sharing import shared

group = ClauseGroup("deliveries", section="Webhooks, POST /webhooks; Register Webhook")
groups = (group,)
_NEEDS = (Need.RECEIVER, Need.PERMANENT)
_SIGNATURE = "x-statuspool-signature"
_TIMEOUT_SECONDS = 15.0
_QUIET_SECONDS = 1.5
_SUBSCRIBED, _UNSUBSCRIBED, _OTHER_TEAM = "subscribed", "unsubscribed", "other-team"


@dataclass(frozen=True, slots=True)
class Notified:
    """A recorded incident, the endpoint that subscribed to it, and what was delivered."""

    endpoint_id: str
    incident_id: str
    receiver: DeliveryReceiver

    def deliveries(self, place: str = _SUBSCRIBED) -> list[ReceivedDelivery]:
        """Return the deliveries to one of the endpoints so far."""
        return self.receiver.received(place)

    def first(self) -> ReceivedDelivery:
        """Return the first delivery to the endpoint that subscribed."""
        deliveries = self.deliveries()
        if not deliveries:
            raise NotVerified("nothing was delivered")
        return deliveries[0]


def _secret(context: Context, place: str) -> str:
    return f"whsec — {context.mark} {place}"


def _register(context: Context, place: str, event: str, *, key: str = MAIN) -> str:
    body = {
        "url": f"{context.receiver().url}/{place}",
        "events": [event],
        "secret": _secret(context, place),
    }
    response = context.api.send("POST", "/webhooks", value=body, key=key)
    if not response.is_success:
        raise NotVerified(f"no endpoint could be registered: {response.summary()}")
    return str(response.fields.get("webhook_id") or response.fields.get("id"))


@shared
def _notified(context: Context) -> Notified:
    """Registered endpoints and a recorded incident."""
    receiver = context.receiver()
    endpoint_id = _register(context, _SUBSCRIBED, "incident_created")
    _register(context, _UNSUBSCRIBED, "sla_breach")
    if context.options.other_team_key is not None:
        _register(context, _OTHER_TEAM, "incident_created", key=OTHER_TEAM)
    title = f"{context.mark} Trouble — ü 🚢 </b>"
    body = {"monitor_id": context.minimal_monitor()["id"], "title": title}
    response = context.api.send("POST", "/incidents", value=body)
    if not response.is_success:
        raise NotVerified(f"no incident could be recorded: {response.summary()}")
    receiver.wait_for(_SUBSCRIBED, seconds=_TIMEOUT_SECONDS)
    receiver.wait_for(_UNSUBSCRIBED, seconds=_QUIET_SECONDS)
    return Notified(endpoint_id, str(response.fields.get("id")), receiver)


@group.clause(
    "incident-created",
    "An endpoint that subscribed to incident_created is notified of an incident.",
    needs=_NEEDS,
    requests=4,
)
def notifies_subscribed(context: Context) -> None:
    deliveries = _notified(context).deliveries()
    got = f"no delivery in {_TIMEOUT_SECONDS:.0f} s"
    expect(deliveries, got, "a delivery to the registered url")


@group.clause(
    "signature",
    "X-Statuspool-Signature is the hex HMAC-SHA256 of the raw body under the secret.",
    section="Code Examples, Register Webhook",
    level=Level.SAMPLE,
    needs=_NEEDS,
    requests=0,
)
def signs_deliveries(context: Context) -> None:
    notified = _notified(context)
    notified.first()
    secret = _secret(context, _SUBSCRIBED).encode()
    for delivery in notified.deliveries():
        expected = hmac.new(secret, delivery.body, hashlib.sha256).hexdigest()
        signature = delivery.headers.get(_SIGNATURE)
        if signature != expected:
            raise Finding(f"{signature!r} for {len(delivery.body)} bytes", repr(expected))


@group.clause(
    "json", "A delivery is a POST of JSON.", level=Level.INFERRED, needs=_NEEDS, requests=0
)
def posts_json(context: Context) -> None:
    delivery = _notified(context).first()
    expect(delivery.method == "POST", delivery.method, "POST")
    expect(delivery.value is not None, f"{delivery.body[:80]!r}", "JSON")


@group.clause(
    "nothing-unsubscribed",
    "An endpoint is not notified of events that it did not subscribe to.",
    needs=_NEEDS,
    requests=0,
)
def respects_subscriptions(context: Context) -> None:
    notified = _notified(context)
    deliveries = notified.deliveries(_UNSUBSCRIBED)
    got = f"{deliveries[0].body[:120]!r}" if deliveries else ""
    expect(not deliveries, got, "no delivery: only sla_breach is subscribed to")
    notified.first()  # where nothing is delivered at all, silence proves nothing


@group.clause(
    "nothing-of-other-teams",
    "An endpoint is not notified of another team's incidents.",
    needs=(*_NEEDS, Need.OTHER_TEAM_KEY),
    requests=0,
)
def notifies_own_team_only(context: Context) -> None:
    notified = _notified(context)
    incident_id = notified.incident_id.encode()
    leaked = [each for each in notified.deliveries(_OTHER_TEAM) if incident_id in each.body]
    got = f"{leaked[0].body[:120]!r}" if leaked else ""
    expect(not leaked, got, "no delivery of this team's incident")
    notified.first()


@group.clause(
    "last-triggered-at",
    "last_triggered_at of a notified endpoint is no longer null.",
    section="Webhooks, GET /webhooks",
    needs=_NEEDS,
    requests=1,
)
def dates_last_delivery(context: Context) -> None:
    notified = _notified(context)
    notified.first()
    for attempt in range(4):
        if attempt:
            context.api.wait(0.5)
        response = context.api.get("/webhooks")
        listed = [w for w in expect_list(response) if w.get("id") == notified.endpoint_id]
        if listed and listed[0].get("last_triggered_at"):
            return
    if not listed:
        raise NotVerified("the list does not contain the endpoint")
    raise Finding("last_triggered_at null after a delivery", "the time of it", response)
