"""Where a server has drifted from the contract's mock: differences of meaning, and a patch."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from statuspool_mock.conformance.passive.response_profile import Field, ResponseProfile
from statuspool_mock.conformance.passive.schema_rules import not_promised, schema_at, source_of
from statuspool_mock.contract import Document

_LOOSE_STATUSES = {"limit 0": {200, 400}, "unknown status": {200, 400}}
_NUMBERS = frozenset({"integer", "number"})
_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "array": {"type": "array", "items": {}},
    "object": {"type": "object"},
}


class Weight(StrEnum):
    """Whether a difference breaks what is documented."""

    DRIFT = "drift"
    NOTE = "note"
    """The reference leaves it open, or a client need not care."""


class Drift(NamedTuple):
    """One difference between the mock and the server."""

    weight: Weight
    where: str
    expected: str
    found: str
    patch: tuple[dict[str, Any], ...] = ()
    """JSON Patch operations that would make the document tell what was found."""


def differences(document: Document, mock: ResponseProfile, server: ResponseProfile) -> list[Drift]:
    """Return what is different, drift first."""
    found = [
        *_statuses(mock, server),
        *_errors(mock, server),
        *_headers(mock, server),
        *_orders(mock, server),
        *_fields(document, mock, server),
    ]
    return sorted(found, key=lambda one: (one.weight is Weight.NOTE, one.where))


def _statuses(mock: ResponseProfile, server: ResponseProfile) -> Iterator[Drift]:
    for name, expected in mock.statuses.items():
        found = server.statuses.get(name, set())
        if not found or found == expected:
            continue
        loose = found <= _LOOSE_STATUSES.get(name, set())
        weight = Weight.NOTE if loose else Weight.DRIFT
        yield Drift(weight, f"{name}: status", _listed(expected), _listed(found))


def _errors(mock: ResponseProfile, server: ResponseProfile) -> Iterator[Drift]:
    for name, expected in mock.errors.items():
        found = server.errors.get(name, set())
        if server.statuses.get(name) == mock.statuses.get(name) and found != expected:
            where = f"{name}: error code"
            yield Drift(Weight.DRIFT, where, _listed(expected), _listed(found))


def _headers(mock: ResponseProfile, server: ResponseProfile) -> Iterator[Drift]:
    for name, expected in mock.headers.items():
        found = server.headers.get(name, set())
        if server.statuses.get(name) != mock.statuses.get(name):
            continue
        for header in sorted(expected - found):
            weight = Weight.NOTE if header == "www-authenticate" else Weight.DRIFT
            yield Drift(weight, f"{name}: headers", header, _listed(found))


def _orders(mock: ResponseProfile, server: ResponseProfile) -> Iterator[Drift]:
    for name, expected in mock.orders.items():
        found = server.orders.get(name, expected)
        if found != expected:
            yield Drift(Weight.NOTE, f"{name}: order", expected, found)


def _fields(document: Document, mock: ResponseProfile, server: ResponseProfile) -> Iterator[Drift]:
    asked = {where for where, _ in mock.fields} & {where for where, _ in server.fields}
    for where, path in sorted(mock.fields.keys() | server.fields.keys()):
        if where not in asked or path == "." or path.endswith("[]"):
            continue
        expected, found = mock.fields.get((where, path)), server.fields.get((where, path))
        operation, _, status = where.partition(" ")
        place = _Place(document, operation, int(status), path)
        if found is None and expected is not None:
            if _has_holder(server, where, path):
                yield _missing(place, expected)
        elif expected is None and found is not None:
            if _has_holder(mock, where, path):
                yield _added(place, found)
        elif expected is not None and found is not None:
            yield from _changed(place, expected, found)


class _Place(NamedTuple):
    """A field of an answer, in words and in the document."""

    document: Document
    operation: str
    status: int
    path: str

    @property
    def words(self) -> str:
        return f"{self.operation} {self.status}: {self.path}"

    @property
    def parts(self) -> list[str]:
        return [part for part in self.path.replace("[]", ".0").split(".") if part]

    @property
    def is_promised(self) -> bool:
        """Whether the reference tells of it."""
        if not_promised(self.operation) & set(self.parts):
            return False
        return source_of(self.schema, self.parts) != "inferred"

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The schema of the whole answer, None where the document has none."""
        responses = self.document.operations[self.operation].definition["responses"]
        content = responses.get(str(self.status), {}).get("content", {})
        found: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
        return found

    def holder(self) -> tuple[str, dict[str, Any]] | None:
        """Return where in the document the schema of the object stands that holds the field."""
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


