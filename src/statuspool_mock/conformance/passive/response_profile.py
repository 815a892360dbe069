"""What a server's answers look like, without what they say: types, formats, presence, order.

Two servers that keep the same contract have the same portrait whatever they hold; ids, names and
times are not part of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from statuspool_mock.conformance.passive.crawler import CrawlStep
from statuspool_mock.conformance.passive.parsed_exchange import UNREAD, parse_exchange
from statuspool_mock.contract import Document
from statuspool_mock.time_parsing import moment

_SPOKEN_HEADERS = ("content-type", "retry-after", "www-authenticate")
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
    """A field of an answer: how often its holder came, how often it did, and what it was."""

    holders: int = 0
    times: int = 0
    kinds: set[str] = field(default_factory=set)

    @property
    def is_always_there(self) -> bool:
        """Whether no holder was without it."""
        return self.times == self.holders


@dataclass(slots=True)
class ResponseProfile:
    """All steps of a tour: by step the statuses and headers, by step and path the fields."""

    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    headers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: dict[tuple[str, str], Field] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)


def profile(document: Document, steps: Iterable[CrawlStep]) -> ResponseProfile:
    """Return the portrait of the server that a tour went through."""
    drawn = ResponseProfile()
    for step in steps:
        parsed = parse_exchange(document, step.exchange)
        name, status = step.name, step.exchange.status
        drawn.statuses[name].add(status)
        if parsed is None or parsed.response is UNREAD:
            continue
        drawn.operations[name] = parsed.operation.id
        for header in _SPOKEN_HEADERS:
            if header in parsed.headers:
                value = parsed.headers[header].partition(";")[0].strip().lower()
                drawn.headers[name].add(value if header == "content-type" else header)
        if isinstance(parsed.response, dict) and isinstance(parsed.response.get("error"), str):
            drawn.errors[name].add(parsed.response["error"])
        _draw(drawn, f"{parsed.operation.id} {status}", "", parsed.response)
        _draw_order(drawn, name, parsed.results)
    _settle(drawn)
    return drawn


def _draw(drawn: ResponseProfile, where: str, path: str, value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                _draw(drawn, where, f"{path}[]", item)
            else:
                _seen(drawn, where, f"{path}[]").kinds.add(kind_of(item))
        return
    if not isinstance(value, Mapping):
        return
    holder = _seen(drawn, where, path or ".")
    holder.kinds.add("object")
    prefix = f"{path}." if path else ""
    for name, item in value.items():
        found = _seen(drawn, where, f"{prefix}{name}")
        found.times += 1
        found.kinds.add(kind_of(item))
        _draw(drawn, where, f"{prefix}{name}", item)
    # Those that are missing here were or will be there in another answer.
    holder.times += 1


def _seen(drawn: ResponseProfile, where: str, path: str) -> Field:
    return drawn.fields.setdefault((where, path), Field())


def _settle(drawn: ResponseProfile) -> None:
    """Reckon how often each field could have come."""
    for (where, path), found in drawn.fields.items():
        parent = path.rpartition(".")[0] or "."
        holder = drawn.fields.get((where, parent))
        found.holders = holder.times if holder is not None and path != "." else found.times


def kind_of(value: Any) -> str:
    """Return a value's type, and its format where it has a telling one."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, str):
        return "time" if moment(value) is not None else "text"
    return _KINDS[type(value)]


def _draw_order(drawn: ResponseProfile, name: str, results: list[Any]) -> None:
    timed = _TIMED.get(name)
    times = [at for one in results if timed and (at := moment(one.get(timed))) is not None]
    if len(times) < 2 or name in drawn.orders or len(set(times)) < 2:
        return
    if all(one <= other for one, other in pairwise(times)):
        drawn.orders[name] = "oldest first"
    elif all(one >= other for one, other in pairwise(times)):
        drawn.orders[name] = "newest first"
    else:
        drawn.orders[name] = "neither"
