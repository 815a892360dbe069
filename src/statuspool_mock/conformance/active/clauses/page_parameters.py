"""Values of ?page and ?limit. Reference: Monitors and Logs; Error Codes, 400."""

from collections.abc import Callable

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.pagination import longest_log, paged_monitors
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import once
from statuspool_mock.contract.rulings import named_fields

group = ClauseGroup("pagination", section="Monitors, GET /monitors; Code Examples, List Monitors")
groups = (group,)
_TIME = (Need.TIME,)

_INVALID = {"0": ("0", "0"), "negative": ("-1", "-1"), "text": ("many", "1.5")}
"""Invalid values of limit and page, sent together."""

PathOf = Callable[[Context], str]


def _monitors(_: Context) -> str:
    return "/monitors"


def _whole_list(context: Context) -> ServerResponse:
    return paged_monitors(context).whole


def _any_log(context: Context) -> ServerResponse:
    """Return a page of a log, which may be short or empty."""
    path = f"/monitors/{context.any_listed_monitor()['id']}/logs"
    return context.api.get(path, query={"limit": 100})


def _accepts_limit_100(read: Callable[[Context], ServerResponse]) -> Check:
    def check(context: Context) -> None:
        response = read(context)
        expect_status(response, 200, because="100 is the maximum and allowed")
        if (response.fields.get("total_pages") or 0) > 1:
            expect_equal(len(response.results), 100, "items on the first page:", response)

    return check


def _holds_at_most_100(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        limit = (1000, 101)[context.options.seed % 2]
        response = context.api.get(path_of(context), query={"limit": limit})
        expect_status(response, 400, 200)
        if response.status == 200:
            context.note("A limit above 100 is clamped to 100.")
            items = len(response.results)
            expect(items <= 100, f"{items} items", "up to 100", response)

    return check


@once
def _refusal_of_both(context: Context, path_of: PathOf, label: str) -> ServerResponse:
    """Send an invalid limit and an invalid page at once."""
    limit, page = _INVALID[label]
    return context.api.get(path_of(context), query={"limit": limit, "page": page})


def _refuses(path_of: PathOf, label: str, parameter: str) -> Check:
    def check(context: Context) -> None:
        response = _refusal_of_both(context, path_of, label)
        text = dict(zip(("limit", "page"), _INVALID[label], strict=True))[parameter]
        if parameter not in named_fields(response.fields.get("details")):
            response = context.api.get(path_of(context), query={parameter: text})
        expect_status(response, 400, because=f"{parameter}={text} is not a valid value")

    return check


def _has_no_items_past_the_end(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        for page in (10**20,) if context.options.is_quick else (10**12, 10**20):
            response = context.api.get(path_of(context), query={"page": page})
            expect_status(response, 200, 400, 404)
            items = len(response.results)
            expect(not items, f"{items} items", "an empty page", response)
            if response.status != 200:
                context.note(f"A page past the end is a {response.status}.")

    return check


for _kind, _path_of in (("monitors", _monitors), ("logs", longest_log)):
    _costly = () if _kind == "monitors" else _TIME
    _where = "GET /monitors" if _kind == "monitors" else "GET /monitors/{id}/logs"
    group.clause(
        f"{_kind}.limit-100",
        f"{_where}: limit=100 is accepted, and a page that is not the last holds 100 items.",
        needs=_costly,
    )(
        named(
            _accepts_limit_100(_any_log if _kind == "logs" else _whole_list),
            f"accepts_limit_100_of_{_kind}",
        )
    )
    group.clause(
        f"{_kind}.limit-over-100",
        f"{_where}: a page never holds more than 100 items.",
        needs=_costly,
    )(named(_holds_at_most_100(_path_of), f"holds_at_most_100_{_kind}"))
    for _label, _texts in _INVALID.items():
        for _parameter, _text in zip(("limit", "page"), _texts, strict=True):
            group.clause(
                f"{_kind}.{_parameter}-{_label}",
                f"{_where}: {_parameter}={_text} is a 400.",
                level=Level.INFERRED,
                section="Error Codes, 400",
                needs=() if _kind == "monitors" and _label == "0" else _TIME,
            )(
                named(
                    _refuses(_path_of, _label, _parameter),
                    f"refuses_{_parameter}_{_label}_of_{_kind}",
                )
            )
    group.clause(
        f"{_kind}.far-page",
        f"{_where}: a page past the end is empty, however far.",
        level=Level.INFERRED,
        requests=2,
        needs=_costly,
    )(named(_has_no_items_past_the_end(_path_of), f"has_no_{_kind}_past_the_end"))
