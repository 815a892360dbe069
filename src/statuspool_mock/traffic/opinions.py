"""What was said of an exchange by itself, remembered for the ones that are just like it."""

from typing import Any, NamedTuple

from statuspool_mock.journal import Exchange
from statuspool_mock.traffic.observation import Observation
from statuspool_mock.traffic.sight import Sight

_MOST_REMEMBERED_BYTES = 1 << 20
_MOST_REMEMBERED = 4_096
_UNLIKE = frozenset({b"date", b"x-request-id"})
"""Headers that differ from answer to answer, and whose values nobody judges."""


class Opinion(NamedTuple):
    """An exchange as seen, and what was said of it by itself."""

    sight: Sight
    found: tuple[Observation, ...]


class Opinions:
    """Opinions on reads, in bounds: of what comes just so again, they are the same again.

    Who polls gets the same answer many times, and to judge it takes as long as to pass it on.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Opinion] = {}
        self._bytes = 0

    def find(self, exchange: Exchange) -> Opinion | None:
        """Return the opinion on an exchange, if there was one that differs in nothing judged."""
        kept = self._kept.get(_judged(exchange)) if exchange.method == "GET" else None
        if kept is None:
            return None
        exchange.operation = kept.sight.operation.id
        exchange.monitor_id = kept.sight.exchange.monitor_id
        return Opinion(kept.sight._replace(exchange=exchange), kept.found)

    def keep(self, opinion: Opinion) -> None:
        """Remember an opinion; where there is no room, forget the others."""
        exchange = opinion.sight.exchange
        size = len(exchange.content)
        if exchange.method != "GET" or size > _MOST_REMEMBERED_BYTES // 4:
            return
        self._bytes += size
        if self._bytes > _MOST_REMEMBERED_BYTES or len(self._kept) >= _MOST_REMEMBERED:
            self._kept.clear()
            self._bytes = size
        self._kept[_judged(exchange)] = opinion


def _judged(exchange: Exchange) -> tuple[Any, ...]:
    """Return all that a rule looks at."""
    headers = [
        name if name in _UNLIKE else (name, value) for name, value in exchange.answer_headers
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
