"""Judges exchanges one after the other, and keeps count."""

from collections import Counter
from dataclasses import dataclass

from statuspool_mock.conformance.passive import schema_rules, semantic_rules
from statuspool_mock.conformance.passive.observation import Kind, Observation, mistake, note
from statuspool_mock.conformance.passive.parsed_exchange import (
    MOST_JUDGED_BYTES,
    UNREAD,
    parse_exchange,
)
from statuspool_mock.conformance.passive.result_cache import CachedResult, ResultCache
from statuspool_mock.conformance.passive.stateful_rules import StatefulRules
from statuspool_mock.contract import Document
from statuspool_mock.exchanges import Coverage, Exchange

_RULES = (
    schema_rules.response_against_document,
    schema_rules.request_against_document,
    schema_rules.authentication,
)
"""What every exchange is held against by itself, beside what its answer means."""


@dataclass(slots=True)
class ObservationGroup:
    """All observations of one kind and rule about one operation, and the first of them."""

    observation: Observation
    exchange: Exchange
    count: int = 1


class ExchangeChecker:
    """Holds traffic against the document and what the reference says of it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.coverage = Coverage()
        self.sorts: dict[tuple[Kind, str, str], ObservationGroup] = {}
        """By kind, rule and operation, in the order in which they were first seen."""
        self.exchanges = 0
        self.unchecked: Counter[str] = Counter()
        """How many exchanges were not judged, by reason."""
        self._session = StatefulRules()
        self._cache = ResultCache()

    def check(self, exchange: Exchange, *, unchecked: str | None = None) -> list[Observation]:
        """Return what is to be said of an exchange, which gets its operation and monitor.

        `unchecked` says why its answer cannot be judged, where it cannot.
        """
        self.exchanges += 1
        reason = unchecked or _too_large(exchange)
        if reason is not None:
            self.unchecked[reason] += 1
            return []
        found = self._seen(exchange)
        for observation in found:
            self._count(observation, exchange)
        return found

    @property
    def broken(self) -> bool:
        """Whether either side broke the contract."""
        return any(kind is not Kind.NOTE for kind, _, _ in self.sorts)

    def total(self, kind: Kind) -> int:
        """Return how many observations there were of a kind."""
        return sum(sort.count for (one, _, _), sort in self.sorts.items() if one is kind)

    def _seen(self, exchange: Exchange) -> list[Observation]:
        cached = self._cache.on(exchange, self._cached)
        if cached is None:
            return [_unknown(exchange)]
        parsed = cached.parsed
        found = [*cached.found, *self._session.observe(parsed)]
        response = None if parsed.response is UNREAD or found else parsed.response
        self.coverage.note(parsed.operation.id, parsed.status, response)
        return found

    def _cached(self, exchange: Exchange) -> CachedResult | None:
        parsed = parse_exchange(self.document, exchange)
        if parsed is None:
            return None
        rules = (*_RULES, *semantic_rules.rules(parsed))
        return CachedResult(parsed, tuple([one for rule in rules for one in rule(parsed)]))

    def _count(self, observation: Observation, exchange: Exchange) -> None:
        key = (observation.kind, observation.rule, exchange.operation)
        sort = self.sorts.get(key)
        if sort is None:
            self.sorts[key] = ObservationGroup(observation, exchange)
        else:
            sort.count += 1


def _unknown(exchange: Exchange) -> Observation:
    name = f"{exchange.method} {exchange.path}"
    if 200 <= exchange.status < 300:
        return note("undocumented", f"{name} is not documented, and answers {exchange.status}.")
    if exchange.method == "OPTIONS":
        return note("undocumented", f"{name} is not documented.")
    return mistake("undocumented", f"{name} is not documented.")


def _too_large(exchange: Exchange) -> str | None:
    if max(len(exchange.body), len(exchange.content)) > MOST_JUDGED_BYTES:
        return "larger than 8 MiB"
    return None
