"""An exchange, parsed once for all rules."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.contract import Document, Operation, readings
from statuspool_mock.exchanges import Exchange

_MAX_DIGITS = 100


class _NotJson:
    """Stands for a body that is not JSON."""

    def __repr__(self) -> str:
        return "not JSON"


MOST_VALUES = 50_000
"""The largest number of JSON values in a body that is checked."""
NOT_JSON: Any = _NotJson()


class ParsedExchange(NamedTuple):
    """An exchange with an operation of the document. Bodies that are not JSON are `NOT_JSON`."""

    exchange: Exchange
    operation: Operation
    """As the document describes it."""
    required: Operation
    """As every server must follow it: what the rulings leave open is open."""
    parameters: Mapping[str, str]
    """The query's, as text; the last value of a parameter that is given twice."""
    request: Any
    response: Any
    results: list[Any]
    """The items of a list; empty if the response is no list."""
    headers: Mapping[str, str]
    """The response's, by lower-case name."""

    @property
    def status(self) -> int:
        """The response's status."""
        return self.exchange.status

    @property
    def succeeded(self) -> bool:
        """Whether the response is a 2xx."""
        return 200 <= self.exchange.status < 300

    @property
    def fields(self) -> Mapping[str, Any]:
        """The response's JSON object; empty if it is anything else."""
        return self.response if isinstance(self.response, dict) else {}

    def number(self, name: str, default: int) -> int:
        """Return a query parameter that is a whole number, else the default."""
        text = self.parameters.get(name, "")
        is_number = text.isascii() and text.isdigit() and len(text) < _MAX_DIGITS
        return int(text) if is_number else default


class Parser:
    """Parses exchanges with the operations of a document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _required(self) -> Document:
        return readings.wide(self._document, formats=True)

    def parse(self, exchange: Exchange) -> ParsedExchange | None:
        """Return the parsed exchange, None if the document lacks its path or method.

        The path of the exchange is relative to the API's root. The exchange gets its operation and
        monitor.
        """
        method = "GET" if exchange.method == "HEAD" else exchange.method
        found = self._document.find(method, exchange.path)
        if found is None:
            return None
        operation, values = found
        exchange.operation = operation.id
        exchange.monitor_id = values.get("id", "").lower()
        response = _json(exchange.content)
        return ParsedExchange(
            exchange=exchange,
            operation=operation,
            required=self._required.operations[operation.id],
            parameters=dict(parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)),
            request=_json(exchange.body),
            response=response,
            results=_items(response),
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in exchange.response_headers
            },
        )


def _items(response: Any) -> list[Any]:
    found = response.get("results") if isinstance(response, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _json(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return parse_json(raw, most_values=MOST_VALUES)
    except DocumentRejected:
        return NOT_JSON
