"""Mutants of pagination."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from statuspool_mock.contract.reference import MAX_PAGE_SIZE
from statuspool_mock.mutants.exchange import (
    CallServer,
    Handler,
    Json,
    MutantRequest,
    MutantResponse,
)
from statuspool_mock.mutants.mutant import ExchangeChange, Mutant
from statuspool_mock.mutants.transforms import on, requesting, responding, validating

_PAGES = "Lists are paginated with ?page and ?limit (max 100). (Monitors, Logs)"
_ENVELOPE = "A list has results, page and total_pages. (Code Examples, List Monitors)"
_DEFAULT_LIMIT = 20
_page = partial(Mutant, group="pagination")


def _number(request: MutantRequest, name: str, default: int, most: int) -> int:
    """Return the number of a parameter, or 0 if it is not one in range."""
    text = request.parameters.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number if number <= most else 0


async def _all_monitors(request: MutantRequest, ask: CallServer) -> list[Json]:
    found: list[Json] = []
    filters = {n: t for n, t in request.parameters.items() if n == "status"}
    page, pages = 1, 1
    while page <= pages:
        query = {**filters, "page": str(page), "limit": str(MAX_PAGE_SIZE)}
        body = (await ask(request.on_the_side("listMonitors", **query))).json
        found += body["results"]
        page, pages = page + 1, body["total_pages"]
    return found


Slicing = Callable[[list[Json], int, int], list[Json]]


def sliced(cut: Slicing) -> Handler:
    """Cut the pages of GET /monitors with `cut`, from all items, the page and the limit."""

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        page = _number(request, "page", 1, 10**8)
        limit = _number(request, "limit", _DEFAULT_LIMIT, MAX_PAGE_SIZE)
        if not response.is_success or not page or not limit:
            return response
        items = await _all_monitors(request, ask)
        return response.with_json({**response.json, "results": cut(items, page, limit)})

    return exchange


def _overlapping(items: list[Json], page: int, limit: int) -> list[Json]:
    first = (page - 1) * max(limit - 1, 1)
    return items[first : first + limit]


def _skipping(items: list[Json], page: int, limit: int) -> list[Json]:
    first = (page - 1) * limit + (page > 1)
    return items[first : first + limit]


def _shuffling() -> Handler:
    draw_key = Random("unstable order")  # noqa: S311 - repeatable, not secret

    def cut(items: list[Json], page: int, limit: int) -> list[Json]:
        return draw_key.sample(items, len(items))[(page - 1) * limit : page * limit]

    return partial(_on_monitors, sliced(cut))


async def _on_monitors(
    exchange: Handler, request: MutantRequest, ask: CallServer
) -> MutantResponse:
    return await (exchange(request, ask) if request.operation == "listMonitors" else ask(request))


def _without_limit(request: MutantRequest) -> MutantRequest:
    return (
        request.with_query(limit=None) if _number(request, "limit", 1, MAX_PAGE_SIZE) else request
    )


async def _first_page_only(request: MutantRequest, ask: CallServer) -> MutantResponse:
    if not _number(request, "page", 1, 10**8):
        return await ask(request)
    response = await ask(request.with_query(page="1"))
    page = _number(request, "page", 1, 10**8)
    return response.with_json({**response.json, "page": page}) if response.is_success else response


async def _last_row_again(request: MutantRequest, ask: CallServer) -> MutantResponse:
    """Start a page of a log with the last entry of the page before."""
    response = await ask(request)
    page = _number(request, "page", 1, 10**8)
    if not response.is_success or page < 2:
        return response
    before = await ask(replace(request.with_query(page=str(page - 1)), uncounted=True))
    rows = [*before.json["results"][-1:], *response.json["results"]]
    kept = rows[: len(before.json["results"])]
    return response.with_json({**response.json, "results": kept})


def _rows_shuffling() -> Handler:
    draw_key = Random("unstable rows")  # noqa: S311 - repeatable, not secret

    async def exchange(request: MutantRequest, ask: CallServer) -> MutantResponse:
        response = await ask(request)
        if request.operation != "listMonitorLogs" or not response.is_success:
            return response
        rows = response.json["results"]
        return response.with_json({**response.json, "results": draw_key.sample(rows, len(rows))})

    return exchange


def _pages_left(body: Json) -> Json:
    return {**body, "total_pages": max(body["total_pages"] - body["page"] + 1, 0)}


async def _from_zero(request: MutantRequest, ask: CallServer) -> MutantResponse:
    text = request.parameters.get("page", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return await ask(request)
    response = await ask(request.with_query(page=str(int(text) + 1)))
    return (
        response.with_json({**response.json, "page": int(text)})
        if response.is_success
        else response
    )


async def _rounded_down(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    limit = _number(request, "limit", _DEFAULT_LIMIT, MAX_PAGE_SIZE)
    if not response.is_success or not limit:
        return response
    total = len(await _all_monitors(request, ask))
    return response.with_json({**response.json, "total_pages": total // limit})


async def _items_for_pages(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success:
        return response
    return response.with_json(
        {**response.json, "total_pages": len(await _all_monitors(request, ask))}
    )


async def _pages_of_all(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or "status" not in request.parameters:
        return response
    limit = str(_number(request, "limit", _DEFAULT_LIMIT, MAX_PAGE_SIZE))
    every = await ask(request.on_the_side("listMonitors", limit=limit))
    return response.with_json({**response.json, "total_pages": every.json["total_pages"]})


def _lowest_is_one(name: str) -> Callable[[MutantRequest], MutantRequest]:
    def change(request: MutantRequest) -> MutantRequest:
        text = request.parameters.get(name, "1")
        below = text.removeprefix("-").isdigit() and text.isascii() and int(text[:9]) < 1
        return request.with_query(**{name: "1"}) if below else request

    return change


async def _last_page_again(request: MutantRequest, ask: CallServer) -> MutantResponse:
    response = await ask(request)
    if not response.is_success or response.json["page"] <= response.json["total_pages"]:
        return response
    last = response.json["total_pages"]
    again = await ask(request.with_query(page=str(last))) if last else response
    return again.with_json({**again.json, "page": response.json["page"]})


PAGINATION: tuple[Mutant, ...] = (
    _page(
        name="limit-ignored",
        wrong="GET /monitors always returns 20 monitors a page.",
        promise=_PAGES,
        change=requesting("listMonitors", _without_limit),
    ),
    _page(
        name="logs-limit-ignored",
        wrong="A log always has pages of 20 entries.",
        promise=_PAGES,
        change=requesting("listMonitorLogs", _without_limit),
    ),
    _page(
        name="page-ignored",
        wrong="Every page of GET /monitors is the first.",
        promise=_PAGES,
        change=on("listMonitors", _first_page_only),
    ),
    _page(
        name="logs-page-ignored",
        wrong="Every page of a log is the first.",
        promise=_PAGES,
        change=on("listMonitorLogs", _first_page_only),
    ),
    _page(
        name="pages-overlap",
        wrong="A page begins with the last monitor of the page before.",
        promise=_PAGES,
        change=on("listMonitors", sliced(_overlapping)),
    ),
    _page(
        name="pages-skip-one",
        wrong="One monitor is missing between the first two pages.",
        promise=_PAGES,
        change=on("listMonitors", sliced(_skipping)),
    ),
    _page(
        name="pages-count-from-zero",
        wrong="?page=1 is the second page.",
        promise="The first page is page 1. (Code Examples, List Monitors)",
        change=on("listMonitors", _from_zero),
    ),
    _page(
        name="order-unstable",
        wrong="The order of monitors changes with each request.",
        promise=_PAGES,
        change=ExchangeChange(_shuffling),
    ),
    _page(
        name="log-pages-overlap",
        wrong="A page of a log begins with the last entry of the page before.",
        promise=_PAGES,
        change=on("listMonitorLogs", _last_row_again),
    ),
    _page(
        name="log-order-unstable",
        wrong="The order of log entries changes with each request.",
        promise=_PAGES,
        change=ExchangeChange(_rows_shuffling),
    ),
    _page(
        name="log-total-pages-counts-down",
        wrong="total_pages of a log is the number of remaining pages.",
        promise=_ENVELOPE,
        change=responding("listMonitorLogs", _pages_left),
    ),
    _page(
        name="log-limit-100-refused",
        wrong="GET /monitors/{id}/logs?limit=100 is a 400: the maximum is 99.",
        promise=_PAGES,
        change=validating(("listMonitorLogs",), "?limit", maximum=99),
    ),
    _page(
        name="page-not-echoed",
        wrong="page is 1 on every page.",
        promise=_ENVELOPE,
        change=responding("listMonitors listMonitorLogs", lambda body: {**body, "page": 1}),
    ),
    _page(
        name="total-pages-rounded-down",
        wrong="total_pages does not count the last page unless it is full.",
        promise=_ENVELOPE,
        change=on("listMonitors", _rounded_down),
    ),
    _page(
        name="total-pages-counts-monitors",
        wrong="total_pages is the number of monitors.",
        promise=_ENVELOPE,
        change=on("listMonitors", _items_for_pages),
    ),
    _page(
        name="total-pages-ignores-filter",
        wrong="total_pages counts monitors that the filter excludes.",
        promise=_ENVELOPE,
        change=on("listMonitors", _pages_of_all),
    ),
    _page(
        name="far-page-repeats-the-last",
        wrong="A page past the end repeats the last page, so that clients never stop.",
        promise=_PAGES,
        change=on("listMonitors listMonitorLogs", _last_page_again),
    ),
    _page(
        name="limit-over-100-obeyed",
        wrong="?limit=1000 returns 1,000 rows.",
        promise=_PAGES,
        change=validating(("listMonitors", "listMonitorLogs"), "?limit", maximum=100_000),
    ),
    _page(
        name="limit-100-refused",
        wrong="?limit=100 is a 400: the maximum is 50.",
        promise=_PAGES,
        change=validating(("listMonitors", "listMonitorLogs"), "?limit", maximum=50),
    ),
    _page(
        name="limit-zero-accepted",
        wrong="?limit=0 and negative limits return one item.",
        promise="400 for invalid values. (Error Codes, 400)",
        change=requesting("listMonitors listMonitorLogs", _lowest_is_one("limit")),
    ),
    _page(
        name="page-zero-accepted",
        wrong="?page=0 and negative pages return the first page.",
        promise="400 for invalid values. (Error Codes, 400)",
        change=requesting("listMonitors listMonitorLogs", _lowest_is_one("page")),
    ),
    _page(
        name="results-named-data",
        wrong="Lists have data instead of results.",
        promise=_ENVELOPE,
        change=responding(
            "listMonitors listMonitorLogs",
            lambda body: {"data": body.pop("results"), **body},
        ),
    ),
    _page(
        name="total-pages-missing",
        wrong="Lists have no total_pages.",
        promise=_ENVELOPE,
        change=responding(
            "listMonitors", lambda body: {"results": body["results"], "page": body["page"]}
        ),
    ),
)
