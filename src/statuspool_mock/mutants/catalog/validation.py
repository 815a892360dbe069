"""Mutants that accept invalid values or refuse valid ones."""

from functools import partial
from typing import Any

from statuspool_mock.mutants.exchange import CallServer, Json, MutantRequest, MutantResponse
from statuspool_mock.mutants.mutant import Mutant
from statuspool_mock.mutants.transforms import filled, on, requesting, sending, validating

_REQUIRED = "Required body fields: name, url, interval_seconds. (Monitors, POST /monitors)"
_NAME = "name is a string of 2–128 characters. (Monitors, POST /monitors)"
_URL = "url is a valid HTTP(S) URL. (Monitors, POST /monitors)"
_INTERVAL = "interval_seconds is 30, 60, 120 or 300. (Monitors, POST /monitors)"
_OPTIONAL = "tags and regions are arrays, expected_status is an integer. (POST /monitors)"
_INVALID = "400 if a field has invalid values. (Error Codes, 400)"
_BOTH = ("createMonitor", "updateMonitor")
_validation = partial(Mutant, group="validation")


def _numbers_from_text(name: str) -> Any:
    def read(values: Json) -> Json:
        text = values.get(name)
        if isinstance(text, str) and text.isascii() and text.isdigit():
            return {**values, name: int(text)}
        return values

    return read


def _list_from_text(name: str) -> Any:
    def read(values: Json) -> Json:
        text = values.get(name)
        return {**values, name: [text]} if isinstance(text, str) and text else values

    return read


def _object_for_array(request: MutantRequest) -> MutantRequest:
    return request.with_body({}) if isinstance(request.json, list) else request


def _bytes_for_characters(values: Json) -> Json:
    name = values.get("name")
    if isinstance(name, str) and len(name) <= 128 < len(name.encode("utf-8", "replace")):
        return {**values, "name": "x" * 129}
    return values


