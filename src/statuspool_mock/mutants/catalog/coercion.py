"""Mutants that read a value of another type, or count a length, as they should not."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import mapped, sending, validating

_INVALID = "400 if a field has invalid values. (Error Codes, 400)"
_NAME = "name is a string of 2–128 characters. (Monitors, POST /monitors)"
_WRITES = "createMonitor updateMonitor"
_BOTH = ("createMonitor", "updateMonitor")
_FIELDS = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")
_value = partial(Mutant, group="values")


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


def _first_of_list(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _without_nulls(value: Any) -> Any:
    return [item for item in value if item is not None] if isinstance(value, list) else value


def _keys_of_object(value: Any) -> Any:
    return list(value) if isinstance(value, dict) else value


def _number_as_list(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return [str(value)] if is_number else value


def _all_regions_if_true(value: Any) -> Any:
    return list(DEFAULT_REGIONS) if value is True else value


def _with_scheme(value: Any) -> Any:
    is_bare = isinstance(value, str) and re.fullmatch(r"[a-z.]+\.com/\S*", value)
    return f"https://{value}" if is_bare else value


def _word_as_200(value: Any) -> Any:
    return 200 if value == "ok" else value


def _emoji_not_counted(values: Json) -> Json:
    name = values.get("name")
    is_counted_short = isinstance(name, str) and len(name) > 128 >= _without_emoji(name)
    return {**values, "name": str(name)[:128]} if is_counted_short else values


def _without_emoji(name: str) -> int:
    return sum(ord(character) <= 0xFFFF for character in name)


def _shows_null_of_post() -> Handler:
    """Store the nulls of a POST."""
    nulls: dict[str, Sequence[str]] = {}

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        sent = [n for n in ("tags", "regions") if n in request.values]
        is_null = [name for name in sent if request.values[name] is None]
        if request.operation == "createMonitor" and is_null:
            rest = {n: v for n, v in request.values.items() if v is not None}
            response = await ask(request.with_body(rest))
            if response.is_success:
                nulls[response.json["id"]] = is_null
        else:
            response = await ask(request)
        shown = nulls.get(request.monitor_id, ()) if request.operation == "getMonitor" else ()
        if not shown or not response.is_success:
            return response
        return response.with_json({**response.json, **dict.fromkeys(shown)})

    return exchange


def _units(name: str) -> int:
    return len(name.encode("utf-16-le", "surrogatepass")) // 2


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


COERCION: tuple[Mutant, ...] = (
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
    *(
        _value(name=name, wrong=wrong, promise=_INVALID, change=_read(field, read))
        for name, field, read, wrong in (
            ("name-from-list", "name", _first_of_list, 'name: ["ab"] is accepted as "ab".'),
            ("url-from-list", "url", _first_of_list, "The first url of a list is taken."),
            ("scheme-added-to-url", "url", _with_scheme, "A url without a scheme is completed."),
            ("tags-from-number", "tags", _number_as_list, 'tags: 7 is accepted as ["7"].'),
            ("null-regions-dropped", "regions", _without_nulls, "null is removed from regions."),
            ("regions-from-object", "regions", _keys_of_object, "An object is read as its keys."),
            ("nested-regions-flattened", "regions", _flattened, "Lists in regions are opened."),
            ("regions-true-means-all", "regions", _all_regions_if_true, "regions: true is all."),
            ("status-from-list", "expected_status", _first_of_list, "[200] is accepted as 200."),
            ("status-from-word", "expected_status", _word_as_200, '"ok" is accepted as 200.'),
        )
    ),
    _value(
        name="null-stored-by-post",
        wrong="null for tags or regions of a new monitor is stored.",
        promise=_INVALID,
        change=ExchangeChange(_shows_null_of_post),
    ),
    _value(
        name="expected-status-of-redirect-refused",
        wrong="expected_status must be a 2xx.",
        promise="expected_status is an integer. (Monitors, POST /monitors)",
        change=validating(_BOTH, "expected_status", maximum=299),
    ),
    _value(
        name="expected-status-204-refused",
        wrong="expected_status is 200 or one of the known errors.",
        promise="expected_status is an integer. (Monitors, POST /monitors)",
        change=validating(_BOTH, "expected_status", enum=[200, 301, 302, 400, 401, 403, 404]),
    ),
    _value(
        name="emoji-not-counted",
        wrong="Emoji do not count towards the length of a name; what is too much is cut off.",
        promise=_NAME,
        change=sending(_WRITES, _emoji_not_counted),
    ),
    _value(
        name="one-emoji-is-two-characters",
        wrong="A name of one emoji is accepted: it has two UTF-16 units.",
        promise=_NAME,
        change=sending(_WRITES, _one_emoji_is_two),
    ),
)