def _missing(place: _Place, expected: Field) -> Drift:
    weight = Weight.DRIFT if place.is_promised else Weight.NOTE
    holder, name = place.holder(), place.parts[-1]
    patch: tuple[dict[str, Any], ...] = ()
    if holder is not None:
        patch = ({"op": "remove", "path": f"{holder[0]}/properties/{name}"},)
        if name in (required := holder[1].get("required", ())):
            kept = [one for one in required if one != name]
            patch += ({"op": "replace", "path": f"{holder[0]}/required", "value": kept},)
    return Drift(weight, place.words, _kinds(expected), "missing", patch)


def _added(place: _Place, found: Field) -> Drift:
    patch: tuple[dict[str, Any], ...] = ()
    if (schema := _schema(found)) is not None and (holder := place.holder()) is not None:
        path = f"{holder[0]}/properties/{place.parts[-1]}"
        patch = ({"op": "add", "path": path, "value": schema},)
    return Drift(Weight.NOTE, place.words, "not documented", _kinds(found), patch)


def _changed(place: _Place, expected: Field, found: Field) -> Iterator[Drift]:
    strange = _strange(expected, found)
    weight = Weight.DRIFT if place.is_promised else Weight.NOTE
    if strange and not _is_allowed(place, strange):
        patch: tuple[dict[str, Any], ...] = ()
        if (schema := _schema(found)) is not None and (holder := place.holder()) is not None:
            path = f"{holder[0]}/properties/{place.parts[-1]}"
            patch = ({"op": "replace", "path": path, "value": schema},)
        yield Drift(weight, place.words, _kinds(expected), _kinds(found), patch)
    if expected.is_always_there and not found.is_always_there:
        yield Drift(weight, place.words, "always there", "now and then")


def _schema(found: Field) -> dict[str, Any] | None:
    """Return the schema of what was found, None where it is of several kinds."""
    kinds = sorted(found.kinds - {"null"})
    if len(kinds) != 1:
        return None
    schema = {**_TYPES[kinds[0]], "x-source": "observed"}
    return {**schema, "nullable": True} if "null" in found.kinds else schema


def _strange(expected: Field, found: Field) -> set[str]:
    """Return the kinds that came and should not have."""
    strange = found.kinds - expected.kinds
    if expected.kinds & _NUMBERS:
        strange -= _NUMBERS if "number" in expected.kinds else {"integer"}
    if "text" in expected.kinds:
        strange -= {"time"}
    return strange


def _is_allowed(place: _Place, kinds: set[str]) -> bool:
    """Whether the document allows what the mock did not happen to send: null, or a fraction."""
    schema = schema_at(place.schema, place.parts) or {}
    allowed = {"null"} if schema.get("nullable") else set()
    if schema.get("type") == "number":
        allowed |= _NUMBERS
    if schema.get("type") == "string" and "format" not in schema:
        allowed |= {"time", "text"}
    return kinds <= allowed


def _has_holder(drawn: ResponseProfile, where: str, path: str) -> bool:
    parent = path.rpartition(".")[0] or "."
    holder = drawn.fields.get((where, parent))
    return holder is not None and holder.times > 0


def _follow(raw: Any, at: Any, trail: list[str]) -> tuple[Any, list[str]]:
    while isinstance(at, dict) and "$ref" in at:
        trail = at["$ref"].removeprefix("#/").split("/")
        at = raw
        for part in trail:
            at = at[part]
    return at, trail


def _step(raw: Any, at: Any, trail: list[str], part: str) -> tuple[Any, list[str]] | None:
    """Return the schema of a property, or of the items of a list, and where it stands."""
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
    """Return the part of an object's schema that has a property; of None, any properties."""
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


def _kinds(found: Field) -> str:
    return _listed(found.kinds) or "nothing"


def _listed(values: set[Any]) -> str:
    return " or ".join(sorted(map(str, values))) or "none"
