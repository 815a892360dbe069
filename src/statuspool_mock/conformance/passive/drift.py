"""Differences in meaning between a server and the mock, with a patch for the document."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from statuspool_mock.conformance.passive.places import Place, schema_at
from statuspool_mock.conformance.passive.response_profile import Field, ResponseProfile
from statuspool_mock.contract import Document

_OPEN_STATUSES = {"limit 0": {200, 400}, "unknown status": {200, 400}}
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
    """Whether a difference breaks the documented contract."""

    DRIFT = "drift"
    NOTE = "note"
    """The reference leaves it open, or clients need not care."""


class Drift(NamedTuple):
    """One difference between the mock and the server."""

    weight: Weight
    where: str
    expected: str
    found: str
    patch: tuple[dict[str, Any], ...] = ()
    """JSON Patch operations that make the document describe what was found."""


def differences(document: Document, mock: ResponseProfile, server: ResponseProfile) -> list[Drift]:
    """Return the differences, drift first."""
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
        is_open = found <= _OPEN_STATUSES.get(name, set())
        weight = Weight.NOTE if is_open else Weight.DRIFT
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
    both = {where for where, _ in mock.fields} & {where for where, _ in server.fields}
    for where, path in sorted(mock.fields.keys() | server.fields.keys()):
        if where not in both or path == "." or path.endswith("[]"):
            continue
        expected, found = mock.fields.get((where, path)), server.fields.get((where, path))
        operation, _, status = where.partition(" ")
        place = Place(document, operation, int(status), path)
        if found is None and expected is not None:
            if _has_holder(server, where, path):
                yield _missing(place, expected)
        elif expected is None and found is not None:
            if _has_holder(mock, where, path):
                yield _added(place, found)
        elif expected is not None and found is not None:
            yield from _changed(place, expected, found)


def _missing(place: Place, expected: Field) -> Drift:
    weight = Weight.DRIFT if place.is_promised else Weight.NOTE
    holder, name = place.holder(), place.parts[-1]
    patch: tuple[dict[str, Any], ...] = ()
    if holder is not None:
        patch = ({"op": "remove", "path": f"{holder[0]}/properties/{name}"},)
        if name in (required := holder[1].get("required", ())):
            kept = [one for one in required if one != name]
            patch += ({"op": "replace", "path": f"{holder[0]}/required", "value": kept},)
    return Drift(weight, place.words, _kinds(expected), "missing", patch)


def _added(place: Place, found: Field) -> Drift:
    patch: tuple[dict[str, Any], ...] = ()
    if (schema := _schema(found)) is not None and (holder := place.holder()) is not None:
        path = f"{holder[0]}/properties/{place.parts[-1]}"
        patch = ({"op": "add", "path": path, "value": schema},)
    return Drift(Weight.NOTE, place.words, "not documented", _kinds(found), patch)


def _changed(place: Place, expected: Field, found: Field) -> Iterator[Drift]:
    unexpected = _unexpected_kinds(expected, found)
    if unexpected and not _is_allowed(place, unexpected):
        is_open = unexpected == {"null"} and place.may_be_null
        weight = Weight.DRIFT if place.has_documented_type and not is_open else Weight.NOTE
        patch: tuple[dict[str, Any], ...] = ()
        if (schema := _schema(found)) is not None and (holder := place.holder()) is not None:
            path = f"{holder[0]}/properties/{place.parts[-1]}"
            patch = ({"op": "replace", "path": path, "value": schema},)
        yield Drift(weight, place.words, _kinds(expected), _kinds(found), patch)
    if expected.is_always_present and not found.is_always_present:
        weight = Weight.DRIFT if place.is_promised else Weight.NOTE
        yield Drift(weight, place.words, "always present", "sometimes missing")


def _schema(found: Field) -> dict[str, Any] | None:
    """Return the schema of the values found, None if they are of several kinds."""
    kinds = sorted(found.kinds - {"null"})
    if len(kinds) != 1:
        return None
    schema = {**_TYPES[kinds[0]], "x-source": "observed"}
    return {**schema, "nullable": True} if "null" in found.kinds else schema


def _unexpected_kinds(expected: Field, found: Field) -> set[str]:
    """Return the kinds that the mock does not have."""
    unexpected = found.kinds - expected.kinds
    if expected.kinds & _NUMBERS:
        unexpected -= _NUMBERS if "number" in expected.kinds else {"integer"}
    if "text" in expected.kinds:
        unexpected -= {"time"}
    return unexpected


def _is_allowed(place: Place, kinds: set[str]) -> bool:
    """Whether the document allows these kinds, though the mock happened not to send them."""
    schema = schema_at(place.schema, place.parts) or {}
    allowed = {"null"} if schema.get("nullable") else set()
    if schema.get("type") == "number":
        allowed |= _NUMBERS
    if schema.get("type") == "string" and "format" not in schema:
        allowed |= {"time", "text"}
    return kinds <= allowed


def _has_holder(profile: ResponseProfile, where: str, path: str) -> bool:
    parent = path.rpartition(".")[0] or "."
    holder = profile.fields.get((where, parent))
    return holder is not None and holder.times > 0


def _kinds(found: Field) -> str:
    return _listed(found.kinds) or "nothing"


def _listed(values: set[Any]) -> str:
    return " or ".join(sorted(map(str, values))) or "none"
