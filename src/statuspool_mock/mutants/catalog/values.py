"""Mutants that read, change or store values in another way than they were sent."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import mapped, on, requesting, sending

_INVALID = "400 if a field has invalid values. (Error Codes, 400)"
_KEPT = "A monitor has the values that were sent. (Monitors, POST /monitors)"
_NAME = "name is a string of 2–128 characters. (Monitors, POST /monitors)"
_BODY = "400 if the body is malformed or has invalid values. (Error Codes, 400)"
_FROM = "?from and ?to are ISO 8601 timestamps. (Logs, GET /monitors/{id}/logs)"
_WRITES = "createMonitor updateMonitor"
_FIELDS = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")
_value = partial(Mutant, group="values")


def _stored(name: str, kind: type, change: Callable[[Any], Any]) -> ExchangeChange:
    """Change the values of a field that have their right type before they are stored."""

    def changed(values: Json) -> Json:
        is_right = isinstance(values.get(name), kind)
        return {**values, name: change(values[name])} if is_right else values

    return sending(_WRITES, changed)


def _read(name: str, read: Callable[[Any], Any]) -> ExchangeChange:
    """Read a value of another type as if it had the right one."""
    return sending(_WRITES, mapped(name, read))


def _boolean_as_integer(value: Any) -> Any:
    return 200 + int(value) if isinstance(value, bool) else value


def _truncated(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def _flattened(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [str(item[0] if isinstance(item, list) and item else item) for item in value]


def _host_in_lower_case(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.lower()))


def _with_path(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path or "/"))


def _without_default_port(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(":443")))


def _units(name: str) -> int:
    return len(name.encode("utf-16-le", "surrogatepass")) // 2


def _utf_16_counted(values: Json) -> Json:
    name = values.get("name")
    if isinstance(name, str) and len(name) <= 128 < _units(name):
        return {**values, "name": "x" * 129}
    return values


def _one_emoji_is_two(values: Json) -> Json:
    name = values.get("name")
    is_emoji = isinstance(name, str) and len(name) == 1 and _units(name) == 2
    return {**values, "name": f"{name} "} if is_emoji else values


def _shows_null() -> Handler:
    """Store the nulls of a PUT."""
    nulls: dict[str, set[str]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        monitor_id = request.monitor_id
        if request.operation == "updateMonitor":
            sent = {name for name in _FIELDS if name in request.values}
            is_null = {name for name in sent if request.values[name] is None}
            rest = {name: request.values[name] for name in request.values if name not in is_null}
            response = await ask(request.with_body(rest) if is_null else request)
            if response.is_success:
                nulls[monitor_id] = nulls.get(monitor_id, set()) - sent | is_null
        else:
            response = await ask(request)
        shown = nulls.get(monitor_id) if request.operation != "listMonitorLogs" else None
        if not shown or not response.is_success or not isinstance(response.json, dict):
            return response
        known = {name: None for name in shown if name in response.json}
        return response.with_json({**response.json, **known})

    return exchange


def _shares_default_tags() -> Handler:
    """Put the tags that were set first on every monitor without tags of its own."""
    default: dict[str, list[str]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        tags = request.values.get("tags")
        if request.operation == "createMonitor" and tags is None and request.key in default:
            return await ask(request.with_body({**request.values, "tags": default[request.key]}))
        response = await ask(request)
        if request.operation == "updateMonitor" and response.is_success and tags:
            default.setdefault(request.key, tags)
        return response

    return exchange


def _stores_unknown() -> Handler:
    """Store whatever is sent and show it."""
    unknown: dict[str, Json] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if not response.is_success or not isinstance(response.json, dict):
            return response
        monitor_id = response.json.get("id", "")
        if request.operation in {"createMonitor", "updateMonitor"}:
            more = {n: v for n, v in request.values.items() if n not in response.json}
            unknown[monitor_id] = {**unknown.get(monitor_id, {}), **more}
        return response.with_json({**response.json, **unknown.get(monitor_id, {})})

    async def chosen(request: MutantRequest, ask: CallServer) -> MutantResponse:
        operations = {"createMonitor", "updateMonitor", "getMonitor"}
        return await (exchange(request, ask) if request.operation in operations else ask(request))

    return chosen


def _takes(field: str) -> Handler:
    """Let clients set a field that is not theirs, by what PUT says of it."""
    taken: dict[str, Any] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if not response.is_success or request.operation not in {"updateMonitor", "getMonitor"}:
            return response
        if request.operation == "updateMonitor" and field in request.values:
            taken[request.monitor_id] = request.values[field]
        if request.monitor_id not in taken:
            return response
        return response.with_json({**response.json, field: taken[request.monitor_id]})

    return exchange


def _without_fraction(request: MutantRequest) -> MutantRequest:
    texts = {
        name: re.sub(r"\.\d+", "", request.parameters[name])
        for name in ("from", "to")
        if name in request.parameters
    }
    return request.with_query(**{f"{name}_": text for name, text in texts.items()})


async def _charset_refused(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if response.status == 401 or "charset" not in request.header("content-type"):
        return response
    body = {"error": "INVALID_REQUEST", "message": "Content-Type must be application/json"}
    return response.with_json(body).with_status(415)


def _taking_as_object(operation: str, raw: bytes) -> ExchangeChange:
    """Take a body that is no object for one without fields; where that is refused, fail."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        if request.body.strip() != raw:
            return await ask(request)
        response = await ask(request.with_body({}))
        if response.status != 400:
            return response
        body = {"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}
        return response.with_json(body).with_status(500)

    return on(operation, exchange)


def _failing(operations: str, marks: tuple[bytes, ...]) -> ExchangeChange:
    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if response.status == 401 or not any(mark in request.body for mark in marks):
            return response
        body = {"error": "INTERNAL_ERROR", "message": "An unexpected error occurred."}
        return response.with_json(body).with_status(500)

    return on(operations, exchange)


VALUES: tuple[Mutant, ...] = (
    _value(
        name="boolean-read-as-integer",
        wrong="expected_status: true is accepted: a boolean is an integer.",
        promise=_INVALID,
        change=_read("expected_status", _boolean_as_integer),
    ),
    _value(
        name="fraction-cut-off",
        wrong="expected_status: 200.5 is accepted as 200.",
        promise=_INVALID,
        change=_read("expected_status", _truncated),
    ),
    _value(
        name="nested-tags-flattened",
        wrong='tags: [["a"]] is accepted as ["a"].',
        promise=_INVALID,
        change=_read("tags", _flattened),
    ),
    _value(
        name="null-stored",
        wrong="null in a PUT is stored.",
        promise=_INVALID,
        change=ExchangeChange(_shows_null),
    ),
    _value(
        name="name-counted-in-utf-16",
        wrong="The length of a name is counted in UTF-16 units: an emoji counts twice.",
        promise=_NAME,
        change=sending(_WRITES, _utf_16_counted),
    ),
    _value(
        name="one-emoji-is-two-characters",
        wrong="A name of one emoji is accepted: it has two UTF-16 units.",
        promise=_NAME,
        change=sending(_WRITES, _one_emoji_is_two),
    ),
    _value(
        name="host-in-lower-case",
        wrong="The host of a url is stored in lower case.",
        promise=_KEPT,
        change=_stored("url", str, _host_in_lower_case),
    ),
    _value(
        name="slash-added-to-url",
        wrong="A url without a path is stored with a slash.",
        promise=_KEPT,
        change=_stored("url", str, _with_path),
    ),
    _value(
        name="default-port-removed",
        wrong="The port 443 is removed from a url.",
        promise=_KEPT,
        change=_stored("url", str, _without_default_port),
    ),
    _value(
        name="name-trimmed",
        wrong="Spaces around a name are removed.",
        promise=_KEPT,
        change=_stored("name", str, str.strip),
    ),
    _value(
        name="tags-without-doubles",
        wrong="A tag that is given twice is stored once.",
        promise=_KEPT,
        change=_stored("tags", list, lambda tags: list(dict.fromkeys(map(str, tags)))),
    ),
    _value(
        name="tags-trimmed",
        wrong="Spaces around tags are removed.",
        promise=_KEPT,
        change=_stored("tags", list, lambda tags: [str(tag).strip() for tag in tags]),
    ),
    _value(
        name="default-tags-shared",
        wrong="All monitors without tags share one list: what one gets, new ones have.",
        promise="tags is optional; a monitor without tags has none. (Monitors, POST /monitors)",
        change=ExchangeChange(_shares_default_tags),
    ),
    _value(
        name="unknown-fields-stored",
        wrong="Fields that the API does not have are stored and shown.",
        promise="POST and PUT have the documented fields. (Monitors, POST /monitors)",
        change=ExchangeChange(_stores_unknown),
    ),
    *(
        _value(
            name=f"{field.replace('_', '-')}-writable",
            wrong=f"PUT sets {field} to whatever is sent.",
            promise="PUT updates the documented fields. (Monitors, PUT /monitors/{id})",
            change=ExchangeChange(partial(_takes, field)),
        )
        for field in ("status", "created_at", "last_check_at")
    ),
    _value(
        name="fractions-of-a-second-ignored",
        wrong="?from and ?to are cut to whole seconds.",
        promise=_FROM,
        change=requesting("listMonitorLogs", _without_fraction),
    ),
    _value(
        name="charset-refused",
        wrong="The content type application/json; charset=utf-8 is a 415.",
        promise="Each endpoint supports JSON request bodies. (Endpoint List)",
        change=on("createMonitor updateMonitor createIncident createWebhook", _charset_refused),
    ),
    _value(
        name="null-body-of-put-accepted",
        wrong="PUT with the body null is a 200.",
        promise=_BODY,
        change=_taking_as_object("updateMonitor", b"null"),
    ),
    _value(
        name="null-incident-crashes",
        wrong="POST /incidents with the body null is a 500.",
        promise=_BODY,
        change=_taking_as_object("createIncident", b"null"),
    ),
    _value(
        name="empty-put-accepted",
        wrong="PUT without a body is a 200.",
        promise=_BODY,
        change=_taking_as_object("updateMonitor", b""),
    ),
    _value(
        name="empty-incident-crashes",
        wrong="POST /incidents without a body is a 500.",
        promise=_BODY,
        change=_taking_as_object("createIncident", b""),
    ),
    _value(
        name="empty-webhook-crashes",
        wrong="POST /webhooks without a body is a 500.",
        promise=_BODY,
        change=_taking_as_object("createWebhook", b""),
    ),
    _value(
        name="infinity-crashes",
        wrong="Infinity, NaN or 1e999 in a body is a 500.",
        promise=_BODY,
        change=_failing(_WRITES, (b"Infinity", b"NaN", b"1e999")),
    ),
    _value(
        name="half-a-surrogate-pair-crashes",
        wrong="Half of a surrogate pair in a name is a 500.",
        promise=_BODY,
        change=_failing(_WRITES, (b"\\ud83d",)),
    ),
    _value(
        name="deep-nesting-crashes",
        wrong="Arrays that are nested deeply are a 500.",
        promise=_BODY,
        change=_failing("createMonitor updateMonitor createIncident createWebhook", (b"[" * 100,)),
    ),
)
