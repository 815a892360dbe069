"""Violations of a schema, in the words of the API."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jsonschema_rs


class Violation(NamedTuple):
    """One invalid field. Reference: Error Codes, 400 (`details`)."""

    field: str
    message: str


Check = Callable[[Any], list[Violation]]

_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_is_uuid = re.compile(_UUID).fullmatch

_NOUNS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "a JSON object",
}
_FORMATS = {
    "uri": "Must be a valid HTTP or HTTPS URL",
    "uuid": "Must be a UUID",
    "date-time": "Must be an ISO 8601 timestamp",
}


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID in the usual form, with hyphens."""
    return _is_uuid(value) is not None


def check_of(schema: Mapping[str, Any], *, root: str = "body") -> Check:
    """Compile a schema without references to a function that finds every violation in a value.

    `root` is the name of the value itself, for violations that concern it as a whole.
    """
    plain = _plain(schema)
    validator = jsonschema_rs.Draft4Validator(plain, validate_formats=True)

    def check(value: Any) -> list[Violation]:
        if validator.is_valid(value):
            return []
        found: dict[str, str] = {}
        for error in validator.iter_errors(value):
            path = [str(part) for part in error.instance_path]
            *where, keyword = error.schema_path
            broken = _dig(plain, where)
            if keyword == "required":
                holder = _dig(value, error.instance_path)
                for name in broken["required"]:
                    if name not in holder:
                        found.setdefault(".".join([*path, name]), "Field is required")
            elif keyword == "additionalProperties":
                for name in _dig(value, error.instance_path):
                    if name not in broken["properties"]:
                        found.setdefault(".".join([*path, name]), "Is not a known field")
            else:
                found.setdefault(".".join(path) or root, message_for(broken, str(keyword)))
        return [Violation(field, message) for field, message in found.items()]

    return check


def message_for(schema: Mapping[str, Any], keyword: str) -> str:
    """Return what a value should have been, given its schema and the violated keyword."""
    if "enum" in schema:
        return f"Must be one of: {', '.join(str(v) for v in schema['enum'] if v is not None)}"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if keyword in {"minItems", "minLength", "maxLength"}:
        return _size_message(schema)
    kind = schema.get("type", "object")
    noun = _NOUNS[kind if isinstance(kind, str) else kind[0]]
    if keyword == "multipleOf":
        noun = "a whole number"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"Must be {noun} between {low} and {high}"
    if low is not None:
        return f"Must be {noun} of at least {low}"
    return f"Must be {noun}"


def _size_message(schema: Mapping[str, Any]) -> str:
    if "maxLength" in schema:
        return f"Must be between {schema.get('minLength', 0)} and {schema['maxLength']} characters"
    return "Must not be empty"


def _dig(value: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        value = value[part]
    return value


def _plain(schema: Any) -> Any:
    """Translate OpenAPI to JSON Schema: `nullable`, and the pattern of UUIDs."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {key: _plain(item) for key, item in schema.items() if key != "nullable"}
    if schema.get("nullable") is True and "type" in plain:
        plain["type"] = [plain["type"], "null"]
    if schema.get("format") == "uuid":
        plain["pattern"] = f"^{_UUID}$"
    return plain
