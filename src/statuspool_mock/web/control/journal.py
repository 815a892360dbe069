"""The journal: look, count, verify, export; and what its exchanges covered."""

from collections.abc import Iterator
from typing import Any

from statuspool_mock import __version__
from statuspool_mock.exchanges import (
    Cell,
    Exchange,
    MatchResult,
    RequestPattern,
    cells,
    har,
    verify,
)
from statuspool_mock.sandbox import InvalidInput, NotFound
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import exchange_json, full_exchange_json

_ERRORS = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}


def _exchanges(visit: ControlContext) -> Iterator[Exchange]:
    return (exchange for exchange in visit.sandbox.journal if not exchange.control)


def _found(visit: ControlContext) -> list[Exchange]:
    wanted = RequestPattern(
        operation=visit.values.get("operation"),
        status=visit.values.get("status"),
        monitor_id=visit.values.get("monitor_id"),
    )
    return [exchange for exchange in _exchanges(visit) if not wanted.mismatches(exchange)]


async def query_journal(visit: ControlContext) -> Any:
    """Answer GET /journal."""
    found = _found(visit)
    newest = found[: -visit.values["limit"] - 1 : -1]
    document = visit.sandboxes.document
    return {
        "results": [exchange_json(exchange, document) for exchange in newest],
        "total": len(found),
        "kept_from": visit.sandbox.journal.first,
    }


async def count_journal(visit: ControlContext) -> Any:
    """Answer GET /journal/count."""
    return {"count": len(_found(visit))}


async def get_exchange(visit: ControlContext) -> Any:
    """Answer GET /journal/{number}."""
    number = visit.path["number"]
    plain = number.isascii() and number.isdigit() and len(number) < 16
    exchange = visit.sandbox.journal.find(int(number)) if plain else None
    if exchange is None:
        raise NotFound(f"No exchange {number} is kept.")
    return full_exchange_json(exchange, visit.sandboxes.document)


async def verify_journal(visit: ControlContext) -> Any:
    """Answer POST /journal/verify."""
    body = dict(visit.body)
    times, at_least, at_most = (body.pop(name, None) for name in ("times", "at_least", "at_most"))
    least, most = _bounds(times, at_least, at_most)
    result = verify(_exchanges(visit), RequestPattern(**body))
    fits = result.found >= least and (most is None or result.found <= most)
    return {
        "verified": fits,
        "found": result.found,
        "expected": _in_words(least, most),
        "near_misses": [] if fits else _near_misses(visit, result),
    }


def _near_misses(visit: ControlContext, result: MatchResult) -> list[dict[str, Any]]:
    document = visit.sandboxes.document
    return [
        {"exchange": exchange_json(miss.exchange, document), "mismatches": miss.mismatches}
        for miss in result.near_misses
    ]


def _bounds(times: int | None, least: int | None, most: int | None) -> tuple[int, int | None]:
    if times is not None:
        if least is not None or most is not None:
            raise InvalidInput("Must not stand beside at_least or at_most", field="times")
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


async def export_har(visit: ControlContext) -> Any:
    """Answer GET /journal.har."""
    return har.archive(list(_exchanges(visit)), version=__version__)


async def clear_journal(visit: ControlContext) -> Any:
    """Answer DELETE /journal."""
    visit.sandbox.forget_exchanges()


async def get_coverage(visit: ControlContext) -> Any:
    """Answer GET /coverage."""
    counts = visit.sandbox.coverage.met
    grid = cells(visit.sandboxes.document.operations.values())
    met = sum(cell in counts for cell in grid)
    return {
        "percent": round(100 * met / len(grid), 1),
        "met": met,
        "unmet": len(grid) - met,
        "cells": [_cell_json(cell, counts.get(cell, 0)) for cell in grid],
    }


def _cell_json(cell: Cell, count: int) -> dict[str, Any]:
    return {**cell._asdict(), "error": _ERRORS.get(cell.status), "count": count}
