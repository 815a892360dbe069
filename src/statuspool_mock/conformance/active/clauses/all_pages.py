"""Promises about every page of a run, checked after all others. Reference: Monitors and Logs."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from statuspool_mock.conformance.active.assertions import expect, expect_equal, ids
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.contract.reference import MAX_PAGE_SIZE

group = ClauseGroup("all-pages", section="Monitors, GET /monitors; Logs")
groups = (group,)
_PAGED = ("listMonitors", "listMonitorLogs")
_MAX_DIGITS = 9


def _pages(context: Context) -> list[ServerResponse]:
    pages = [each for each in context.successes(*_PAGED) if "results" in each.fields]
    if len(pages) < 2:  # the first one only opened the run
        raise NotVerified("no other clause requested a list in this run")
    return pages


def _query(response: ServerResponse) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response.url).query, keep_blank_values=True))


def _number(query: dict[str, str], name: str) -> int | None:
    """Return a parameter that is a whole number from 1 on."""
    text = query.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) or None if is_number else None


@group.clause(
    "number",
    "page is the number of the page that was requested, in every response.",
    level=Level.SAMPLE,
    requests=0,
)
def has_requested_number(context: Context) -> None:
    for response in _pages(context):
        query = _query(response)
        number = _number(query, "page") if "page" in query else 1
        if number is not None and not _is_twice(response, "page") and response.results:
            expect_equal(response.fields.get("page"), number, "page", response)


def _is_twice(response: ServerResponse, name: str) -> bool:
    pairs = parse_qsl(urlsplit(response.url).query, keep_blank_values=True)
    return sum(each == name for each, _ in pairs) > 1


@group.clause(
    "size",
    "Every page holds as many items as ?limit allows; only the last one may hold fewer.",
    requests=0,
)
def has_requested_size(context: Context) -> None:
    for response in _pages(context):
        page, total = response.fields.get("page"), response.fields.get("total_pages")
        limit, items = _number(_query(response), "limit"), len(response.results)
        if "limit" not in _query(response):
            expect(items <= MAX_PAGE_SIZE, f"{items} items", f"up to {MAX_PAGE_SIZE}", response)
        if limit is None or type(page) is not int or type(total) is not int:
            continue
        size, where = min(limit, MAX_PAGE_SIZE), f"on page {page} of {total}"
        if page < total:
            expect_equal(items, size, f"items {where}:", response)
        elif page == total:
            is_right = 1 <= items <= size or (page == 1 and items == 0)
            expect(is_right, f"{items} items {where}", f"1 to {size}", response)
        else:
            expect(not items, f"{items} items {where}", "none", response)


def _lists(context: Context) -> Iterator[tuple[tuple[Any, ...], ServerResponse]]:
    """Yield each list with what was requested, and how many writes there were before it."""
    writes = 0
    for response in context.api.exchanges:
        if response.method != "GET":
            writes += 1
        elif response.is_success and response.operation in {"listMonitors", "listWebhooks"}:
            yield (response.url, response.authorization, writes), response


@group.clause(
    "order",
    "A list that is requested again, while nobody writes, has the same order.",
    level=Level.INFERRED,
    requests=0,
)
def keeps_order(context: Context) -> None:
    before: dict[tuple[Any, ...], list[str]] = {}
    _pages(context)
    for requested, response in _lists(context):
        found = ids(response.results)
        earlier = before.setdefault(requested, found)
        common = set(earlier) & set(found)
        in_order = [each for each in found if each in common]
        expected = [each for each in earlier if each in common]
        got = f"{in_order[:3]}"
        expect(in_order == expected, got, f"{expected[:3]}, as before", response)
