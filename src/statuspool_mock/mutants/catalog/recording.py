"""Mutants that record incidents and webhooks which are invalid, or in another way than sent."""

from functools import partial
from typing import Any

from statuspool_mock.contract.reference import EVENTS
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.time_formats import moved
from statuspool_mock.mutants.transforms import each, incidents, mapped, on, responding, sending

_INCIDENT = "Body requires monitor_id and title; description is optional. (POST /incidents)"
_WEBHOOK = "Body requires url, events and secret. (Webhooks, POST /webhooks)"
_LISTED = "GET /incidents lists all incidents. (Incidents, GET /incidents)"
_HIDDEN_FROM = 3
"""Which record is the first that is not listed."""
_incident = partial(Mutant, group="incidents")
_webhook = partial(Mutant, group="webhooks")
_of_incident = partial(_incident, promise=_INCIDENT)
_of_webhook = partial(_webhook, promise=_WEBHOOK)


def _read_as(operation: str, field: str, invalid: Any, stand_in: Any) -> ExchangeChange:
    """Read an invalid value of a field as a valid one."""

    def changed(values: Json) -> Json:
        is_it = field in values and values[field] == invalid
        return {**values, field: stand_in} if is_it else values

    return sending(operation, changed)


def _from_list(operation: str, field: str) -> ExchangeChange:
    """Read a list of texts as one text."""

    def changed(values: Json) -> Json:
        given = values.get(field)
        is_list = isinstance(given, list) and all(isinstance(each, str) for each in given)
        return {**values, field: ", ".join(given or [])} if is_list else values

    return sending(operation, changed)


def _with_path(values: Json) -> Json:
    url = values.get("url")
    if not isinstance(url, str) or not url.startswith("http") or url.count("/") > len("//"):
        return values
    return {**values, "url": f"{url}/"}


def _cut(values: Json) -> Json:
    most = {"title": 64, "description": 255}
    short = {n: values[n][:to] for n, to in most.items() if isinstance(values.get(n), str)}
    return {**values, **short}


def _trimmed(values: Json) -> Json:
    title = values.get("title")
    trimmed = title.strip() if isinstance(title, str) else ""
    return {**values, "title": trimmed} if trimmed else values


