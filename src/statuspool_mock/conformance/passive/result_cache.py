"""Cache the observations about single exchanges, for those that are exactly alike."""

from collections.abc import Callable
from typing import Any, NamedTuple

from statuspool_mock.conformance.passive.observation import Observation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.exchanges import Exchange

_MAX_SEEN = 65_536
_MAX_CACHED = 4_096
_MAX_BYTES = 1 << 20
_IGNORED_VALUES = frozenset({b"date", b"x-request-id"})
"""Headers that differ from response to response, and whose values no rule checks."""


class CachedResult(NamedTuple):
    """A parsed exchange and the observations about it by itself."""

    parsed: ParsedExchange
    found: tuple[Observation, ...]


class ResultCache:
    """A bounded cache of results for reads.

    A client that polls gets the same response many times, and checking one takes as long as
    forwarding it.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._cached: dict[tuple[Any, ...], CachedResult] = {}
        self._bytes = 0

    def get(
        self, exchange: Exchange, check: Callable[[Exchange], CachedResult | None]
    ) -> CachedResult | None:
        """Return the cached result of an exchange, or check it now."""
        if exchange.method != "GET":
            return check(exchange)
        key = _key(exchange)
        kept = self._cached.get(key)
        if kept is None:
            cached = check(exchange)
            if cached is not None and self._was_seen(key):
                self._store(key, cached)
            return cached
        earlier = kept.parsed.exchange
        exchange.operation, exchange.monitor_id = earlier.operation, earlier.monitor_id
        exchange.content = earlier.content  # one copy of what may be kept a thousand times
        return CachedResult(ParsedExchange(exchange, *kept.parsed[1:]), kept.found)

    def _was_seen(self, key: tuple[Any, ...]) -> bool:
        """Whether it was seen before. Most are seen once, and are not worth the memory."""
        number = hash(key)
        if number in self._seen:
            return True
        if len(self._seen) >= _MAX_SEEN:
            self._seen.clear()
        self._seen.add(number)
        return False

    def _store(self, key: tuple[Any, ...], cached: CachedResult) -> None:
        size = len(cached.parsed.exchange.content)
        if size > _MAX_BYTES // 4:
            return
        self._bytes += size
        if self._bytes > _MAX_BYTES or len(self._cached) >= _MAX_CACHED:
            self._cached.clear()
            self._bytes = size
        self._cached[key] = cached


def _key(exchange: Exchange) -> tuple[Any, ...]:
    """Return everything that a rule looks at."""
    headers = [
        name if name in _IGNORED_VALUES else (name, value)
        for name, value in exchange.response_headers
    ]
    return (
        exchange.path,
        exchange.query,
        dict(exchange.headers).get(b"authorization"),
        exchange.body,
        exchange.status,
        tuple(headers),
        exchange.content,
    )
