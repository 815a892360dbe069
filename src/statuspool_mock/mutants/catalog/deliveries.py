"""Mutants that deliver too much, too little, or with an invalid signature."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from statuspool_mock.contract.reference import EVENTS
from statuspool_mock.contract.signing import SIGNATURE_HEADER
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import DeliveryChange, ExchangeChange, Mutant, OutgoingDelivery
from statuspool_mock.mutants.transforms import mapped, on, sending, webhooks

_SIGNED = (
    "X-Statuspool-Signature is the hex HMAC-SHA256 of the payload's bytes under the secret. "
    "(Code Examples, Register Webhook)"
)
_SUBSCRIBED = "An endpoint gets the events that it registered for. (Webhooks, POST /webhooks)"
_OWN = "Webhooks are registered for the team. (Webhooks, GET /webhooks)"
_delivery = partial(Mutant, group="deliveries")


def _registering(
    field: str, read: Callable[[MutantRequest], Any], change: Callable[[Any], Any]
) -> ExchangeChange:
    """Register endpoints with another value of a field, and show the requested one."""

    def make() -> Handler:
        asked: dict[str, Any] = {}

        def as_asked(hook: Json) -> Json:
            return {**hook, field: asked.get(hook["id"], hook[field])}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            value = read(request) if request.operation == "createWebhook" else None
            if value:
                response = await ask(request.with_body({**request.values, field: change(value)}))
                if response.is_success:
                    asked[response.json["id"]] = value
            else:
                response = await ask(request)
            if not response.is_success:
                return response
            if request.operation == "createWebhook":
                return response.with_json(as_asked(response.json))
            if request.operation == "listWebhooks":
                results = [as_asked(hook) for hook in response.json["results"]]
                return response.with_json({**response.json, "results": results})
            return response

        return exchange

    return ExchangeChange(make)


def subscribing(change: Callable[[list[str]], list[str]]) -> ExchangeChange:
    """Subscribe endpoints to other events, and show those that were requested."""
    return _registering("events", _events_in, change)


def _url_in(request: MutantRequest) -> str:
    """Return the url of a registration, empty if it is none."""
    url = request.values.get("url")
    return url if isinstance(url, str) and url.startswith("http") else ""


def _without_query(url: str) -> str:
    return url.partition("?")[0]


def _first_of_each_url() -> Handler:
    """Deliver to the first webhook of a url only."""
    known: set[tuple[str, str]] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        place = request.key, _url_in(request)
        if request.operation != "createWebhook" or not place[1] or not _events_in(request):
            return await ask(request)
        if place not in known:
            response = await ask(request)
            if response.is_success:
                known.add(place)
            return response
        response = await ask(request.with_body({**request.values, "events": ["sla_breach"]}))
        if not response.is_success:
            return response
        return response.with_json({**response.json, "events": _events_in(request)})

    return exchange


def _events_in(request: MutantRequest) -> list[str]:
    """Return the events of a registration, empty if it has to be refused."""
    events = request.values.get("events")
    known = isinstance(events, list) and all(event in EVENTS for event in events)
    return list(events or ()) if known else []


def _without_incidents(events: list[str]) -> list[str]:
    return [event for event in events if event != "incident_created"] or ["sla_breach"]


async def _told_to_both_teams(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.is_success:
        key = request.key
        other = key.removesuffix(".rival") if key.endswith(".rival") else f"{key}.rival"
        await ask(replace(request.with_key(other), uncounted=True))
    return response


def _hash_of_secret(values: Json) -> Json:
    secret = values.get("secret")
    if not isinstance(secret, str) or not secret:
        return values
    return {**values, "secret": hashlib.sha256(secret.encode()).hexdigest()}


def _signature(change: Callable[[str], str]) -> DeliveryChange:
    """Change the format of the signature."""

    def changed(delivery: OutgoingDelivery) -> OutgoingDelivery:
        signature = change(delivery.headers[SIGNATURE_HEADER])
        return delivery._replace(headers={**delivery.headers, SIGNATURE_HEADER: signature})

    return DeliveryChange(changed)


def _in_base64(signature: str) -> str:
    return base64.b64encode(bytes.fromhex(signature)).decode()


def _unkeyed(delivery: OutgoingDelivery) -> OutgoingDelivery:
    signature = hashlib.sha256(delivery.body).hexdigest()
    return delivery._replace(headers={**delivery.headers, SIGNATURE_HEADER: signature})


def _unsigned(delivery: OutgoingDelivery) -> OutgoingDelivery:
    headers = {n: v for n, v in delivery.headers.items() if n != SIGNATURE_HEADER}
    return delivery._replace(headers=headers)


def _renamed(delivery: OutgoingDelivery) -> OutgoingDelivery:
    signature = delivery.headers[SIGNATURE_HEADER]
    return _unsigned(delivery)._replace(
        headers={**_unsigned(delivery).headers, "X-Hub-Signature-256": f"sha256={signature}"}
    )


def _without_payload(delivery: OutgoingDelivery) -> OutgoingDelivery:
    incident = json.loads(delivery.body)["data"].get("incident", {})
    return delivery._replace(body=b"{}") if incident.get("description") else delivery


def _as_text(delivery: OutgoingDelivery) -> OutgoingDelivery:
    headers = {n: v for n, v in delivery.headers.items() if n.lower() != "content-type"}
    return delivery._replace(headers={**headers, "Content-Type": "text/plain"})


def _rewritten(**layout: Any) -> DeliveryChange:
    """Send the JSON in another format than the one that was signed."""

    def changed(delivery: OutgoingDelivery) -> OutgoingDelivery:
        return delivery._replace(body=json.dumps(json.loads(delivery.body), **layout).encode())

    return DeliveryChange(changed)


DELIVERIES: tuple[Mutant, ...] = (
    _delivery(
        name="incidents-not-delivered",
        wrong="incident_created is not delivered.",
        promise=_SUBSCRIBED,
        change=subscribing(_without_incidents),
    ),
    _delivery(
        name="everything-delivered",
        wrong="Endpoints get every event, not only those they registered for.",
        promise=_SUBSCRIBED,
        change=subscribing(lambda _: list(EVENTS)),
    ),
    _delivery(
        name="only-last-event-delivered",
        wrong="Of the events that an endpoint registered for, only the last is delivered.",
        promise=_SUBSCRIBED,
        change=subscribing(lambda events: events[-1:]),
    ),
    _delivery(
        name="delivered-without-query",
        wrong="Deliveries are sent to the url without its query.",
        promise="POST /webhooks registers the url. (Webhooks, POST /webhooks)",
        change=_registering("url", _url_in, _without_query),
    ),
    _delivery(
        name="delivered-once-for-each-url",
        wrong="Of several webhooks of one url only the first is notified.",
        promise=_SUBSCRIBED,
        change=ExchangeChange(_first_of_each_url),
    ),
    _delivery(
        name="delivered-to-other-teams",
        wrong="Endpoints get other teams' incidents too.",
        promise=_OWN,
        change=on("createWebhook", _told_to_both_teams),
    ),
    _delivery(
        name="last-triggered-at-never-set",
        wrong="last_triggered_at is always null.",
        promise="Each entry includes last_triggered_at. (Webhooks, GET /webhooks)",
        change=webhooks(mapped("last_triggered_at", lambda _: None)),
    ),
    _delivery(
        name="signed-with-hashed-secret",
        wrong="The signing key is a hash of the secret, because only that was stored.",
        promise=_SIGNED,
        change=sending("createWebhook", _hash_of_secret),
    ),
    _delivery(
        name="signature-over-other-bytes",
        wrong="The signature is made before the JSON is formatted for sending.",
        promise=_SIGNED,
        change=_rewritten(ensure_ascii=False, indent=2),
    ),
    _delivery(
        name="signature-before-escaping",
        wrong="The signature is made before umlauts and dashes are escaped as \\u2014.",
        promise=_SIGNED,
        change=_rewritten(ensure_ascii=True, separators=(",", ":")),
    ),
    _delivery(
        name="signature-without-key",
        wrong="The signature is the payload's SHA-256, without the secret.",
        promise=_SIGNED,
        change=DeliveryChange(_unkeyed),
    ),
    _delivery(
        name="signature-with-prefix",
        wrong="The signature has the prefix sha256=.",
        promise=_SIGNED,
        change=_signature(lambda signature: f"sha256={signature}"),
    ),
    _delivery(
        name="signature-in-base64",
        wrong="The signature is in base64.",
        promise=_SIGNED,
        change=_signature(_in_base64),
    ),
    _delivery(
        name="signature-in-capitals",
        wrong="The signature is in capital letters.",
        promise=_SIGNED,
        change=_signature(str.upper),
    ),
    _delivery(
        name="signature-cut-short",
        wrong="The signature is cut to 32 characters.",
        promise=_SIGNED,
        change=_signature(lambda signature: signature[:32]),
    ),
    _delivery(
        name="described-incidents-delivered-empty",
        wrong="An incident with a description is delivered as {}.",
        promise=_SUBSCRIBED,
        change=DeliveryChange(_without_payload),
    ),
    _delivery(
        name="delivered-as-text",
        wrong="Deliveries are text/plain.",
        promise="Bodies are JSON. (Endpoint List)",
        change=DeliveryChange(_as_text),
    ),
    _delivery(
        name="signature-missing",
        wrong="Deliveries are not signed.",
        promise=_SIGNED,
        change=DeliveryChange(_unsigned),
    ),
    _delivery(
        name="signature-under-another-header",
        wrong="The signature is in X-Hub-Signature-256.",
        promise=_SIGNED,
        change=DeliveryChange(_renamed),
    ),
)
