"""The document as other servers must follow it: what the rulings leave open is open.

`wide` forbids only the bodies that every server must refuse, and requires of responses only what
the reference promises.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from statuspool_mock.contract.document import Document
from statuspool_mock.contract.reference import ERROR_FIELDS, PROMISED_FIELDS
from statuspool_mock.contract.rulings import (
    NULLABLE_FIELDS,
    POST_SUCCESS,
    UNNAMED_FIELDS,
    WIDE,
    possible_statuses,
)

Schema = dict[str, Any]

_FORMATS = frozenset({"format", "pattern", "minLength", "minItems"})


def wide(document: Document, *, formats: bool = False) -> Document:
    """Return the document whose invalid bodies every server must refuse.

    With `formats`, its responses still have the formats of their fields.
    """
    raw = with_open_responses(document, formats=formats)
    for media in bodies(raw):
        schema = media["schema"]
        edit(schema["properties"], WIDE)
        required = schema.get("required", ())
        for name, field in schema["properties"].items():
            if name not in required:
                _allow_null(field)
    return Document(raw)


def _allow_null(field: Schema) -> None:
    """Allow null, which a server may ignore. An enum has to list it: OpenAPI 3.0.3, nullable."""
    field["nullable"] = True
    if "enum" in field:
        field["enum"] = [*field["enum"], None]


def _is_documented(name: str, field: Schema) -> bool:
    return name not in UNNAMED_FIELDS and field.get("x-source") != "inferred"


def _nullable(field: Schema) -> Schema:
    """Return a field's schema that also allows null."""
    copy = dict(field)
    _allow_null(copy)
    return copy


def with_open_responses(document: Document, *, formats: bool = False) -> Schema:
    """Return the raw document with responses that have to hold only what is promised."""
    raw: Schema = Document(document.raw).resolved  # not shared with that of `document`
    raw.pop("security", None)  # other clauses check keys, and the session sends them
    for item in raw["paths"].values():
        shared = item.pop("parameters", [])
        for definition in item.values():
            definition["parameters"] = [*shared, *definition.get("parameters", [])]
            definition.pop("security", None)
            _open(definition, formats=formats)
    return raw


def definitions(raw: Schema) -> Iterator[Schema]:
    """Yield the definition of every operation."""
    for item in raw["paths"].values():
        yield from item.values()


def bodies(raw: Schema) -> Iterator[Schema]:
    """Yield every JSON body of a request."""
    for definition in definitions(raw):
        if "requestBody" in definition:
            yield definition["requestBody"]["content"]["application/json"]


def edit(schemas: Mapping[str, Schema], edits: Mapping[str, Mapping[str, Any]]) -> None:
    """Change keywords of schemas by name; a keyword of None is removed."""
    for name, schema in schemas.items():
        for keyword, value in edits.get(name, {}).items():
            schema[keyword] = value
            if value is None:
                del schema[keyword]


def _open(definition: Schema, *, formats: bool) -> None:
    responses = definition["responses"]
    if "201" in responses:
        for status in POST_SUCCESS:
            responses.setdefault(str(status), deepcopy(responses["201"]))
    operation = definition["operationId"]
    for status in possible_statuses(operation):
        responses.setdefault(str(status), _refusal(responses["401"]))
    promised = PROMISED_FIELDS.get(operation, frozenset()) | ERROR_FIELDS
    for status, response in responses.items():
        headers = response.pop("headers", {})
        if "Retry-After" in headers:
            response["headers"] = {"Retry-After": headers["Retry-After"]}
        for media in response.get("content", {}).values():
            media["schema"] = _loosened(media["schema"], promised, formats=formats)
            if not status.startswith("2"):
                media.pop("example", None)


def _refusal(response: Schema) -> Schema:
    """Return an error response with any code: those of other statuses are not documented."""
    opened = deepcopy(response)
    for media in opened["content"].values():
        media["schema"]["properties"]["error"].pop("enum", None)
    return opened


def _loosened(schema: Any, promised: frozenset[str], *, formats: bool) -> Any:
    """Return a schema that requires only promised fields and allows others."""
    if isinstance(schema, list):
        return [_loosened(each, promised, formats=formats) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        keyword: _loosened(value, promised, formats=formats)
        for keyword, value in schema.items()
        if formats or keyword not in _FORMATS
    }
    if isinstance(kept.get("required"), list):
        kept["required"] = [name for name in kept["required"] if name in promised]
        if not kept["required"]:
            del kept["required"]
    if kept.get("type") == "integer":
        kept |= {"type": "number", "multipleOf": 1}  # 60.0 is 60 to many parsers
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {
            name: _nullable(field) if name in NULLABLE_FIELDS - promised else field
            for name, field in kept["properties"].items()
            if name in promised or _is_documented(name, field)
        }
    return kept
