"""Finds exchanges that match a pattern, and explains why the nearest ones do not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from statuspool_mock.exchanges.exchange import Exchange

_MOST_NEAR_MISSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPattern:
    """What an exchange must have; None and empty match everything.

    `body` matches a request with at least these fields: objects by their fields, lists if they
    contain every item given, everything else if equal.
    """

    operation: str | None = None
    method: str | None = None
    status: int | None = None
    monitor_id: str | None = None
    role: str | None = None
    error: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def mismatches(self, exchange: Exchange) -> list[str]:
        """Return the differences of an exchange in words; nothing if it matches."""
        found = [
            f"{name} is {getattr(exchange, name)!r}, not {expected!r}"
            for name in ("operation", "method", "status", "monitor_id", "role", "error")
            if (expected := getattr(self, name)) is not None and getattr(exchange, name) != expected
        ]
        if self.query:
            sent = exchange.parameters
            found += [
                f"query {name} is {sent.get(name)!r}, not {expected!r}"
                for name, expected in self.query.items()
                if sent.get(name) != expected
            ]
        if self.body is not None:
            found += _differences(exchange.value, self.body, "body")
        return found


class NearMiss(NamedTuple):
    """An exchange that almost matches, and why it does not."""

    exchange: Exchange
    mismatches: Sequence[str]


class MatchResult(NamedTuple):
    """How many exchanges match, and the nearest ones that do not."""

    found: int
    near_misses: Sequence[NearMiss]


def verify(exchanges: Iterable[Exchange], pattern: RequestPattern) -> MatchResult:
    """Count the exchanges that match, and rank the others by how little differs."""
    found = 0
    others = []
    for exchange in exchanges:
        mismatches = pattern.mismatches(exchange)
        if mismatches:
            others.append(NearMiss(exchange, mismatches))
        else:
            found += 1
    others.sort(key=lambda miss: (len(miss.mismatches), -miss.exchange.number))
    return MatchResult(found, others[:_MOST_NEAR_MISSES])


def _differences(value: Any, pattern: Any, trail: str) -> list[str]:
    if isinstance(pattern, dict):
        if not isinstance(value, dict):
            return [f"{trail} is {value!r}, not an object"]
        found = []
        for name, part in pattern.items():
            if name not in value:
                found.append(f"{trail}.{name} is missing")
            else:
                found += _differences(value[name], part, f"{trail}.{name}")
        return found
    if isinstance(pattern, list):
        present = value if isinstance(value, list) else []
        return [f"{trail} does not contain {item!r}" for item in pattern if item not in present]
    if type(value) is type(pattern) and value == pattern:
        return []
    return [f"{trail} is {value!r}, not {pattern!r}"]
