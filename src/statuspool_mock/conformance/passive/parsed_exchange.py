"""An exchange as a bystander sees it: read once, for every rule."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from statuspool_mock.contract import Document, Operation
from statuspool_mock.exchanges import Exchange

MOST_JUDGED_BYTES = 8 << 20
_MOST_DIGITS = 100


class _Unread:
    """Stands for a body that is no JSON."""

    def __repr__(self) -> str:
        return "no JSON"


UNREAD: Any = _Unread()


class ParsedExchange(NamedTuple):
    """An exchange with one operation of the document. Bodies that are no JSON are `UNREAD`."""

    exchange: Exchange
    operation: Operation
    parameters: Mapping[str, str]
    """Of the query, as text; of one given twice the last."""
    request: Any
    response: Any
    results: list[Any]
    """The items of a list's answer, none where it is no list."""
    headers: Mapping[str, str]
    """Of the answer, by lower-case name."""

    @classmethod
    def of(cls, exchange: Exchange, operation: Operation) -> "ParsedExchange":
        """Read an exchange."""
        query = exchange.query.decode("latin-1")
        response = _read(exchange.content)
        return cls(
            exchange=exchange,
            operation=operation,
            parameters=dict(parse_qsl(query, keep_blank_values=True)),
            request=_read(exchange.body),
            response=response,
            results=_items(response),
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in exchange.response_headers
            },
        )

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.exchange.status

    @property
    def succeeded(self) -> bool:
        """Whether the answer is 2xx."""
        return 200 <= self.exchange.status < 300

    def number(self, name: str, default: int) -> int:
        """Return a query parameter that is a whole number, else the default."""
        text = self.parameters.get(name, "")
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else default
        )


def parse_exchange(document: Document, exchange: Exchange) -> ParsedExchange | None:
    """Return an exchange as seen; None where the document has no such path and method.

    The path of the exchange is that below the API's root.
    """
    method = "GET" if exchange.method == "HEAD" else exchange.method
    found = document.find(method, exchange.path)
    if found is None:
        return None
    operation, values = found
    exchange.operation = operation.id
    exchange.monitor_id = values.get("id", "").lower()
    return ParsedExchange.of(exchange, operation)


def _items(response: Any) -> list[Any]:
    found = response.get("results") if isinstance(response, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    try:
        return json.loads(raw)  # takes NaN and lone surrogates, which are not for us to judge
    except (ValueError, RecursionError):
        return UNREAD
