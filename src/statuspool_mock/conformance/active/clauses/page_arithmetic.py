"""How many pages a list has, and what the last one holds. Reference: Monitors and Logs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.pagination import longest_log, several_pages
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import once
from statuspool_mock.time_parsing import moment

group = ClauseGroup("pagination", section="Monitors, GET /monitors; Code Examples, List Monitors")
groups = (group,)
_TIME = (Need.TIME,)
_MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """A list that does not grow, and the response to limit=1, whose pages count its items."""

    path: str
    filters: Mapping[str, Any]
    single: ServerResponse

    @property
    def items(self) -> int:
        """How many items the list has."""
        total = self.single.fields.get("total_pages")
        return total if isinstance(total, int) else 0


Of = Callable[[Context], Counted]


@once
def _monitors(context: Context) -> Counted:
    """Count the monitors."""
    several_pages(context)
    return Counted("/monitors", {}, context.api.get("/monitors", query={"limit": 1}))


@once
def _log(context: Context) -> Counted:
    """Count the entries of two days of a log, to which no more are added."""
    path = longest_log(context)
    newest = moment(context.statuses()[path.split("/")[2]].fields.get("last_check_at"))
    if newest is None:
        raise NotVerified("no last_check_at of the monitor with the longest log")
    end = newest - timedelta(seconds=1)
    filters = {"from": _iso(end - timedelta(days=2)), "to": _iso(end)}
    return Counted(path, filters, context.api.get(path, query={**filters, "limit": 1}))


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _page(context: Context, counted: Counted, *, limit: int, page: int) -> ServerResponse:
    query = {**counted.filters, "limit": limit, "page": page}
    return context.api.get(counted.path, query=query)


def _accepts_limit_1(of: Of) -> Check:
    def check(context: Context) -> None:
        single = of(context).single
        expect_status(single, 200)
        expect(len(single.results) <= 1, f"{len(single.results)} items", "one", single)
        if not single.results:
            raise NotVerified("the list is empty")

    return check


def _ends_at_exact_multiple(of: Of) -> Check:
    def check(context: Context) -> None:
        counted = of(context)
        limit = _largest_divisor(counted.items)
        last = counted.items // limit
        full = _page(context, counted, limit=limit, page=last)
        expect_status(full, 200)
        what = f"for {counted.items} items and limit {limit}: total_pages"
        expect_equal(full.fields.get("total_pages"), last, what, full)
        expect_equal(len(full.results), limit, "items on the last page:", full)
        beyond = _page(context, counted, limit=limit, page=last + 1)
        expect_status(beyond, 200, 404, 400)
        got = f"{len(beyond.results)} items on page {last + 1} of {last}"
        expect(not beyond.results, got, "an empty page", beyond)

    return check


def _rounds_up(of: Of) -> Check:
    def check(context: Context) -> None:
        counted = of(context)
        limit = min(_MAX_LIMIT, counted.items - 1)
        if limit < 1 or counted.items % limit == 0:
            raise NotVerified("the list is too short, or a multiple of 100")
        last = counted.items // limit + 1
        response = _page(context, counted, limit=limit, page=last)
        expect_status(response, 200)
        what = f"for {counted.items} items and limit {limit}: total_pages"
        expect_equal(response.fields.get("total_pages"), last, what, response)
        rest = counted.items % limit
        expect_equal(len(response.results), rest, "items on the last page:", response)

    return check


def _largest_divisor(items: int) -> int:
    """Return the largest limit by which full pages hold all the items."""
    if items < 1:
        raise NotVerified("the list is empty, or has no total_pages")
    return next(limit for limit in range(min(items, _MAX_LIMIT), 0, -1) if items % limit == 0)


for _kind, _where, _of in (
    ("monitors", "GET /monitors", _monitors),
    ("logs", "GET /monitors/{id}/logs", _log),
):
    group.clause(f"{_kind}.limit-1", f"{_where}: limit=1 is accepted.", needs=_TIME)(
        named(_accepts_limit_1(_of), f"accepts_limit_1_of_{_kind}")
    )
    group.clause(
        f"{_kind}.exact-multiple",
        f"{_where}: a list that fills its last page has no page after it.",
        needs=_TIME,
        requests=2,
    )(named(_ends_at_exact_multiple(_of), f"ends_at_exact_multiple_of_{_kind}"))
    group.clause(
        f"{_kind}.last-page",
        f"{_where}: the last page holds the rest, also with the largest limit.",
        needs=_TIME,
    )(named(_rounds_up(_of), f"rounds_up_pages_of_{_kind}"))