async def _of_any_monitor(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if request.values.get("monitor_id", "") is not None:
        return await ask(request)
    found = await ask(request.on_the_side("listMonitors", limit="1"))
    some = found.json["results"][0]["id"] if found.is_success else None
    return await ask(request.with_body({**request.values, "monitor_id": some}))


def _later_hidden(create: str, listing: str) -> ExchangeChange:
    """List the first records of each key only."""

    def make() -> Handler:
        recorded: dict[str, list[str]] = {}

        async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
            response = await ask(request)
            if not response.is_success:
                return response
            if request.operation == create:
                recorded.setdefault(request.key, []).append(response.json["id"])
            if request.operation != listing:
                return response
            hidden = {each for ids in recorded.values() for each in ids[_HIDDEN_FROM - 1 :]}
            results = [item for item in response.json["results"] if item["id"] not in hidden]
            return response.with_json({**response.json, "results": results})

        return exchange

    return ExchangeChange(make)


def _one_for_each_url() -> Handler:
    registered: dict[tuple[str, str], MutantResponse] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.operation != "createWebhook":
            return await ask(request)
        place = (request.key, str(request.values.get("url")))
        response = await ask(request)
        return registered.setdefault(place, response) if response.is_success else response

    return exchange


def _over_before_it_began(incident: Json) -> Json:
    if not incident.get("description"):
        return incident
    return {**incident, "resolved_at": moved(hours=-1)(incident["started_at"])}


def _beginning_later(incident: Json) -> Json:
    change = mapped("started_at", moved(hours=2))
    return change(incident) if incident.get("description") else incident


def _for_each_region(body: Json) -> Json:
    joined = [item for item in body["results"] for _ in item["affected_regions"] or [""]]
    return {**body, "results": joined}


async def _none_of_both(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or not {"monitor_id", "resolved"} <= set(request.parameters):
        return response
    return response.with_json({**response.json, "results": []})


RECORDING: tuple[Mutant, ...] = (
    _of_incident(
        name="null-title-accepted",
        wrong="POST /incidents accepts a title of null.",
        change=_read_as("createIncident", "title", None, "Incident"),
    ),
    _of_incident(
        name="title-from-list",
        wrong="POST /incidents joins a list as the title.",
        change=_from_list("createIncident", "title"),
    ),
    _of_incident(
        name="description-from-list",
        wrong="POST /incidents joins a list as the description.",
        change=_from_list("createIncident", "description"),
    ),
    _of_incident(
        name="null-monitor-accepted",
        wrong="POST /incidents with a monitor_id of null is recorded for the first monitor.",
        change=on("createIncident", _of_any_monitor),
    ),
    _of_incident(
        name="incident-texts-cut-off",
        wrong="title is cut to 64 characters, description to 255.",
        change=sending("createIncident", _cut),
    ),
    _of_incident(
        name="incident-title-trimmed",
        wrong="Spaces around the title of an incident are removed.",
        change=sending("createIncident", _trimmed),
    ),
    _incident(
        name="incident-titles-as-lists",
        wrong="GET /incidents shows each title as a list.",
        promise="title is a text. (Incidents, POST /incidents)",
        change=responding("listIncidents", each(mapped("title", lambda title: [title]))),
    ),
    _incident(
        name="incidents-listed-for-each-region",
        wrong="GET /incidents lists an incident as often as it has regions.",
        promise=_LISTED,
        change=responding("listIncidents", _for_each_region),
    ),
    _incident(
        name="described-incidents-over-before-they-began",
        wrong="An incident that is recorded with a description ends before it began.",
        promise="resolved_at is null, or the end of an incident. (Incidents, GET /incidents)",
        change=incidents(_over_before_it_began),
    ),
    _incident(
        name="described-incidents-in-local-time",
        wrong="An incident that is recorded with a description began two hours from now.",
        promise="started_at is when an incident began. (Incidents, GET /incidents)",
        change=incidents(_beginning_later),
    ),
    _incident(
        name="third-incident-not-listed",
        wrong="GET /incidents lists only the first two that were recorded.",
        promise=_LISTED,
        change=_later_hidden("createIncident", "listIncidents"),
    ),
    _incident(
        name="incidents-by-both-filters-empty",
        wrong="?monitor_id and ?resolved together list nothing.",
        promise="?monitor_id and ?resolved=true|false filter. (Incidents, GET /incidents)",
        change=on("listIncidents", _none_of_both),
    ),
    _of_webhook(
        name="null-secret-accepted",
        wrong="POST /webhooks accepts a secret of null.",
        change=_read_as("createWebhook", "secret", None, "whsec_generated"),
    ),
    _of_webhook(
        name="null-events-mean-all",
        wrong="POST /webhooks takes events of null for all events.",
        change=_read_as("createWebhook", "events", None, list(EVENTS)),
    ),
    _of_webhook(
        name="numbers-accepted-as-events",
        wrong="POST /webhooks takes numbers for the events of its list.",
        change=_read_as("createWebhook", "events", [1], ["status_change"]),
    ),
    _of_webhook(
        name="null-url-accepted",
        wrong="POST /webhooks accepts a url of null.",
        change=_read_as("createWebhook", "url", None, "https://hooks.example.com/"),
    ),
    _of_webhook(
        name="webhook-url-without-host-accepted",
        wrong="POST /webhooks accepts a url without a host.",
        change=_read_as("createWebhook", "url", "https://", "https://hooks.example.com/"),
    ),
    _webhook(
        name="slash-added-to-webhook-url",
        wrong="The url of a webhook that has no path is stored with a slash.",
        promise="Each entry includes its url. (Webhooks, GET /webhooks)",
        change=sending("createWebhook", _with_path),
    ),
    _webhook(
        name="third-webhook-not-listed",
        wrong="GET /webhooks lists only the first two that were registered.",
        promise="GET /webhooks lists all registered webhooks. (Webhooks, GET /webhooks)",
        change=_later_hidden("createWebhook", "listWebhooks"),
    ),
    _webhook(
        name="webhook-of-a-url-returned-again",
        wrong="POST /webhooks responds with the webhook that has the url already.",
        promise="Register a new webhook endpoint. (Webhooks, POST /webhooks)",
        change=ExchangeChange(_one_for_each_url),
    ),
)
