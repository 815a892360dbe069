"""Lists in pages. Reference: Monitors and Logs (?page, ?limit); Code Examples, List Monitors."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.sharing import shared

group = ClauseGroup("pagination", section="Monitors, GET /monitors; Code Examples, List Monitors")
groups = (group,)
_WALKED_PAGES = 4
_MAX_LIMIT = 100
_TIMES_OF_A_PART = 4
"""How many different times a log must have to leave out the first ones."""
_MONITORS = 7
"""How many monitors make several pages of three."""


@dataclass(frozen=True, slots=True)
class PagedList:
    """The first pages of a list, and the same list on one page."""

    pages: list[ServerResponse]
    whole: ServerResponse

    @property
    def limit(self) -> int:
        """The limit of the pages."""
        return _limit_of(self.pages[0])

    @property
    def is_consistent(self) -> bool:
        """Whether the pages are the beginning of the whole list, in its order."""
        on_pages = [_key(item) for page in self.pages for item in page.results]
        return on_pages == [_key(item) for item in self.whole.results][: len(on_pages)]


@dataclass(frozen=True, slots=True)
class LogRange:
    """The log with the most entries, up to a time after which it does not grow."""

    path: str
    start: str
    end: str
    entries: int

    @property
    def query(self) -> dict[str, Any]:
        """The filter that selects the range."""
        return {"from": self.start, "to": self.end}


@shared
def several_pages(context: Context) -> None:
    """Enough monitors for several pages."""
    if context.options.read_only:
        return
    context.sample_monitors()  # creates what it needs: from here on the list stays as it is
    if context.options.other_team_key is not None:
        with suppress(NotVerified):
            context.other_teams_monitor()  # which no page and no total may count
    for number in range(len(context.api.ledger.monitors), _MONITORS):
        context.create(name=f"{context.mark} crowd {number}")


@shared
def paged_monitors(context: Context) -> PagedList:
    """The monitors in pages of three."""
    several_pages(context)
    for _ in range(3):
        pages = context.pages("/monitors", limit=3, max_pages=_WALKED_PAGES)
        paged = PagedList(pages, context.api.get("/monitors", query={"limit": _MAX_LIMIT}))
        if paged.is_consistent:
            break  # else another client changed the list in between, or it is a finding
    return paged


@shared
def longest_log(context: Context) -> str:
    """The path of the log with the most entries."""
    logs = context.logs()
    longest = max(logs, key=lambda each: (_total(logs[each]), len(logs[each].results)))
    if len(logs[longest].results) < 2:
        raise NotVerified("no log has two entries")
    return f"/monitors/{longest}/logs"


@shared
def _log_range(context: Context) -> LogRange:
    """A part of a log that does not grow, with entries before it where there are enough."""
    path = longest_log(context)
    rows = context.logs()[path.split("/")[2]].results
    times = sorted(str(r["timestamp"]) for r in rows if isinstance(r, dict) and "timestamp" in r)
    if not times:
        raise NotVerified("log entries have no timestamp")
    start = times[len(times) // 4] if len(set(times)) >= _TIMES_OF_A_PART else times[0]
    end = times[len(times) // 2]
    entries = sum(start <= at <= end for at in times)
    return LogRange(path, start=start, end=end, entries=entries)


@shared
def _log_pages(context: Context) -> list[ServerResponse]:
    """The first pages of a part of a log."""
    part = _log_range(context)
    limit = 2 if part.entries < 12 else 5
    return context.pages(part.path, limit=limit, max_pages=_WALKED_PAGES, **part.query)


def _monitor_pages(context: Context) -> list[ServerResponse]:
    return paged_monitors(context).pages


def _limit_of(page: ServerResponse) -> int:
    return int(page.url.partition("limit=")[2].partition("&")[0])


def _total(response: ServerResponse) -> int:
    total = response.fields.get("total_pages")
    return total if isinstance(total, int) else 0


def _key(item: Any) -> str:
    if isinstance(item, dict) and "id" in item:
        return str(item["id"])
    return repr(sorted(item.items(), key=str)) if isinstance(item, dict) else repr(item)


_PageCheck = Callable[[list[ServerResponse]], None]


def _of_both_lists(
    name: str, says: str, *, requests: int, level: Level = Level.DOCUMENTED
) -> Callable[[_PageCheck], _PageCheck]:
    """Make a check of pages a clause of the list of monitors and a clause of logs."""

    def register(check: _PageCheck) -> _PageCheck:
        for kind, path, pages in (
            ("monitors", "/monitors", _monitor_pages),
            ("logs", "/monitors/{id}/logs", _log_pages),
        ):

            def check_pages(
                context: Context, pages: Callable[[Context], list[ServerResponse]] = pages
            ) -> None:
                check(pages(context))

            group.clause(f"{kind}.{name}", f"GET {path}: {says}", level=level, requests=requests)(
                named(check_pages, f"{check.__name__}_of_{kind}")
            )
        return check

    return register


@_of_both_lists("limit", "a page holds at most ?limit items.", requests=4)
def limits_pages(pages: list[ServerResponse]) -> None:
    for page in pages:
        limit = _limit_of(page)
        expect(len(page.results) <= limit, f"{len(page.results)} items", f"up to {limit}", page)
        if page is not pages[-1]:
            expect_equal(len(page.results), limit, "items on a page that is not the last:", page)


@_of_both_lists("page-echoed", "page is the number of the page.", requests=0, level=Level.SAMPLE)
def echoes_page(pages: list[ServerResponse]) -> None:
    for number, page in enumerate(pages, start=1):
        expect_equal(page.fields.get("page"), number, "page", page)


@_of_both_lists("no-overlap", "no item is on two pages.", requests=0)
def separates_pages(pages: list[ServerResponse]) -> None:
    if len(pages) < 2:
        raise NotVerified("there is only one page")
    first_page: dict[str, int] = {}
    for number, page in enumerate(pages, start=1):
        for item in page.results:
            key = _key(item)
            expect(
                first_page.setdefault(key, number) == number,
                f"{key[:60]} on pages {first_page[key]} and {number}",
                "each item on one page",
                page,
            )


@_of_both_lists("total-pages-agree", "total_pages is the same on every page.", requests=0)
def agrees_on_total_pages(pages: list[ServerResponse]) -> None:
    totals = {repr(page.fields.get("total_pages")) for page in pages}
    expect(len(totals) == 1, f"total_pages {sorted(totals)}", "one number", pages[-1])
    is_integer = type(pages[0].fields.get("total_pages")) is int
    expect(is_integer, f"total_pages {totals}", "an integer", pages[0])


@group.clause(
    "monitors.partition",
    "Pages add up to the whole list, in one order; total_pages is rounded up.",
    requests=2,
)
def partitions_monitors(context: Context) -> None:
    _check_partition(context, "/monitors", paged_monitors(context))


@group.clause(
    "logs.partition",
    "Pages add up to the whole log, in one order; total_pages is rounded up.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
)
def partitions_log(context: Context) -> None:
    part = _log_range(context)
    whole = context.api.get(part.path, query={**part.query, "limit": _MAX_LIMIT})
    _check_partition(context, part.path, PagedList(_log_pages(context), whole), **part.query)


def _check_partition(context: Context, path: str, paged: PagedList, **query: Any) -> None:
    last, whole = paged.pages[-1], paged.whole
    expect_status(whole, 200)
    expect(
        paged.is_consistent,
        f"{sum(len(page.results) for page in paged.pages)} items in another order than on one "
        "large page, or other items",
        f"pages of {paged.limit} to be the parts of a page of 100",
        last,
    )
    items = len(whole.results)
    if items >= _MAX_LIMIT:
        return  # the list may go on
    expect(
        not items or _total(whole) == 1,
        f"total_pages {whole.fields.get('total_pages')!r} for {items} items and limit 100",
        "1",
        whole,
    )
    rounded_up = -(-items // paged.limit)
    total = _total(last)
    expect(
        total == rounded_up or (not items and total in {0, 1}),
        f"total_pages {total} for {items} items and limit {paged.limit}",
        f"{rounded_up}, rounded up",
        last,
    )
    if total > len(paged.pages):
        rest = context.api.get(path, query={**query, "limit": paged.limit, "page": total})
        expect(rest.results, "an empty last page", "the rest of the list", rest)


@group.clause(
    "monitors.stable-order",
    "The same page requested twice holds the same monitors in the same order.",
    level=Level.INFERRED,
)
def repeats_page(context: Context) -> None:
    first = paged_monitors(context).pages[0]
    again = context.api.get("/monitors", query={"limit": 3, "page": 1})
    same = [_key(item) for item in first.results] == [_key(item) for item in again.results]
    expect(same, "another order", "the same order", again)
