"""Pages of log entries of the same time. Reference: Logs, ?page and ?limit."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.log_shares import rows_of
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.time_parsing import moment, written

group = ClauseGroup("pagination", section="Logs, GET /monitors/{id}/logs")
groups = (group,)
_MOST_ENTRIES = 3
_AROUND = timedelta(seconds=1)


@group.clause(
    "logs.same-time",
    "GET /monitors/{id}/logs: of entries of the same time, each is on one page.",
    needs=(Need.TIME,),
    requests=_MOST_ENTRIES + 2,
)
def separates_entries_of_one_time(context: Context) -> None:
    path, at = _shortest_tie(context)
    query = {
        "from": written((at - _AROUND).timestamp()),
        "to": written((at + _AROUND).timestamp()),
    }
    whole = context.api.get(path, query={**query, "limit": 100})
    number = len(expect_list(whole))
    if not 1 < number <= _MOST_ENTRIES:
        raise NotVerified("no log has a few entries of the same time")
    pages = [_page(context, path, query, page) for page in (*range(1, number + 1), 1)]
    shown = [_keys(page) for page in pages]
    each = sorted(key for page in shown[:-1] for key in page)
    is_each = each == sorted(_keys(whole)) and shown[0] == shown[-1]
    if not is_each:
        again = context.api.get(path, query={**query, "limit": 100})
        if sorted(_keys(again)) != sorted(_keys(whole)):
            raise NotVerified("the log grows too fast")
    got = f"{len(set(each))} different entries on {number} pages of one, all of {at}"
    expect(is_each, got, "each of them on a page, always the same one", pages[-1])


def _page(context: Context, path: str, query: dict[str, str], page: int) -> ServerResponse:
    return context.api.get(path, query={**query, "limit": 1, "page": page})


def _keys(response: ServerResponse) -> list[str]:
    return [repr(sorted(row.items(), key=str)) for row in rows_of(response)]


def _shortest_tie(context: Context) -> tuple[str, datetime]:
    """Return a log, the shortest that has some, and the time of a few of its entries."""
    for monitor_id, log in sorted(context.logs().items(), key=lambda each: len(each[1].results)):
        by_time = defaultdict[datetime, list[dict[str, Any]]](list)
        for row in rows_of(log):
            at = moment(row.get("timestamp"))
            if at is not None:
                by_time[at].append(row)
        tied = [at for at, rows in by_time.items() if 1 < len(rows) <= _MOST_ENTRIES]
        if tied:
            return f"/monitors/{monitor_id}/logs", min(tied)
    raise NotVerified("no log has a few entries of the same time")
