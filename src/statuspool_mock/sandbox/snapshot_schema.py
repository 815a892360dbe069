"""Checks the data of snapshots: first each value, by a JSON Schema, then what values say together.

Nothing is made of data that breaks a rule, so that a snapshot is restored whole or not at all.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from statuspool_mock import resources
from statuspool_mock.sandbox.errors import InvalidInput
from statuspool_mock.simulation import Steps

_LISTS = (("world", "monitors"), ("world", "incidents"), ("world", "webhooks"))
_LISTS_OF_OUTBOX = (("outbox", "messages"), ("outbox", "lines"))
_KINDS = {
    "monitors": "monitor",
    "incidents": "incident",
    "webhooks": "webhook",
    "messages": "message",
    "lines": "queue",
}


def checking(data: Mapping[str, Any]) -> Steps[None]:
    """Check the data of a snapshot, in steps. Raises `InvalidInput`, which names the field."""
    shallow = {**data}
    lists = (*_LISTS, *_LISTS_OF_OUTBOX)
    for part, name in lists:
        if isinstance(shallow.get(part), dict) and isinstance(shallow[part].get(name), list):
            shallow[part] = {**shallow[part], name: []}
    _check(_validator(None), shallow, ())
    for part, name in lists:
        validator = _validator(_KINDS[name])
        for number, item in enumerate(data[part][name]):
            _check(validator, item, (part, name, number))
            yield
    yield from _relations(data)


def _check(validator: Any, value: Any, place: tuple[str | int, ...]) -> None:
    try:
        error = next(validator.iter_errors(value), None)
    except (ValueError, UnicodeEncodeError) as unfit:
        raise _invalid(place, str(unfit)) from None
    if error is not None:
        raise _invalid((*place, *error.instance_path), error.message)


@cache
def _validator(name: str | None) -> Any:
    """Return the validator of a definition, or of whole snapshots."""
    path = resources.path("fixtures/snapshot.schema.json")
    schema = json.loads(path.read_text("utf-8"))
    if name is not None:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    return jsonschema_rs.Draft202012Validator(schema)


def _relations(data: Mapping[str, Any]) -> Steps[None]:
    world, outbox = data["world"], data["outbox"]
    now = world["now"]
    if world["started_at"] > now:
        raise _invalid(("world", "started_at"), "is later than now")
    if data["clock"]["shows"] < now:
        raise _invalid(("clock", "shows"), "is earlier than now of the world")
    for part, name in _LISTS:
        yield from _distinct(data[part][name], "id", (part, name))
    yield from _distinct(world["monitors"], "ordinal", ("world", "monitors"))
    yield from _distinct(world["incidents"], "sequence", ("world", "incidents"))
    yield from _distinct(outbox["messages"], "id", ("outbox", "messages"))
    yield from _distinct(outbox["lines"], "webhook_id", ("outbox", "lines"))
    for number, monitor in enumerate(world["monitors"]):
        _check_monitor(monitor, now, ("world", "monitors", number))
        yield
    teams = {monitor["id"]: monitor["team"] for monitor in world["monitors"]}
    for number, incident in enumerate(world["incidents"]):
        _check_incident(incident, teams, world, ("world", "incidents", number))
        yield
    webhooks = {webhook["id"] for webhook in world["webhooks"]}
    messages = {message["id"] for message in outbox["messages"]}
    for number, line in enumerate(outbox["lines"]):
        place = ("outbox", "lines", number)
        if line["webhook_id"] not in webhooks:
            raise _invalid((*place, "webhook_id"), "is no webhook of the world")
        if not messages.issuperset(line["messages"]):
            raise _invalid((*place, "messages"), "are not all among the messages")
        yield


def _distinct(items: Iterable[Mapping[str, Any]], key: str, place: tuple[str, ...]) -> Steps[None]:
    seen = set()
    for number, item in enumerate(items):
        if item[key] in seen:
            raise _invalid((*place, number, key), f"{item[key]!r} is there twice")
        seen.add(item[key])
        yield


def _check_monitor(monitor: Mapping[str, Any], now: int, place: tuple[str | int, ...]) -> None:
    if monitor["created_at"] > now:
        raise _invalid((*place, "created_at"), "is later than now")
    before: int | None = None
    for number, epoch in enumerate(monitor["epochs"]):
        here = (*place, "epochs", number)
        if number and (before is None or epoch["start"] < before):
            raise _invalid(here, "begins before the one before it has ended")
        before = _check_span(epoch, here)
    for number, overlay in enumerate(monitor["overlays"]):
        _check_span(overlay, (*place, "overlays", number))


def _check_span(span: Mapping[str, Any], place: tuple[str | int, ...]) -> int | None:
    end: int | None = span["end"]
    if end is not None and end < span["start"]:
        raise _invalid((*place, "end"), "is earlier than its start")
    return end


def _check_incident(
    incident: Mapping[str, Any],
    teams: Mapping[str, str],
    world: Mapping[str, Any],
    place: tuple[str | int, ...],
) -> None:
    if teams.get(incident["monitor_id"]) != incident["team"]:
        raise _invalid((*place, "monitor_id"), "is no monitor of its team")
    if incident["started_at"] > world["now"]:
        raise _invalid((*place, "started_at"), "is later than now")
    resolved = incident["resolved_at"]
    if resolved is not None and resolved < incident["started_at"]:
        raise _invalid((*place, "resolved_at"), "is earlier than its start")
    if incident["sequence"] > world["made"]:
        raise _invalid((*place, "sequence"), "is more than were made")


def _invalid(place: Iterable[str | int], problem: str) -> InvalidInput:
    field = ".".join(map(str, place)) or "body"
    return InvalidInput(f"This is not a snapshot: {field}: {problem[:200]}", field=field[:200])
