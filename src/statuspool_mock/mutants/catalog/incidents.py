"""Mutants of incidents and webhooks."""

from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import moved, without_zone
from statuspool_mock.mutants.transforms import (
    each,
    incidents,
    mapped,
    on,
    present,
    responding,
    sending,
    webhooks,
    without,
)

_INCIDENT = (
    "An incident has id, monitor_id, started_at, resolved_at (nullable), duration_seconds, "
    "affected_regions. (Incidents, GET /incidents)"
)
_LISTED = "GET /incidents lists all incidents of the team's monitors. (Incidents)"
_RECORDED = "POST /incidents requires the monitor_id of a monitor. (Incidents; Error Codes, 404)"
_WEBHOOK = (
    "A webhook has id, url, events, active (boolean), last_triggered_at. (Webhooks, GET /webhooks)"
)
_REGISTERED = "POST /webhooks returns webhook_id and verification_token. (Webhooks, POST /webhooks)"
_SIGNING = "The secret is a signing key; no response is said to contain it. (Webhooks)"
_incident = partial(Mutant, group="incidents")
_webhook = partial(Mutant, group="webhooks")


def _hiding(create: str, listing: str) -> ExchangeChange:
    """Omit created objects from a list."""

    def make() -> Handler:
        hidden: set[str] = set()

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            response = await ask(request)
            if not response.is_success:
                return response
            if request.operation == create:
                hidden.add(response.json["id"])
            if request.operation == listing:
                results = [item for item in response.json["results"] if item["id"] not in hidden]
                return response.with_json({**response.json, "results": results})
            return response

        return exchange

    return ExchangeChange(make)


