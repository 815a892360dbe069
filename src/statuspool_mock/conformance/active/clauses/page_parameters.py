"""Values of ?page and ?limit. Reference: Monitors and Logs; Error Codes, 400."""

from collections.abc import Callable

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.pagination import longest_log
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Level, Need

group = ClauseGroup("pagination", section="Monitors, GET /monitors; Code Examples, List Monitors")
groups = (group,)
_TIME = (Need.TIME,)

PathOf = Callable[[Context], str]


def _monitors(_: Context) -> str:
    return "/monitors"


def _any_log(context: Context) -> str:
    """Return the path of a log, which may be short or empty."""
    return f"/monitors/{context.any_listed_monitor()['id']}/logs"


def _accepts_limit_100(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        response = context.api.get(path_of(context), query={"limit": 100})
        expect_status(response, 200, because="100 is the maximum and allowed")

    return check


def _accepts_limit_1(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        response = context.api.get(path_of(context), query={"limit": 1})
        expect_status(response, 200)
        expect(len(response.results) <= 1, f"{len(response.results)} items", "one", response)
        if not response.results:
            raise NotVerified("the list is empty")

    return check


def _holds_at_most_100(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        for limit in (1000,) if context.options.is_quick else (1000, 101):
            response = context.api.get(path_of(context), query={"limit": limit})
            expect_status(response, 400, 200)
            if response.status == 200:
                context.note("A limit above 100 is clamped to 100.")
                items = len(response.results)
                expect(items <= 100, f"{items} items", "up to 100", response)

    return check


def _refuses(path_of: PathOf, parameter: str, text: str) -> Check:
    def check(context: Context) -> None:
        response = context.api.get(path_of(context), query={parameter: text})
        expect_status(response, 400, because=f"{parameter}={text} is not a valid value")

    return check


def _has_no_items_past_the_end(path_of: PathOf) -> Check:
    def check(context: Context) -> None:
        for page in (10**9, 10**12, 10**20):
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
    group.clause(f"{_kind}.limit-100", f"{_where}: limit=100 is accepted.", needs=_costly)(
        named(
            _accepts_limit_100(_any_log if _kind == "logs" else _path_of),
            f"accepts_limit_100_of_{_kind}",
        )
    )
    group.clause(f"{_kind}.limit-1", f"{_where}: limit=1 is accepted.", needs=_TIME)(
        named(_accepts_limit_1(_path_of), f"accepts_limit_1_of_{_kind}")
    )
    group.clause(
        f"{_kind}.limit-over-100",
        f"{_where}: a page never holds more than 100 items.",
        requests=2,
        needs=_costly,
    )(named(_holds_at_most_100(_path_of), f"holds_at_most_100_{_kind}"))
    for _label, _parameter, _text in (
        ("limit-0", "limit", "0"),
        ("limit-negative", "limit", "-1"),
        ("limit-text", "limit", "many"),
        ("page-0", "page", "0"),
        ("page-negative", "page", "-1"),
        ("page-text", "page", "first"),
    ):
        group.clause(
            f"{_kind}.{_label}",
            f"{_where}: {_parameter}={_text} is a 400.",
            level=Level.INFERRED,
            section="Error Codes, 400",
            needs=() if _kind == "monitors" and _label.endswith("0") else _TIME,
        )(named(_refuses(_path_of, _parameter, _text), f"refuses_{_label}_of_{_kind}"))
    group.clause(
        f"{_kind}.far-page",
        f"{_where}: a page past the end is empty, however far.",
        level=Level.INFERRED,
        requests=3,
        needs=_costly,
    )(named(_has_no_items_past_the_end(_path_of), f"has_no_{_kind}_past_the_end"))
