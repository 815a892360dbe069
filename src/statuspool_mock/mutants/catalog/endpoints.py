"""Mutants of endpoints: which secret, which events, which times belong to which of them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from statuspool_mock.mutants.catalog.deliveries import subscribing
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import moved
from statuspool_mock.mutants.transforms import mapped, on, present, responding, sending, webhooks

_SIGNED = (
    "X-Statuspool-Signature is the hex HMAC-SHA256 of the payload's bytes under the secret. "
    "(Code Examples, Register Webhook)"
)
_SUBSCRIBED = "An endpoint gets the events that it registered for. (Webhooks, POST /webhooks)"
_TRIGGERED = "Each entry includes last_triggered_at. (Webhooks, GET /webhooks)"
_OWN_ID = "POST /webhooks returns webhook_id and verification_token. (Webhooks, POST /webhooks)"
_endpoint = partial(Mutant, group="deliveries")


def _signing_with(change: Callable[[str], str]) -> ExchangeChange:
    """Sign with something else than the secret that was registered."""
    return sending("createWebhook", present("secret", lambda text: _of_text(text, change)))


def _decoded(secret: str) -> str:
    try:
        return bytes.fromhex(secret).decode("latin-1")
    except ValueError:
        return secret


def _of_text(value: object, change: Callable[[str], str]) -> object:
    return (change(value) or value) if isinstance(value, str) else value


def _first_secret() -> Handler:
    first: dict[str, str] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        own = request.values.get("secret")
        if request.operation != "createWebhook" or not isinstance(own, str):
            return await ask(request)
        secret = first.get(request.key, own)
        response = await ask(request.with_body({**request.values, "secret": secret}))
        if response.is_success:
            first.setdefault(request.key, secret)
        return response

    return exchange


def _registered_twice() -> Handler:
    hidden: set[str] = set()

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation == "createWebhook" and response.is_success:
            again = await ask(replace(request, uncounted=True))
            hidden.add(again.json["id"])
        if request.operation == "listWebhooks" and response.is_success:
            shown = [hook for hook in response.json["results"] if hook["id"] not in hidden]
            return response.with_json({**response.json, "results": shown})
        return response

    return exchange


def _all_triggered(body: Json) -> Json:
    times = [hook["last_triggered_at"] for hook in body["results"] if hook["last_triggered_at"]]
    newest = max(times, default=None)
    return {**body, "results": [{**h, "last_triggered_at": newest} for h in body["results"]]}


def _named_by_host(hook: Json) -> Json:
    number = str(uuid5(NAMESPACE_URL, urlsplit(hook["url"]).netloc))
    return {**hook, **{name: number for name in ("id", "webhook_id") if name in hook}}


async def _only_active(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Show endpoints of one event as inactive, and list them only where that is asked for."""
    wanted = request.parameters.get("active", "true")
    response = await ask(request.with_query(active=None) if wanted == "false" else request)
    if not response.is_success or "results" not in response.json:
        return response
    hooks = [{**hook, "active": len(hook["events"]) > 1} for hook in response.json["results"]]
    shown = [hook for hook in hooks if hook["active"] is (wanted == "true")]
    return response.with_json({**response.json, "results": shown})


ENDPOINTS: tuple[Mutant, ...] = (
    _endpoint(
        name="secret-prefix-removed",
        wrong="The prefix whsec_ is no part of the signing key.",
        promise=_SIGNED,
        change=_signing_with(lambda secret: secret.removeprefix("whsec_")),
    ),
    _endpoint(
        name="secret-trimmed",
        wrong="Spaces around the secret are removed before it is stored.",
        promise=_SIGNED,
        change=_signing_with(str.strip),
    ),
    _endpoint(
        name="secret-cut-to-64",
        wrong="Only the first 64 characters of the secret are stored.",
        promise=_SIGNED,
        change=_signing_with(lambda secret: secret[:64]),
    ),
    _endpoint(
        name="secret-in-lower-case",
        wrong="The secret is stored in lower case.",
        promise=_SIGNED,
        change=_signing_with(str.lower),
    ),
    _endpoint(
        name="secret-decoded-from-hex",
        wrong="A secret of hex digits is decoded before it is used.",
        promise=_SIGNED,
        change=_signing_with(_decoded),
    ),
    _endpoint(
        name="signed-with-the-first-secret",
        wrong="All deliveries of a team are signed with the secret of its first endpoint.",
        promise=_SIGNED,
        change=ExchangeChange(_first_secret),
    ),
    _endpoint(
        name="only-first-event-delivered",
        wrong="Of several events an endpoint gets only the first, though all are listed.",
        promise=_SUBSCRIBED,
        change=subscribing(lambda events: events[:1]),
    ),
    _endpoint(
        name="delivered-twice",
        wrong="Every event is delivered twice.",
        promise=_SUBSCRIBED,
        change=ExchangeChange(_registered_twice),
    ),
    _endpoint(
        name="last-triggered-at-of-all",
        wrong="A delivery sets last_triggered_at of all endpoints of the team.",
        promise=_TRIGGERED,
        change=responding("listWebhooks", _all_triggered),
    ),
    _endpoint(
        name="last-triggered-at-in-another-zone",
        wrong="last_triggered_at is Pacific time marked with Z.",
        promise=_TRIGGERED,
        change=webhooks(present("last_triggered_at", moved(hours=-8))),
    ),
    _endpoint(
        name="verification-token-of-all",
        wrong="All endpoints get the same verification_token.",
        promise=_OWN_ID,
        change=responding("createWebhook", mapped("verification_token", lambda _: "vt_statuspool")),
    ),
    _endpoint(
        name="webhook-id-of-its-host",
        wrong="Endpoints on the same host have the same id.",
        promise=_OWN_ID,
        change=webhooks(_named_by_host),
    ),
    _endpoint(
        name="webhook-url-without-query",
        wrong="The query of an endpoint's url is dropped.",
        promise="Each entry includes its url. (Webhooks, GET /webhooks)",
        change=webhooks(mapped("url", lambda url: url.partition("?")[0])),
    ),
    _endpoint(
        name="inactive-webhooks-listed-by-filter-only",
        wrong="GET /webhooks lists inactive endpoints only with ?active=false.",
        promise="List all registered webhooks. (Webhooks, GET /webhooks)",
        change=on("listWebhooks", _only_active),
    ),
)