async def _recorded_anyhow(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status != 404:
        return response
    number = str(uuid5(NAMESPACE_URL, str(request.values)))
    body = {
        "id": number,
        "monitor_id": request.values["monitor_id"],
        "title": request.values["title"],
        "description": request.values.get("description"),
        "started_at": "2025-01-15T09:42:11Z",
        "resolved_at": None,
        "duration_seconds": 0,
        "affected_regions": [],
    }
    return response.with_json(body).with_status(201)


def _number(uuid: str) -> int:
    return int(uuid[:8], 16)


def _open_without_end(incident: Json) -> Json:
    return incident if incident["resolved_at"] else without("resolved_at")(incident)


def _no_duration_while_open(incident: Json) -> Json:
    return incident if incident["resolved_at"] else {**incident, "duration_seconds": None}


def _remembered_secrets() -> Handler:
    secrets: dict[str, Any] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation == "createWebhook" and response.is_success:
            secrets[response.json["id"]] = request.values["secret"]
        if request.operation != "listWebhooks" or not response.is_success:
            return response
        results = [
            {**hook, "secret": secrets.get(hook["id"], "whsec_000000")}
            for hook in response.json["results"]
        ]
        return response.with_json({**response.json, "results": results})

    return exchange


async def _secret_echoed(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    return response.with_json({**response.json, "secret": request.values["secret"]})


def _other_number(webhook: Json) -> Json:
    number = str(uuid5(NAMESPACE_URL, webhook["id"]))
    return {**webhook, "id": number, "webhook_id": number}


def _one_event(values: Json) -> Json:
    events = values.get("events")
    if isinstance(events, list) and len(events) > 1:
        return {**values, "events": events[:1]}
    return values


INCIDENTS: tuple[Mutant, ...] = (
    _incident(
        name="recorded-incident-not-listed",
        wrong="GET /incidents does not list incidents of POST /incidents.",
        promise=_LISTED,
        change=_hiding("createIncident", "listIncidents"),
    ),
    _incident(
        name="incident-of-unknown-monitor-accepted",
        wrong="POST /incidents accepts the id of an unknown monitor.",
        promise=_RECORDED,
        change=on("createIncident", _recorded_anyhow),
    ),
    _incident(
        name="incident-without-monitor",
        wrong="Incidents have no monitor_id.",
        promise=_INCIDENT,
        change=incidents(without("monitor_id")),
    ),
    _incident(
        name="open-incident-without-resolved-at",
        wrong="resolved_at is missing while an incident is open.",
        promise=_INCIDENT,
        change=incidents(_open_without_end),
    ),
    _incident(
        name="open-incident-without-duration",
        wrong="duration_seconds is null while an incident is open.",
        promise=_INCIDENT,
        change=incidents(_no_duration_while_open),
    ),
    _incident(
        name="incident-ids-as-numbers",
        wrong="Ids of incidents are numbers.",
        promise="An incident has a UUID. (Error Codes, 404)",
        change=incidents(mapped("id", _number)),
    ),
    _incident(
        name="incident-titles-null",
        wrong="GET /incidents lists incidents with a title of null.",
        promise="An incident has the title that it was recorded with. (Incidents, POST /incidents)",
        change=responding("listIncidents", each(mapped("title", lambda _: None))),
    ),
    _incident(
        name="resolved-at-in-another-zone",
        wrong="resolved_at is Pacific time marked with Z.",
        promise=_INCIDENT,
        change=incidents(present("resolved_at", moved(hours=-8))),
    ),
    _incident(
        name="duration-in-minutes",
        wrong="duration_seconds is in minutes.",
        promise="duration_seconds is in seconds. (Incidents, GET /incidents)",
        change=incidents(mapped("duration_seconds", lambda seconds: seconds // 60)),
    ),
    _incident(
        name="duration-as-text",
        wrong='duration_seconds is "3m".',
        promise=_INCIDENT,
        change=incidents(mapped("duration_seconds", lambda seconds: f"{seconds // 60}m")),
    ),
    _incident(
        name="incident-times-without-zone",
        wrong="started_at is 2025-01-15 09:42:11.",
        promise="Timestamps are ISO 8601, such as 2025-01-15T09:42:11Z. (Code Examples)",
        change=incidents(mapped("started_at", without_zone)),
    ),
    _incident(
        name="affected-regions-as-text",
        wrong='affected_regions is "eu-central-1, us-east-1".',
        promise=_INCIDENT,
        change=incidents(mapped("affected_regions", ", ".join)),
    ),
    _incident(
        name="affected-regions-of-others",
        wrong="affected_regions has regions that the monitor does not have.",
        promise="affected_regions are regions of the incident's monitor. (Incidents; Monitors)",
        change=incidents(mapped("affected_regions", lambda regions: [*regions, "antarctica-1"])),
    ),
    _incident(
        name="incidents-as-bare-array",
        wrong="GET /incidents returns an array without an envelope.",
        promise="Lists are in results. (Code Examples, List Monitors, Fetch Check Logs)",
        change=responding("listIncidents", lambda body: body["results"]),
    ),
)

WEBHOOKS: tuple[Mutant, ...] = (
    _webhook(
        name="secret-echoed",
        wrong="POST /webhooks responds with the secret.",
        promise=_SIGNING,
        change=on("createWebhook", _secret_echoed),
    ),
    _webhook(
        name="secret-listed",
        wrong="GET /webhooks lists secrets.",
        promise=_SIGNING,
        change=ExchangeChange(_remembered_secrets),
    ),
    _webhook(
        name="registered-webhook-not-listed",
        wrong="GET /webhooks does not list webhooks of POST /webhooks.",
        promise="GET /webhooks lists all registered webhooks. (Webhooks, GET /webhooks)",
        change=_hiding("createWebhook", "listWebhooks"),
    ),
    _webhook(
        name="verification-token-missing",
        wrong="POST /webhooks responds without a verification_token.",
        promise=_REGISTERED,
        change=responding("createWebhook", without("verification_token")),
    ),
    _webhook(
        name="webhook-id-missing",
        wrong="POST /webhooks responds without a webhook_id.",
        promise=_REGISTERED,
        change=responding("createWebhook", without("webhook_id")),
    ),
    _webhook(
        name="webhook-under-another-id",
        wrong="The id in POST /webhooks differs from the one in GET /webhooks.",
        promise="Each entry includes its id. (Webhooks, GET /webhooks)",
        change=responding("createWebhook", _other_number),
    ),
    _webhook(
        name="listed-webhook-ids-as-numbers",
        wrong="Ids of GET /webhooks are numbers.",
        promise=_WEBHOOK,
        change=responding("listWebhooks", each(mapped("id", _number))),
    ),
    _webhook(
        name="active-as-number",
        wrong="active is 1.",
        promise=_WEBHOOK,
        change=webhooks(mapped("active", int)),
    ),
    _webhook(
        name="active-as-text",
        wrong='active is "true".',
        promise=_WEBHOOK,
        change=webhooks(mapped("active", lambda active: str(active).lower())),
    ),
    _webhook(
        name="webhook-without-url",
        wrong="GET /webhooks has no url.",
        promise=_WEBHOOK,
        change=responding("listWebhooks", each(without("url"))),
    ),
    _webhook(
        name="only-first-event-stored",
        wrong="POST /webhooks subscribes only to the first of the events.",
        promise="events is an array of the events to be notified of. (Webhooks, POST /webhooks)",
        change=sending("createWebhook", _one_event),
    ),
    _webhook(
        name="last-triggered-at-omitted",
        wrong="GET /webhooks has no last_triggered_at.",
        promise=_WEBHOOK,
        change=responding("listWebhooks", each(without("last_triggered_at"))),
    ),
    _webhook(
        name="events-as-text",
        wrong='events is "status_change,incident_created".',
        promise=_WEBHOOK,
        change=webhooks(mapped("events", ",".join)),
    ),
)
