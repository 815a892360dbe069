"""The document as `verify` holds it against other servers: what the rulings leave open is open.

`narrow` allows the requests that every server must accept, `wide` forbids those that every server
must refuse. A server may treat the requests between them either way.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from statuspool_mock.contract import Document

Schema = dict[str, Any]

_ERRORS = {"error", "message", "field", "retry_after"}
_PAGED = {"results", "page", "total_pages"}
_PROMISED: Mapping[str, set[str]] = {
    "listMonitors": {*_PAGED, "id", "name", "status"},
    "createMonitor": {"id"},
    "getMonitor": {
        *("id", "name", "url", "interval_seconds", "tags", "regions", "expected_status"),
        *("status", "last_check_at"),
    },
    "updateMonitor": {"id", "name", "interval_seconds", "tags", "updated_at"},
    "getMonitorStatus": {"status", "last_check_at", "response_time_ms", "uptime_30d"},
    "listMonitorLogs": {
        *_PAGED,
        *("timestamp", "region", "status_code", "response_time_ms", "error_message"),
    },
    "listIncidents": {
        *("results", "id", "monitor_id", "started_at", "resolved_at", "duration_seconds"),
        "affected_regions",
    },
    "listWebhooks": {"results", "id", "url", "events", "active", "last_triggered_at"},
    "createWebhook": {"id", "active", "webhook_id", "verification_token"},
}
"""What the reference promises of each operation's responses; the document requires more."""
_OTHER_REFUSALS = ("403", "404", "405", "413", "414", "415", "431")
_CHECKED_BY_CLAUSES = {"format", "pattern", "minLength", "minItems"}
"""Keywords that have clauses of their own, which know more of what ISO 8601 allows."""

_MARKED = "^verify-[A-Za-z0-9]*$"
_PLAIN = "^[A-Za-z][A-Za-z0-9 -]*[A-Za-z0-9]$"
_NARROW: Mapping[str, Schema] = {
    "name": {"pattern": _MARKED},
    "url": {"pattern": "^https://[a-z]{1,12}\\.example\\.com/[a-z]{0,12}$", "format": None},
    "tags": {"maxItems": 4, "items": {"type": "string", "pattern": "^[a-z-]{1,12}$"}},
    "regions": {
        "uniqueItems": True,
        "items": {"type": "string", "enum": ["eu-central-1", "us-east-1", "ap-northeast-1"]},
    },
    "expected_status": {"minimum": 200, "maximum": 499},
    "title": {"pattern": _PLAIN, "maxLength": 80},
    "description": {"pattern": "^[ -~]*$", "maxLength": 80},
    "events": {"uniqueItems": True},
    "secret": {"pattern": "^[A-Za-z0-9_]{16,40}$"},
    "page": {"maximum": 1},  # a page past the end may be an error
    "from": {"enum": ["2025-01-14T00:00:00Z"]},  # and so may be `from` after `to`
    "to": {"enum": ["2025-01-15T00:00:00Z"]},
}
_WIDE: Mapping[str, Schema] = {
    "url": {"format": None, "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#]"},
    "interval_seconds": {"type": "number"},  # 60.0 is 60 to many parsers
    "regions": {"minItems": None, "items": {"type": "string"}},
    "expected_status": {"type": "number", "multipleOf": 1, "minimum": None, "maximum": None},
    "monitor_id": {"format": None},  # an id that is not a UUID is as good as unknown
    "title": {"minLength": None},
    "secret": {"minLength": None},
    "events": {"minItems": None},
}


def narrow(document: Document) -> Document:
    """Return the document whose valid requests every server must accept."""
    raw = _with_open_responses(document)
    for media in _bodies(raw):
        schema = media["schema"]
        for example in media.get("examples", {}).values():
            _mark(example["value"])
        schema["additionalProperties"] = False  # a server may refuse fields that it does not know
        if "required" not in schema:
            schema["minProperties"] = 1
        _edit(schema["properties"], _NARROW)
    for definition in _definitions(raw):
        parameters = definition.get("parameters", ())
        _edit({each["name"]: each["schema"] for each in parameters}, _NARROW)
    return Document(raw)


def wide(document: Document) -> Document:
    """Return the document whose invalid bodies every server must refuse."""
    raw = _with_open_responses(document)
    for media in _bodies(raw):
        schema = media["schema"]
        _edit(schema["properties"], _WIDE)
        for name, field in schema["properties"].items():
            field["nullable"] = name not in schema.get("required", ())  # ignoring null is allowed
    return Document(raw)


def _with_open_responses(document: Document) -> Schema:
    raw: Schema = deepcopy(document.resolved)
    raw.pop("security", None)  # other clauses check keys, and the session sends them
    for item in raw["paths"].values():
        shared = item.pop("parameters", [])
        for definition in item.values():
            definition["parameters"] = [*shared, *definition.get("parameters", [])]
            definition.pop("security", None)
            _open(definition)
    return raw


def _open(definition: Schema) -> None:
    responses = definition["responses"]
    if "201" in responses:
        responses["200"] = deepcopy(responses["201"])  # the code of success is not documented
    for status in _OTHER_REFUSALS:
        responses.setdefault(status, deepcopy(responses["401"]))
    promised = _PROMISED.get(definition["operationId"], set()) | _ERRORS
    for status, response in responses.items():
        headers = response.pop("headers", {})
        if "Retry-After" in headers:
            response["headers"] = {"Retry-After": headers["Retry-After"]}
        for media in response.get("content", {}).values():
            media["schema"] = _loosened(media["schema"], promised)
            if not status.startswith("2"):
                media.pop("example", None)


def _loosened(schema: Any, promised: set[str]) -> Any:
    """Return a schema that requires what is promised, and allows more."""
    if isinstance(schema, list):
        return [_loosened(each, promised) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        keyword: _loosened(value, promised)
        for keyword, value in schema.items()
        if keyword not in _CHECKED_BY_CLAUSES
    }
    if isinstance(kept.get("required"), list):
        kept["required"] = [name for name in kept["required"] if name in promised]
        if not kept["required"]:
            del kept["required"]
    if kept.get("type") == "integer":
        kept["type"] = "number"
    if isinstance(kept.get("properties"), dict):
        kept["properties"].pop("sla_30d", None)  # its presence is documented, its shape is not
    return kept


def _definitions(raw: Schema) -> Iterator[Schema]:
    for item in raw["paths"].values():
        yield from item.values()


def _bodies(raw: Schema) -> Iterator[Schema]:
    for definition in _definitions(raw):
        if "requestBody" in definition:
            yield definition["requestBody"]["content"]["application/json"]


def _mark(example: Schema) -> None:
    """Mark an example as this run's, and have its webhook notify nobody."""
    if "name" in example:
        example["name"] = "verify-ProductionAPI"
    if "secret" in example:
        example["url"] = "https://hooks.example.com/statuspool"


def _edit(schemas: Mapping[str, Schema], edits: Mapping[str, Schema]) -> None:
    for name, schema in schemas.items():
        for keyword, value in edits.get(name, {}).items():
            schema[keyword] = value
            if value is None:
                del schema[keyword]
