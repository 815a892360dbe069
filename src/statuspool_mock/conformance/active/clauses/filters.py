"""The filter of monitors. Reference: Monitors, ?status."""

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level
from statuspool_mock.conformance.active.sharing import once

group = ClauseGroup("filters", section="Monitors, GET /monitors")
groups = (group,)


def _filters_by_status(status: str) -> Check:
    def check(context: Context) -> None:
        if not context.options.read_only:
            context.down_monitor()
            context.minimal_monitor()
        response = _with_status(context, status)
        for monitor in expect_list(response):
            expect(
                monitor.get("status") == status,
                f"a monitor that is {monitor.get('status')!r}",
                f"only monitors that are {status}",
                response,
            )
        _expect_all(context, status, response, _everything(context))

    return named(check, f"filters_by_status_{status}")


@once
def _everything(context: Context) -> ServerResponse:
    """List monitors without a filter."""
    return context.api.get("/monitors", query={"limit": 100})


def _with_status(context: Context, status: str) -> ServerResponse:
    return context.api.get("/monitors", query={"status": status, "limit": 100})


def _expect_all(
    context: Context, status: str, response: ServerResponse, everything: ServerResponse
) -> None:
    """Compare with the unfiltered list, except for monitors whose status changed in between."""
    found, listed = expect_list(response), expect_list(everything)
    matching = _of_status(everything, status)
    if _is_paged(everything) or _is_paged(response):
        expect(found or not matching, "no monitors", f"the monitors that are {status}", response)
        return
    missing = matching - set(ids(found))
    if missing:  # one may have changed between the two lists
        missing &= _of_status(context.api.get("/monitors", query={"limit": 100}), status)
        missing -= set(ids(expect_list(_with_status(context, status))))
    expect(
        not missing, f"a list without {sorted(missing)[:2]}",
        f"every monitor that is {status}", response,
    )  # fmt: skip
    if not found and not listed:
        raise NotVerified("the team has no monitors")
    if len(found) == len(listed) and len({m.get("status") for m in listed}) <= 1:
        raise NotVerified(f"every monitor is {status}: a filter would not show")


def _of_status(everything: ServerResponse, status: str) -> set[str]:
    return {str(m.get("id")) for m in expect_list(everything) if m.get("status") == status}


def _is_paged(response: ServerResponse) -> bool:
    return (response.fields.get("total_pages") or 0) > 1


for _value in ("up", "down", "paused"):
    group.clause(
        f"status-{_value}",
        f"GET /monitors?status={_value} lists every monitor that is {_value} and no other.",
        requests=1,
    )(_filters_by_status(_value))


@group.clause(
    "status-pages",
    "A list is filtered before it is paged: pages are full and add up.",
    requests=5,
)
def filters_before_paging(context: Context) -> None:
    whole = _with_status(context, "up")
    expected = ids(expect_list(whole))
    if len(expected) < 3:
        raise NotVerified("fewer than three monitors are up")
    first, second = (
        context.api.get("/monitors", query={"status": "up", "limit": 2, "page": page})
        for page in (1, 2)
    )
    on_pages = ids(expect_list(first)) + ids(expect_list(second))
    if on_pages != expected[: len(on_pages)] or len(on_pages) < min(4, len(expected)):
        if ids(expect_list(_with_status(context, "up"))) != expected:
            raise NotVerified("monitors change their status too fast")
        raise Finding(f"pages of {len(on_pages)} monitors", "two full pages of the list", second)
    total = first.fields.get("total_pages")
    if (whole.fields.get("total_pages") or 0) == 1:
        rounded_up = -(-len(expected) // 2)
        expect(total == rounded_up, f"total_pages {total}", f"{rounded_up}", first)


@group.clause(
    "status-unknown",
    "GET /monitors?status= with an unknown value is a 400.",
    level=Level.INFERRED,
    section="Error Codes, 400",
)
def refuses_unknown_status(context: Context) -> None:
    expect_status(context.api.get("/monitors", query={"status": "sideways"}), 400)


@group.clause(
    "status-degraded",
    "GET /monitors?status=degraded is a 400, or lists the degraded monitors.",
    level=Level.INFERRED,
)
def filters_by_status_degraded(context: Context) -> None:
    response = context.api.get("/monitors", query={"status": "degraded"})
    expect_status(response, 400, 200)
    if response.status == 200:
        context.note("?status=degraded is accepted as a filter.")
        others = [m.get("status") for m in expect_list(response) if m.get("status") != "degraded"]
        expect(not others, f"monitors that are {others[:2]}", "degraded monitors only", response)
