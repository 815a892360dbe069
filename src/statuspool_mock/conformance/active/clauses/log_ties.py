"""Pages of log entries of the same time. Reference: Logs, ?page and ?limit."""

from datetime import datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect
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
    requests=_MOST_ENTRIES + 1,
)
def separates_entries_of_one_time(context: Context) -> None:
    path, at, rows = _shortest_tie(context)
    query = {
        "from": written((at - _AROUND).timestamp()),
        "to": written((at + _AROUND).timestamp()),
    }
    known, number = sorted(map(_key, rows)), len(rows)
    pages = [_page(context, path, query, page) for page in (*range(1, number + 1), 1)]
    shown = [_keys(page) for page in pages]
    each = sorted(key for page in shown[:-1] for key in page)
    is_each = each == known and shown[0] == shown[-1]
    if not is_each:
        again = context.api.get(path, query={**query, "limit": 100})
        if sorted(_keys(again)) != known:
            raise NotVerified("the log grows too fast")
    got = f"{len(set(each))} different entries on {number} pages of one, all of {at}"
    expect(is_each, got, "each of them on a page, always the same one", pages[-1])


def _page(context: Context, path: str, query: dict[str, str], page: int) -> ServerResponse:
    return context.api.get(path, query={**query, "limit": 1, "page": page})


def _keys(response: ServerResponse) -> list[str]:
    return list(map(_key, rows_of(response)))


def _key(row: dict[str, Any]) -> str:
    return repr(sorted(row.items(), key=str))


def _shortest_tie(context: Context) -> tuple[str, datetime, list[dict[str, Any]]]:
    """Return a log, the shortest that has some, and a few of its entries around one time."""
    for monitor_id, log in sorted(context.logs().items(), key=lambda each: len(each[1].results)):
        timed = [(at, row) for row in rows_of(log) if (at := moment(row.get("timestamp")))]
        times = [at for at, _ in timed]
        for at in sorted(at for at in set(times) if times.count(at) > 1):
            rows = [row for other, row in timed if abs(other - at) <= _AROUND]
            if len(rows) <= _MOST_ENTRIES:
                return f"/monitors/{monitor_id}/logs", at, rows
    raise NotVerified("no log has a few entries of the same time")
