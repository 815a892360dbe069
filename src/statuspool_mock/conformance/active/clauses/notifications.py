"""The endpoints that a run registers, and what is delivered to them. Reference: Webhooks."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.receiver import DeliveryReceiver, ReceivedDelivery
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM
from statuspool_mock.conformance.active.sharing import shared

NEEDS = (Need.RECEIVER, Need.PERMANENT)
TIMEOUT_SECONDS = 15.0
_QUIET_SECONDS = 1.5
_MIXED = ("sla_breach", "incident_created", "status_change")
"""Events of which the one that happens is neither the first nor the last."""
SUBSCRIBED, UNSUBSCRIBED, OF_OTHER_TEAM = "subscribed", "unsubscribed", "other-team"
SEVERAL, HEX = "several-events", "hex-secret"
_SECRETS = {
    SUBSCRIBED: "whsec_{mark}/Ab+9= — ü, "
    + "longer than the block of a hash function: " * 2
    + "end",
    SEVERAL: "  spaces around {mark}  ",
    HEX: "0f3a9c" * 10 + "beef",
}
"""Secrets that have to be used as they are: prefix, characters, length, spaces, digits."""
_MAY_BE_REFUSED = {SUBSCRIBED, SEVERAL}
QUERIES = {SEVERAL: "?team=A%20B&to=1"}


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
class Endpoint:
    """A registered endpoint, and the secret that it was given."""

    id: str
    secret: str


def register(
    context: Context, place: str, *events: str, key: str = MAIN, is_plain: bool = False
) -> Endpoint:
    """Register an endpoint, with a plain secret where the server refuses another one."""
    plain = f"whsec_{context.mark}"
    secret = plain if is_plain else _SECRETS.get(place, plain).format(mark=context.mark)
    url = f"{context.receiver().url}/{place}{QUERIES.get(place, '')}"
    body = {"url": url, "events": list(events), "secret": secret}
    response = context.api.send("POST", "/webhooks", value=body, key=key)
    if place in _MAY_BE_REFUSED and response.status == 400:
        context.note(f"POST /webhooks refuses the secret {secret!r:.60}.")
        body["secret"] = plain
        response = context.api.send("POST", "/webhooks", value=body, key=key)
    if not response.is_success:
        raise NotVerified(f"no endpoint could be registered: {response.summary()}")
    name = response.fields.get("webhook_id") or response.fields.get("id")
    return Endpoint(str(name), str(body["secret"]))


@shared
def notified_endpoints(context: Context) -> Notified:
    """Registered endpoints and a recorded incident."""
    receiver = context.receiver()
    endpoints = {
        SUBSCRIBED: register(context, SUBSCRIBED, "incident_created"),
        UNSUBSCRIBED: register(context, UNSUBSCRIBED, "sla_breach"),
        SEVERAL: register(context, SEVERAL, *_MIXED),
    }
    if context.options.other_team_key is not None:
        register(context, OF_OTHER_TEAM, "incident_created", key=OTHER_TEAM)
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


@dataclass(frozen=True, slots=True)
class NotifiedAgain:
    """A second incident, and endpoints that were registered between the two, of one url."""

    response: ServerResponse
    endpoint: Endpoint
    twin: Endpoint | None
    """None where the server refuses to register a url twice."""

    @property
    def incident_id(self) -> str:
        """The id of the incident."""
        return str(self.response.fields.get("id"))


@shared
def second_incident(context: Context) -> NotifiedAgain:
    """Register one more url, twice, and record an incident of another monitor."""
    notified_endpoints(context).first()
    endpoint, twin = register(context, HEX, "incident_created"), None
    with suppress(NotVerified):
        twin = register(context, HEX, "incident_created", is_plain=True)
    body = {
        "monitor_id": context.example_monitor()["id"],
        "title": f"{context.mark} More trouble",
        "description": "**Markdown** — ü",
    }
    response = context.api.send("POST", "/incidents", value=body)
    expect_status(response, 201, 200)
    return NotifiedAgain(response, endpoint, twin)
