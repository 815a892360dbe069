"""The shape of a server's responses: types, formats, presence and order of fields, no values.

Two servers that keep the same contract have the same profile, whatever data they hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from statuspool_mock.conformance.passive.crawler import CrawlStep
from statuspool_mock.conformance.passive.parsed_exchange import NOT_JSON, Parser
from statuspool_mock.contract import Document
from statuspool_mock.time_parsing import moment

_COMPARED_HEADERS = ("content-type", "retry-after", "www-authenticate")
_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    list: "array",
    dict: "object",
}
_TIMED = {"logs": "timestamp", "incidents": "started_at", "monitors": "created_at"}


@dataclass(slots=True)
class Field:
    """A field of responses: how often its object and the field itself occurred, and its kinds."""

    holders: int = 0
    times: int = 0
    kinds: set[str] = field(default_factory=set)

    @property
    def is_always_present(self) -> bool:
        """Whether every such object had it."""
        return self.times == self.holders


@dataclass(slots=True)
class ResponseProfile:
    """All steps of a crawl: statuses and headers by step, fields by step and path."""

    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    headers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: dict[tuple[str, str], Field] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)


def profile_of(document: Document, steps: Iterable[CrawlStep]) -> ResponseProfile:
    """Return the profile of the server that was crawled."""
    parser = Parser(document)
    profile = ResponseProfile()
    for step in steps:
        parsed = parser.parse(step.exchange)
        name, status = step.name, step.exchange.status
        profile.statuses[name].add(status)
        if parsed is None or parsed.response is NOT_JSON:
            continue
        profile.operations[name] = parsed.operation.id
        for header in _COMPARED_HEADERS:
            if header in parsed.headers:
                value = parsed.headers[header].partition(";")[0].strip().lower()
                profile.headers[name].add(value if header == "content-type" else header)
        if isinstance(parsed.response, dict) and isinstance(parsed.response.get("error"), str):
            profile.errors[name].add(parsed.response["error"])
        _add(profile, f"{parsed.operation.id} {status}", "", parsed.response)
        _add_order(profile, name, parsed.results)
    _count_holders(profile)
    return profile


def _add(profile: ResponseProfile, where: str, path: str, value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                _add(profile, where, f"{path}[]", item)
            else:
                _field_at(profile, where, f"{path}[]").kinds.add(kind_of(item))
        return
    if not isinstance(value, Mapping):
        return
    holder = _field_at(profile, where, path or ".")
    holder.kinds.add("object")
    prefix = f"{path}." if path else ""
    for name, item in value.items():
        found = _field_at(profile, where, f"{prefix}{name}")
        found.times += 1
        found.kinds.add(kind_of(item))
        _add(profile, where, f"{prefix}{name}", item)
    holder.times += 1


def _field_at(profile: ResponseProfile, where: str, path: str) -> Field:
    return profile.fields.setdefault((where, path), Field())


def _count_holders(profile: ResponseProfile) -> None:
    """Count how often each field could have occurred."""
    for (where, path), found in profile.fields.items():
        parent = path.rpartition(".")[0] or "."
        holder = profile.fields.get((where, parent))
        found.holders = holder.times if holder is not None and path != "." else found.times


def kind_of(value: Any) -> str:
    """Return the kind of a value: its JSON type, or the format of a string or number."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, str):
        return "time" if moment(value) is not None else "text"
    return _KINDS[type(value)]


def _add_order(profile: ResponseProfile, name: str, results: list[Any]) -> None:
    timed = _TIMED.get(name)
    times = [at for one in results if timed and (at := moment(one.get(timed))) is not None]
    if len(times) < 2 or name in profile.orders or len(set(times)) < 2:
        return
    if all(one <= other for one, other in pairwise(times)):
        profile.orders[name] = "oldest first"
    elif all(one >= other for one, other in pairwise(times)):
        profile.orders[name] = "newest first"
    else:
        profile.orders[name] = "neither"
