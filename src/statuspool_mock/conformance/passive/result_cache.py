"""What was said of an exchange by itself, remembered for the ones that are just like it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from statuspool_mock.conformance.passive.observation import Observation
from statuspool_mock.conformance.passive.parsed_exchange import ParsedExchange
from statuspool_mock.exchanges import Exchange

_MOST_MET = 65_536
_MOST_KEPT = 4_096
_MOST_BYTES = 1 << 20
_UNLIKE = frozenset({b"date", b"x-request-id"})
"""Headers that differ from answer to answer, and whose values nobody judges."""


class CachedResult(NamedTuple):
    """An exchange as seen, and what was said of it by itself."""

    parsed: ParsedExchange
    found: tuple[Observation, ...]


class ResultCache:
    """Opinions on reads that come again and again, in bounds: just so again, just so judged.

    Who polls gets the same answer many times, and to judge it takes as long as to pass it on.
    """

    def __init__(self) -> None:
        self._met: set[int] = set()
        self._kept: dict[tuple[Any, ...], CachedResult] = {}
        self._bytes = 0

    def on(
        self, exchange: Exchange, form: Callable[[Exchange], CachedResult | None]
    ) -> CachedResult | None:
        """Return the opinion on an exchange: one that was formed before, or that is formed now."""
        if exchange.method != "GET":
            return form(exchange)
        checked = _checked(exchange)
        kept = self._kept.get(checked)
        if kept is None:
            cached = form(exchange)
            if cached is not None and self._comes_again(checked):
                self._keep(checked, cached)
            return cached
        earlier = kept.parsed.exchange
        exchange.operation, exchange.monitor_id = earlier.operation, earlier.monitor_id
        exchange.content = earlier.content  # one copy of what may be kept a thousand times
        return CachedResult(ParsedExchange(exchange, *kept.parsed[1:]), kept.found)

    def _comes_again(self, checked: tuple[Any, ...]) -> bool:
        """Whether it was met before. Most never are, and are not worth the memory."""
        number = hash(checked)
        if number in self._met:
            return True
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        self._met.add(number)
        return False

    def _keep(self, checked: tuple[Any, ...], cached: CachedResult) -> None:
        size = len(cached.parsed.exchange.content)
        if size > _MOST_BYTES // 4:
            return
        self._bytes += size
        if self._bytes > _MOST_BYTES or len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
            self._bytes = size
        self._kept[checked] = cached


def _checked(exchange: Exchange) -> tuple[Any, ...]:
    """Return all that a rule looks at."""
    headers = [
        name if name in _UNLIKE else (name, value) for name, value in exchange.response_headers
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
