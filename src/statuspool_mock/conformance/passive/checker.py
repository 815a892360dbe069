"""Check exchanges one after the other, and count what was found."""

from collections import Counter
from dataclasses import dataclass

from statuspool_mock.conformance.passive import schema_rules, semantic_rules
from statuspool_mock.conformance.passive.observation import Kind, Observation, mistake, note
from statuspool_mock.conformance.passive.parsed_exchange import NOT_JSON, Parser
from statuspool_mock.conformance.passive.result_cache import CachedResult, ResultCache
from statuspool_mock.conformance.passive.stateful_rules import StatefulRules
from statuspool_mock.contract import Document
from statuspool_mock.exchanges import Coverage, Exchange

MAX_CHECKED_BYTES = 8 << 20
_SCHEMA_RULES = (
    schema_rules.response_against_document,
    schema_rules.request_against_document,
    schema_rules.authentication,
)


@dataclass(slots=True)
class ObservationGroup:
    """All observations of one kind and rule about one operation, and the first of them."""

    observation: Observation
    exchange: Exchange
    count: int = 1


class SingleExchangeRules:
    """The rules that look at one exchange by itself."""

    def __init__(self, document: Document) -> None:
        self._parser = Parser(document)

    def check(self, exchange: Exchange) -> CachedResult | None:
        """Return the observations, None if the document lacks the exchange's path or method."""
        parsed = self._parser.parse(exchange)
        if parsed is None:
            return None
        rules = (*_SCHEMA_RULES, *semantic_rules.rules(parsed))
        return CachedResult(parsed, tuple([one for rule in rules for one in rule(parsed)]))


class ExchangeChecker:
    """Checks traffic against the document and the rest of the reference."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.coverage = Coverage()
        self.groups: dict[tuple[Kind, str, str], ObservationGroup] = {}
        """By kind, rule and operation, in the order in which they were first seen."""
        self.exchanges = 0
        self.unchecked: Counter[str] = Counter()
        """The number of exchanges that were not checked, by reason."""
        self._single = SingleExchangeRules(document)
        self._stateful = StatefulRules()
        self._cache = ResultCache()

    def check(self, exchange: Exchange, *, unchecked: str | None = None) -> list[Observation]:
        """Return the observations about an exchange, which gets its operation and monitor.

        `unchecked` is the reason if its response cannot be checked.
        """
        self.exchanges += 1
        reason = unchecked or _too_large(exchange)
        if reason is not None:
            self.unchecked[reason] += 1
            return []
        found = self._observations(exchange)
        for observation in found:
            self._count(observation, exchange)
        return found

    @property
    def broken(self) -> bool:
        """Whether either side broke the contract."""
        return any(kind is not Kind.NOTE for kind, _, _ in self.groups)

    def total(self, kind: Kind) -> int:
        """Return the number of observations of a kind."""
        return sum(group.count for (one, _, _), group in self.groups.items() if one is kind)

    def _observations(self, exchange: Exchange) -> list[Observation]:
        cached = self._cache.get(exchange, self._single.check)
        if cached is None:
            return [_undocumented(exchange)]
        parsed = cached.parsed
        found = [*cached.found, *self._stateful.observe(parsed)]
        response = None if parsed.response is NOT_JSON or found else parsed.response
        self.coverage.note(parsed.operation.id, parsed.status, response)
        return found

    def _count(self, observation: Observation, exchange: Exchange) -> None:
        key = (observation.kind, observation.rule, exchange.operation)
        group = self.groups.get(key)
        if group is None:
            self.groups[key] = ObservationGroup(observation, exchange)
        else:
            group.count += 1


def _undocumented(exchange: Exchange) -> Observation:
    name = f"{exchange.method} {exchange.path}"
    if 200 <= exchange.status < 300:
        return note("undocumented", f"{name} is not documented; the response is {exchange.status}.")
    if exchange.method == "OPTIONS":
        return note("undocumented", f"{name} is not documented.")
    return mistake("undocumented", f"{name} is not documented.")


def _too_large(exchange: Exchange) -> str | None:
    if max(len(exchange.body), len(exchange.content)) > MAX_CHECKED_BYTES:
        return "larger than 8 MiB"
    return None
