"""Violations of a schema, in the words of the API."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import jsonschema_rs


class Violation(NamedTuple):
    """One invalid field. Reference: Error Codes, 400 (`details`)."""

    field: str
    message: str


Check = Callable[[Any], list[Violation]]
MOST_VIOLATIONS = 50
"""How many violations are looked for in a value."""
_MOST_CHARACTERS = 200

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
        value = _until_violated(value, validator)
        found: dict[str, str] = {}
        for error in validator.iter_errors(value):
            for field, message in _violations(error, value, plain, root=root):
                found.setdefault(field[:_MOST_CHARACTERS], message)
                if len(found) == MOST_VIOLATIONS:
                    break
        return [Violation(*pair) for pair in islice(found.items(), MOST_VIOLATIONS)]

    return check


def _violations(
    error: jsonschema_rs.ValidationError, value: Any, schema: Any, *, root: str
) -> Iterator[tuple[str, str]]:
    """Yield the fields that an error concerns, with a message for each."""
    path = [str(part) for part in error.instance_path]
    *where, keyword = error.schema_path
    broken = _dig(schema, where)
    if keyword == "required":
        holder = _dig(value, error.instance_path)
        for name in broken["required"]:
            if name not in holder:
                yield ".".join([*path, name]), "Field is required"
    elif keyword == "additionalProperties":
        for name in _dig(value, error.instance_path):
            if name not in broken["properties"]:
                yield ".".join([*path, name]), "Is not a known field"
    else:
        yield ".".join(path) or root, message_for(broken, str(keyword))


def _until_violated(value: Any, validator: jsonschema_rs.Draft4Validator) -> Any:
    """Return an invalid value, its long lists cut off some items after the first violation.

    The validator finds all violations at once, of which a long list can have too many.
    """
    lengths = range(MOST_VIOLATIONS, _longest(value))
    if not lengths:
        return value
    valid = bisect_left(lengths, 1, key=lambda most: not validator.is_valid(_cut(value, most)))
    return _cut(value, lengths.start + valid + MOST_VIOLATIONS)


def _longest(value: Any) -> int:
    """Return the length of the longest list in a value."""
    if isinstance(value, dict):
        return max(map(_longest, value.values()), default=0)
    if isinstance(value, list):
        return max(len(value), max(map(_longest, value), default=0))
    return 0


def _cut(value: Any, most: int) -> Any:
    """Return a value without the items of its lists after the first ones."""
    if isinstance(value, dict):
        return {name: _cut(item, most) for name, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, most) for item in value[:most]]
    return value


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
