"""Deliveries to registered endpoints. Reference: Webhooks; Code Examples, Register Webhook."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.receiver import DeliveryReceiver, ReceivedDelivery
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM
from statuspool_mock.conformance.active.sharing import shared

group = ClauseGroup("deliveries", section="Webhooks, POST /webhooks; Register Webhook")
groups = (group,)
NEEDS = (Need.RECEIVER, Need.PERMANENT)
_SIGNATURE = "x-statuspool-signature"
TIMEOUT_SECONDS = 15.0
_QUIET_SECONDS = 1.5
_MIXED = ("sla_breach", "incident_created", "status_change")
"""Events of which the one that happens is neither the first nor the last."""
SUBSCRIBED, UNSUBSCRIBED, _OTHER_TEAM = "subscribed", "unsubscribed", "other-team"
SEVERAL, _HEX = "several-events", "hex-secret"
_SECRETS = {
    SUBSCRIBED: "whsec_{mark}/Ab+9= — ü, "
    + "longer than the block of a hash function: " * 2
    + "end",
    SEVERAL: "  spaces around {mark}  ",
    _HEX: "0f3a9c" * 10 + "beef",
}
"""Secrets that have to be used as they are: prefix, characters, length, spaces, digits."""
_MAY_BE_REFUSED = {SUBSCRIBED, SEVERAL}


@dataclass(frozen=True, slots=True)
class Notified:
    """A recorded incident, the endpoint that subscribed to it, and what was delivered."""

    endpoint_ids: Mapping[str, str]
    secrets: Mapping[str, str]
    incident: Mapping[str, Any]
    receiver: DeliveryReceiver

    def deliveries(self, place: str = SUBSCRIBED) -> list[ReceivedDelivery]:
        """Return the deliveries to one of the endpoints so far."""
        return self.receiver.received(place)

    def first(self, place: str = SUBSCRIBED) -> ReceivedDelivery:
        """Return the first delivery to an endpoint that subscribed."""
        deliveries = self.deliveries(place)
        if not deliveries:
            raise NotVerified("nothing was delivered")
        return deliveries[0]


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A registered endpoint, and the secret that it was given."""

    id: str
    secret: str


def _register(context: Context, place: str, *events: str, key: str = MAIN) -> _Endpoint:
    """Register an endpoint, with a plain secret where the server refuses another one."""
    plain = f"whsec_{context.mark}"
    secret = _SECRETS.get(place, plain).format(mark=context.mark)
    body = {"url": f"{context.receiver().url}/{place}", "events": list(events), "secret": secret}
    response = context.api.send("POST", "/webhooks", value=body, key=key)
    if place in _MAY_BE_REFUSED and response.status == 400:
        context.note(f"POST /webhooks refuses the secret {secret!r:.60}.")
        body["secret"] = plain
        response = context.api.send("POST", "/webhooks", value=body, key=key)
    if not response.is_success:
        raise NotVerified(f"no endpoint could be registered: {response.summary()}")
    name = response.fields.get("webhook_id") or response.fields.get("id")
    return _Endpoint(str(name), str(body["secret"]))


@shared
def notified_endpoints(context: Context) -> Notified:
    """Registered endpoints and a recorded incident."""
    receiver = context.receiver()
    endpoints = {
        SUBSCRIBED: _register(context, SUBSCRIBED, "incident_created"),
        UNSUBSCRIBED: _register(context, UNSUBSCRIBED, "sla_breach"),
        SEVERAL: _register(context, SEVERAL, *_MIXED),
    }
    if context.options.other_team_key is not None:
        _register(context, _OTHER_TEAM, "incident_created", key=OTHER_TEAM)
    title = f"{context.mark} Trouble — ü 🚢 </b>"
    body = {"monitor_id": context.minimal_monitor()["id"], "title": title}
    response = context.api.send("POST", "/incidents", value=body)
    if not response.is_success:
        raise NotVerified(f"no incident could be recorded: {response.summary()}")
    receiver.wait_for(SUBSCRIBED, seconds=TIMEOUT_SECONDS)
    if receiver.received(SUBSCRIBED):
        receiver.wait_for(SEVERAL, seconds=TIMEOUT_SECONDS)
    receiver.wait_for(UNSUBSCRIBED, seconds=_QUIET_SECONDS)
    return Notified(
        endpoint_ids={place: each.id for place, each in endpoints.items()},
        secrets={place: each.secret for place, each in endpoints.items()},
        incident=response.fields,
        receiver=receiver,
    )


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


@dataclass(frozen=True, slots=True)
class _Again:
    """A second incident, and an endpoint that was registered between the two."""

    response: ServerResponse
    endpoint: _Endpoint

    @property
    def incident_id(self) -> str:
        """The id of the incident."""
        return str(self.response.fields.get("id"))


@shared
def _second_incident(context: Context) -> _Again:
    """Register one more endpoint, and record an incident of another monitor."""
    notified_endpoints(context).first()
    endpoint = _register(context, _HEX, "incident_created")
    body = {
        "monitor_id": context.example_monitor()["id"],
        "title": f"{context.mark} More trouble",
        "description": "**Markdown** — ü",
    }
    response = context.api.send("POST", "/incidents", value=body)
    expect_status(response, 201, 200)
    return _Again(response, endpoint)


@group.clause(
    "each-incident",
    "An endpoint is notified of each incident, whichever monitor it is about.",
    needs=(*NEEDS, Need.TIME),
    requests=2,
)
def notifies_of_each_incident(context: Context) -> None:
    notified, second = notified_endpoints(context), _second_incident(context)
    if str(notified.incident.get("id")).encode() not in notified.first().body:
        raise NotVerified("deliveries do not have the id of the incident")
    incident_id = second.incident_id
    for place in (SUBSCRIBED, SEVERAL, _HEX):
        if not notified.deliveries(place) and place != _HEX:
            continue
        notified.receiver.wait_for(place, text=incident_id, seconds=TIMEOUT_SECONDS)
        found = [each for each in notified.deliveries(place) if incident_id.encode() in each.body]
        got = f"no delivery of the second incident in {TIMEOUT_SECONDS:.0f} s"
        expect(found, got, "a delivery of each incident", second.response)


def _expect_signed(notified: Notified, place: str, secret: str) -> None:
    notified.first(place)
    for delivery in notified.deliveries(place):
        expected = _signature(secret, delivery.body)
        got = delivery.headers.get(_SIGNATURE)
        if got != expected:
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
    notified, second = notified_endpoints(context), _second_incident(context)
    notified.receiver.wait_for(_HEX, seconds=TIMEOUT_SECONDS)
    _expect_signed(notified, _HEX, second.endpoint.secret)


@group.clause(
    "json", "A delivery is a POST of JSON.", level=Level.INFERRED, needs=NEEDS, requests=0
)
def posts_json(context: Context) -> None:
    delivery = notified_endpoints(context).first()
    expect(delivery.method == "POST", delivery.method, "POST")
    expect(delivery.value is not None, f"{delivery.body[:80]!r}", "JSON")
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
    leaked = [each for each in notified.deliveries(_OTHER_TEAM) if incident_id in each.body]
    got = f"{leaked[0].body[:120]!r}" if leaked else ""
    expect(not leaked, got, "no delivery of this team's incident")
    notified.first()
