"""Where a field of a response stands in the document."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from statuspool_mock.contract import Document
from statuspool_mock.contract.reference import ERROR_FIELDS, PROMISED_FIELDS
from statuspool_mock.contract.rulings import NULLABLE_FIELDS, UNNAMED_FIELDS


class Place(NamedTuple):
    """A field of a response."""

    document: Document
    operation: str
    status: int
    path: str

    @property
    def words(self) -> str:
        """The field as people read it."""
        return f"{self.operation} {self.status}: {self.path}"

    @property
    def parts(self) -> list[str]:
        """The names and indexes that lead to the field."""
        return [part for part in self.path.replace("[]", ".0").split(".") if part]

    @property
    def is_promised(self) -> bool:
        """Whether the reference promises that the field is there."""
        promised = PROMISED_FIELDS.get(self.operation, frozenset()) | ERROR_FIELDS
        return promised.issuperset(part for part in self.parts if not part.isdigit())

    @property
    def may_be_null(self) -> bool:
        """Whether nobody may have given the field a value, though its type has no null."""
        return self.parts[-1] in NULLABLE_FIELDS and not self.is_promised

    @property
    def has_documented_type(self) -> bool:
        """Whether the type of the field is more than inferred."""
        if UNNAMED_FIELDS & set(self.parts):
            return False
        return (schema_at(self.schema, self.parts) or {}).get("x-source") != "inferred"

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The schema of the whole response, None if the document has none."""
        responses = self.document.operations[self.operation].definition["responses"]
        content = responses.get(str(self.status), {}).get("content", {})
        found: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
        return found

    def holder(self) -> tuple[str, dict[str, Any]] | None:
        """Return the pointer to the schema of the object that holds the field, and the schema."""
        raw = self.document.raw
        operation = self.document.operations[self.operation]
        trail = ["paths", operation.path, operation.method.lower(), "responses", str(self.status)]
        at: Any = raw["paths"][operation.path][operation.method.lower()]["responses"]
        at, trail = _follow(raw, at.get(str(self.status)), trail)
        for key in ("content", "application/json", "schema"):
            if not isinstance(at, dict) or key not in at:
                return None
            at, trail = _follow(raw, at[key], [*trail, key])
        *parents, name = self.parts
        for part in parents:
            step = _step(raw, at, trail, part)
            if step is None:
                return None
            at, trail = step
        at, trail = _having(raw, at, trail, name) or _having(raw, at, trail, None) or (at, trail)
        return _pointer(trail), at


def schema_at(schema: Mapping[str, Any] | None, parts: list[str]) -> Mapping[str, Any] | None:
    """Return the schema of a field, None if the document has no such field."""
    if schema is None or not parts:
        return schema
    head, *rest = parts
    for part in [schema, *schema.get("allOf", ())]:
        if head in part.get("properties", {}):
            return schema_at(part["properties"][head], rest)
        if head.isdigit() and "items" in part:
            return schema_at(part["items"], rest)
    return None


def _follow(raw: Any, at: Any, trail: list[str]) -> tuple[Any, list[str]]:
    while isinstance(at, dict) and "$ref" in at:
        trail = at["$ref"].removeprefix("#/").split("/")
        at = raw
        for part in trail:
            at = at[part]
    return at, trail


def _step(raw: Any, at: Any, trail: list[str], part: str) -> tuple[Any, list[str]] | None:
    """Return the schema of a property or of a list's items, and its place."""
    if part.isdigit() and isinstance(at, dict) and "items" in at:
        return _follow(raw, at["items"], [*trail, "items"])
    holder = _having(raw, at, trail, part)
    if holder is None:
        return None
    at, trail = holder
    return _follow(raw, at["properties"][part], [*trail, "properties", part])


def _having(
    raw: Any, at: Any, trail: list[str], name: str | None
) -> tuple[dict[str, Any], list[str]] | None:
    """Return the part of an object's schema that has a property; any property for None."""
    if not isinstance(at, dict):
        return None
    properties = at.get("properties", {})
    if name in properties or (name is None and properties):
        return at, trail
    for number, one in reversed(list(enumerate(at.get("allOf", ())))):
        inner, inner_trail = _follow(raw, one, [*trail, "allOf", str(number)])
        found = _having(raw, inner, inner_trail, name)
        if found is not None:
            return found
    return None


def _pointer(trail: list[str]) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in trail)
