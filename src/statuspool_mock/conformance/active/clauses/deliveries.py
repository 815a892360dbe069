"""What a registered endpoint is told. Reference: Webhooks; Code Examples, Register Webhook."""

import hashlib
import hmac
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.receiver import DeliveryReceiver, ReceivedDelivery
from statuspool_mock.conformance.active.session import OTHER_TEAM

chapter = ClauseGroup("deliveries", section="Webhooks, POST /webhooks; Register Webhook")
chapters = (chapter,)
_NEEDS = (Need.RECEIVER, Need.PERMANENT)
_SIGNATURE = "x-statuspool-signature"
_PATIENCE_SECONDS = 15.0
_QUIET_SECONDS = 1.5


def _register(scene: Context, place: str, events: list[str], *, key: str = "main") -> str:
    receiver = scene.receiver()
    secret = f"whsec — {scene.mark} {place}"
    body = {"url": f"{receiver.url}/{place}", "events": events, "secret": secret}
    answer = scene.api.send("POST", "/webhooks", value=body, key=key)
    if not answer.is_success:
        raise NotVerified(f"no endpoint could be registered: {answer.summary()}")
    return str(answer.fields.get("webhook_id") or answer.fields.get("id"))


@shared
def _told(scene: Context) -> DeliveryReceiver:
    """Endpoints registered and an incident recorded."""
    receiver = scene.receiver()
    scene.kept["endpoint"] = _register(scene, "subscribed", ["incident_created"])
    _register(scene, "unsubscribed", ["sla_breach"])
    if scene.options.other_team_key is not None:
        _register(scene, "other-team", ["incident_created"], key=OTHER_TEAM)
    body = {"monitor_id": scene.minimal()["id"], "title": f"{scene.mark} Trouble — ü 🚢 </b>"}
    answer = scene.api.send("POST", "/incidents", value=body)
    if not answer.is_success:
        raise NotVerified(f"no incident could be recorded: {answer.summary()}")
    scene.kept["incident"] = str(answer.fields.get("id"))
    receiver.wait_for("subscribed", seconds=_PATIENCE_SECONDS)
    receiver.wait_for("unsubscribed", seconds=_QUIET_SECONDS)
    return receiver


def _first(scene: Context) -> ReceivedDelivery:
    heard = _told(scene).heard("subscribed")
    if not heard:
        raise NotVerified("nothing was delivered")
    return heard[0]


@chapter.clause(
    "incident-created", "An endpoint that subscribed to incident_created is told of an incident.",
    needs=_NEEDS, requests=4,
)  # fmt: skip
def _(scene: Context) -> None:
    heard = _told(scene).heard("subscribed")
    expect(heard, f"no delivery in {_PATIENCE_SECONDS:.0f} s", "one to the registered url")


@chapter.clause(
    "signature",
    "X-Statuspool-Signature is the hex HMAC-SHA256 of the raw body under the secret.",
    section="Code Examples, Register Webhook",
    level=Level.SAMPLE,
    needs=_NEEDS,
    requests=0,
)
def _(scene: Context) -> None:
    _first(scene)
    secret = f"whsec — {scene.mark} subscribed".encode()
    for delivery in _told(scene).heard("subscribed"):
        wanted = hmac.new(secret, delivery.body, hashlib.sha256).hexdigest()
        came = delivery.headers.get(_SIGNATURE)
        if came != wanted:
            raise Finding(f"{came!r} for {len(delivery.body)} bytes", repr(wanted))


@chapter.clause("json", "A delivery is a POST of JSON.", level=Level.INFERRED, needs=_NEEDS,
                requests=0)  # fmt: skip
def _(scene: Context) -> None:
    delivery = _first(scene)
    expect(delivery.method == "POST", delivery.method, "POST")
    expect(delivery.value is not None, f"{delivery.body[:80]!r}", "JSON")


@chapter.clause(
    "nothing-unsubscribed", "An endpoint is not told of events that it did not subscribe to.",
    needs=_NEEDS, requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    heard = _told(scene).heard("unsubscribed")
    expect(not heard, f"{heard[0].body[:120]!r}" if heard else "", "nothing: only sla_breach")


@chapter.clause(
    "nothing-of-other-teams", "An endpoint is not told of another team's incidents.",
    needs=(*_NEEDS, Need.OTHER_TEAM_KEY), requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    heard = _told(scene).heard("other-team")
    mine: Any = scene.kept.get("incident", "")
    leaked = [each for each in heard if mine.encode() in each.body]
    expect(not leaked, f"{leaked[0].body[:120]!r}" if leaked else "", "nothing of this team")


@chapter.clause(
    "last-triggered-at", "last_triggered_at of an endpoint that was told is no longer null.",
    section="Webhooks, GET /webhooks", needs=_NEEDS, requests=1,
)  # fmt: skip
def _(scene: Context) -> None:
    _first(scene)
    for attempt in range(4):
        if attempt:
            scene.api.wait(0.5)
        answer = scene.api.get("/webhooks")
        mine = [w for w in expect_list(answer) if w.get("id") == scene.kept["endpoint"]]
        if mine and mine[0].get("last_triggered_at"):
            return
    if not mine:
        raise NotVerified("the list does not hold the endpoint")
    raise Finding("last_triggered_at null after a delivery", "the time of it", answer)
