"""Mutants that store or show values in another way than they were sent."""

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
from statuspool_mock.mutants.transforms import sending

_KEPT = "A monitor has the values that were sent. (Monitors, POST /monitors)"
_NAME = "name is a string of 2–128 characters. (Monitors, POST /monitors)"
_WRITES = "createMonitor updateMonitor"
_value = partial(Mutant, group="values")


def _stored(name: str, kind: type, change: Callable[[Any], Any]) -> ExchangeChange:
    """Change the values of a field that have their right type before they are stored."""

    def changed(values: Json) -> Json:
        is_right = isinstance(values.get(name), kind)
        return {**values, name: change(values[name])} if is_right else values

    return sending(_WRITES, changed)


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


def _split_at_commas(tags: list[Any]) -> list[Any]:
    return ",".join(tags).split(",") if tags and all(isinstance(t, str) for t in tags) else tags


VALUES: tuple[Mutant, ...] = (
    _value(
        name="regions-sorted",
        wrong="Regions are stored in the order of their names.",
        promise=_KEPT,
        change=_stored("regions", list, lambda regions: sorted(map(str, regions))),
    ),
    _value(
        name="tags-sorted",
        wrong="Tags are stored in the order of their names.",
        promise=_KEPT,
        change=_stored("tags", list, lambda tags: sorted(map(str, tags))),
    ),
    _value(
        name="long-url-cut-off",
        wrong="A url is cut off at 255 characters.",
        promise=_KEPT,
        change=_stored("url", str, lambda url: url[:255]),
    ),
    _value(
        name="tags-cut-off",
        wrong="Only the first ten tags are stored.",
        promise=_KEPT,
        change=_stored("tags", list, lambda tags: tags[:10]),
    ),
    _value(
        name="name-counted-in-utf-16",
        wrong="The length of a name is counted in UTF-16 units: an emoji counts twice.",
        promise=_NAME,
        change=sending(_WRITES, _utf_16_counted),
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
        name="slash-removed-from-url",
        wrong="A slash at the end of a url is removed.",
        promise=_KEPT,
        change=_stored("url", str, lambda url: url.removesuffix("/")),
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
        name="tags-split-at-commas",
        wrong="Tags are stored in one column, with commas between them.",
        promise=_KEPT,
        change=_stored("tags", list, _split_at_commas),
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
)