async def _stores_the_good_half(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 400 and request.values:
        wrong = {item["field"].partition(".")[0] for item in response.json["details"]}
        good = {name: value for name, value in request.values.items() if name not in wrong}
        await ask(
            request.on_the_side("updateMonitor", monitor_id=request.monitor_id).with_body(good)
        )
    return response


async def _creates_all_the_same(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 400:
        stub = {"name": "Unnamed", "url": "https://example.com/", "interval_seconds": 60}
        await ask(request.on_the_side("createMonitor").with_body(stub))
    return response


_ANY_INTERVAL: Json = {"enum": None, "minimum": 1, "maximum": 86_400}
_ANY_TEXT: Json = {"format": None, "pattern": None, "minLength": 1}

VALIDATION: tuple[Mutant, ...] = (
    _validation(
        name="name-not-required",
        wrong="POST /monitors without a name creates one called Unnamed.",
        promise=_REQUIRED,
        change=filled("createMonitor", name="Unnamed"),
    ),
    _validation(
        name="url-not-required",
        wrong="POST /monitors without a url creates a monitor of example.com.",
        promise=_REQUIRED,
        change=filled("createMonitor", url="https://example.com/"),
    ),
    _validation(
        name="interval-not-required",
        wrong="POST /monitors without interval_seconds uses 60.",
        promise=_REQUIRED,
        change=filled("createMonitor", interval_seconds=60),
    ),
    _validation(
        name="tags-of-ascii-only",
        wrong="Tags with other characters than ASCII are refused.",
        promise="tags is an array of strings. (Monitors, POST /monitors)",
        change=validating(_BOTH, "tags", items={"type": "string", "pattern": "^[ -~]*$"}),
    ),
    _validation(
        name="interval-of-15-accepted",
        wrong="POST /monitors also accepts an interval_seconds of 15.",
        promise=_INTERVAL,
        change=validating(("createMonitor",), "interval_seconds", enum=[15, 30, 60, 120, 300]),
    ),
    _validation(
        name="put-interval-of-900-accepted",
        wrong="PUT also accepts an interval_seconds of 900.",
        promise=_INTERVAL,
        change=validating(("updateMonitor",), "interval_seconds", enum=[30, 60, 120, 300, 900]),
    ),
    _validation(
        name="name-of-one-character-accepted",
        wrong="POST /monitors accepts a name of one character.",
        promise=_NAME,
        change=validating(("createMonitor",), "name", minLength=1),
    ),
    _validation(
        name="name-of-129-characters-accepted",
        wrong="POST /monitors accepts a name of 129 characters.",
        promise=_NAME,
        change=validating(("createMonitor",), "name", maxLength=255),
    ),
    _validation(
        name="name-of-two-characters-refused",
        wrong="A name of two characters is refused as too short.",
        promise=_NAME,
        change=validating(_BOTH, "name", minLength=3),
    ),
    _validation(
        name="name-of-128-characters-refused",
        wrong="A name of 128 characters is refused as too long.",
        promise=_NAME,
        change=validating(_BOTH, "name", maxLength=127),
    ),
    _validation(
        name="name-counted-in-bytes",
        wrong="A name of 100 umlauts is refused as too long: its length is counted in bytes.",
        promise=_NAME,
        change=sending("createMonitor updateMonitor", _bytes_for_characters),
    ),
    _validation(
        name="put-name-not-checked",
        wrong="PUT accepts names of any length, such as 1 or 129 characters.",
        promise=_NAME,
        change=validating(("updateMonitor",), "name", minLength=0, maxLength=10_000),
    ),
    _validation(
        name="url-scheme-not-checked",
        wrong="POST accepts URLs with ftp: and javascript:.",
        promise=_URL,
        change=validating(("createMonitor",), "url", pattern="^[A-Za-z][A-Za-z0-9+.-]*:"),
    ),
    _validation(
        name="put-url-not-checked",
        wrong="PUT accepts any string as a URL.",
        promise=_URL,
        change=validating(("updateMonitor",), "url", **_ANY_TEXT),
    ),
    _validation(
        name="plain-http-refused",
        wrong="http URLs are refused.",
        promise=_URL,
        change=validating(_BOTH, "url", pattern="^[Hh][Tt][Tt][Pp][Ss]://[^\\s/?#:@]+"),
    ),
    _validation(
        name="scheme-in-capitals-refused",
        wrong="A url is refused unless its scheme is in lower case.",
        promise=_URL,
        change=validating(_BOTH, "url", pattern="^https?://[^\\s/?#:@]+"),
    ),
    _validation(
        name="any-interval-accepted",
        wrong="POST /monitors accepts any number of seconds.",
        promise=_INTERVAL,
        change=validating(("createMonitor",), "interval_seconds", **_ANY_INTERVAL),
    ),
    _validation(
        name="put-any-interval-accepted",
        wrong="PUT accepts any number of seconds.",
        promise=_INTERVAL,
        change=validating(("updateMonitor",), "interval_seconds", **_ANY_INTERVAL),
    ),
    _validation(
        name="interval-of-300-refused",
        wrong="interval_seconds: 300 is refused.",
        promise=_INTERVAL,
        change=validating(_BOTH, "interval_seconds", enum=[30, 60, 120]),
    ),
    _validation(
        name="interval-of-30-refused",
        wrong="interval_seconds: 30 is refused, as if it needed a better plan.",
        promise=_INTERVAL,
        change=validating(_BOTH, "interval_seconds", enum=[60, 120, 300]),
    ),
    _validation(
        name="interval-read-from-text",
        wrong='interval_seconds: "60" is accepted as 60.',
        promise=_INTERVAL,
        change=sending("createMonitor updateMonitor", _numbers_from_text("interval_seconds")),
    ),
    _validation(
        name="tags-read-from-text",
        wrong='tags: "a" is accepted as ["a"].',
        promise=_OPTIONAL,
        change=sending("createMonitor updateMonitor", _list_from_text("tags")),
    ),
    _validation(
        name="tags-of-anything-accepted",
        wrong="tags may contain numbers, which are returned.",
        promise=_OPTIONAL,
        change=validating(_BOTH, "tags", items={}),
    ),
    _validation(
        name="regions-read-from-text",
        wrong='regions: "eu-central-1" is accepted as a list of one.',
        promise=_OPTIONAL,
        change=sending("createMonitor updateMonitor", _list_from_text("regions")),
    ),
    _validation(
        name="expected-status-read-from-text",
        wrong='expected_status: "200" is accepted as 200.',
        promise=_OPTIONAL,
        change=sending("createMonitor updateMonitor", _numbers_from_text("expected_status")),
    ),
    _validation(
        name="put-array-accepted",
        wrong="PUT accepts a JSON array as an object without fields.",
        promise="400 if the request body is malformed. (Error Codes, 400)",
        change=requesting("updateMonitor", _object_for_array),
    ),
    _validation(
        name="refused-put-half-stored",
        wrong="A PUT that is refused with 400 stores the valid fields.",
        promise=_INVALID,
        change=on("updateMonitor", _stores_the_good_half),
    ),
    _validation(
        name="refused-post-creates",
        wrong="A POST /monitors that is refused with 400 creates a monitor.",
        promise=_INVALID,
        change=on("createMonitor", _creates_all_the_same),
    ),
    _validation(
        name="incident-title-not-required",
        wrong="POST /incidents without a title records an Untitled incident.",
        promise="Body requires monitor_id and title. (Incidents, POST /incidents)",
        change=filled("createIncident", title="Untitled incident"),
    ),
    _validation(
        name="webhook-secret-not-required",
        wrong="POST /webhooks without a secret registers an endpoint with an empty secret.",
        promise="Body requires url, events and secret. (Webhooks, POST /webhooks)",
        change=filled("createWebhook", secret="none"),  # noqa: S106 - a stand-in
    ),
    _validation(
        name="webhook-events-not-required",
        wrong="POST /webhooks without events subscribes to all of them.",
        promise="Body requires url, events and secret. (Webhooks, POST /webhooks)",
        change=filled("createWebhook", events=["status_change", "incident_created", "sla_breach"]),
    ),
    _validation(
        name="webhook-unknown-event-accepted",
        wrong="POST /webhooks subscribes to events that do not exist.",
        promise="events are status_change, incident_created, sla_breach. (POST /webhooks)",
        change=validating(("createWebhook",), "events", items={"type": "string"}),
    ),
    _validation(
        name="webhook-url-not-checked",
        wrong="POST /webhooks accepts any string as a URL.",
        promise="Events are sent to url; invalid values are a 400. (POST /webhooks)",
        change=validating(("createWebhook",), "url", **_ANY_TEXT),
    ),
)
