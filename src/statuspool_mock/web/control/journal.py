"""The journal: query, count, verify, export; and coverage."""

from collections.abc import Iterator
from typing import Any

from statuspool_mock import __version__
from statuspool_mock.contract.reference import ERROR_CODES
from statuspool_mock.exchanges import (
    Cell,
    Exchange,
    MatchResult,
    RequestPattern,
    cells,
    har,
    masked_query,
    verify,
)
from statuspool_mock.sandbox import Conflict, InvalidInput, NotFound
from statuspool_mock.web.control.context import ControlContext, period
from statuspool_mock.web.control.serializers import exchange_json, full_exchange_json


def _exchanges(context: ControlContext) -> Iterator[Exchange]:
    return (exchange for exchange in context.sandbox.journal if not exchange.control)


def _found(context: ControlContext) -> list[Exchange]:
    pattern = RequestPattern(
        operation=context.values.get("operation"),
        status=context.values.get("status"),
        monitor_id=context.values.get("monitor_id"),
    )
    text = context.values.get("text", "").lower()
    since, until = period(context.values)
    return [
        exchange
        for exchange in _exchanges(context)
        if not pattern.mismatches(exchange)
        and since <= exchange.at <= until
        and text in _shown(exchange).lower()
    ]


def _shown(exchange: Exchange) -> str:
    """Return what is shown of a request, in which text is searched: no secrets."""
    query = f"?{masked_query(exchange.query)}" if exchange.query else ""
    return f"{exchange.method} {exchange.path}{query} {exchange.operation or ''}"


def query_journal(context: ControlContext) -> Any:
    """Handle GET /journal."""
    found = _found(context)
    newest = found[: -context.values["limit"] - 1 : -1]
    document = context.sandboxes.document
    return {
        "results": [exchange_json(exchange, document) for exchange in newest],
        "total": len(found),
        "kept_from": context.sandbox.journal.first,
    }


def count_journal(context: ControlContext) -> Any:
    """Handle GET /journal/count."""
    return {"count": len(_found(context))}


def get_exchange(context: ControlContext) -> Any:
    """Handle GET /journal/{number}."""
    number = context.path["number"]
    plain = number.isascii() and number.isdigit() and len(number) < 16
    exchange = context.sandbox.journal.find(int(number)) if plain else None
    if exchange is None:
        raise NotFound(f"There is no exchange {number} in the journal.")
    return full_exchange_json(exchange, context.sandboxes.document)


def verify_journal(context: ControlContext) -> Any:
    """Handle POST /journal/verify. Raises `Conflict` where exchanges are missing."""
    if context.sandbox.journal.misses_earlier:
        raise Conflict(
            "This journal began anew when the world came to this replica, and misses what was "
            "before. Clear it (DELETE /_mock/journal) before the requests that are verified."
        )
    body = dict(context.body)
    times, at_least, at_most = (body.pop(name, None) for name in ("times", "at_least", "at_most"))
    least, most = _bounds(times, at_least, at_most)
    result = verify(_exchanges(context), RequestPattern(**body))
    fits = result.found >= least and (most is None or result.found <= most)
    return {
        "verified": fits,
        "found": result.found,
        "expected": _in_words(least, most),
        "near_misses": [] if fits else _near_misses(context, result),
    }


def _near_misses(context: ControlContext, result: MatchResult) -> list[dict[str, Any]]:
    document = context.sandboxes.document
    return [
        {"exchange": exchange_json(miss.exchange, document), "mismatches": miss.mismatches}
        for miss in result.near_misses
    ]


def _bounds(times: int | None, least: int | None, most: int | None) -> tuple[int, int | None]:
    if times is not None:
        if least is not None or most is not None:
            raise InvalidInput("Must not be given together with at_least or at_most", field="times")
        return times, times
    if least is None and most is None:
        return 1, None
    return least or 0, most


def _in_words(least: int, most: int | None) -> str:
    if least == most:
        return f"exactly {least}"
    if most is None:
        return f"at least {least}"
    return f"at most {most}" if not least else f"{least} to {most}"


def export_har(context: ControlContext) -> Any:
    """Handle GET /journal.har."""
    return har.archive(list(_exchanges(context)), version=__version__)


async def clear_journal(context: ControlContext) -> Any:
    """Handle DELETE /journal."""
    context.sandbox.forget_exchanges()


async def get_coverage(context: ControlContext) -> Any:
    """Handle GET /coverage."""
    counts = context.sandbox.coverage.met
    grid = cells(context.sandboxes.document.operations.values())
    met = sum(cell in counts for cell in grid)
    return {
        "percent": round(100 * met / len(grid), 1),
        "met": met,
        "unmet": len(grid) - met,
        "cells": [_cell_json(cell, counts.get(cell, 0)) for cell in grid],
    }


def _cell_json(cell: Cell, count: int) -> dict[str, Any]:
    return {**cell._asdict(), "error": ERROR_CODES.get(cell.status), "count": count}
