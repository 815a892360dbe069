"""Lists in pages. Reference: Monitors and Logs (?page, ?limit); Code Examples, List Monitors."""

from collections.abc import Callable
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("pagination", section="Monitors, GET /monitors; Code Examples, List Monitors")
chapters = (chapter,)
_WALK = 4
_MOST_ON_A_PAGE = 100


@shared
def _crowd(scene: Context) -> None:
    """Enough monitors for several pages."""
    if scene.options.read_only:
        return
    scene.sample()  # makes what it needs: from here on the list stays as it is
    for number in range(len(scene.api.ledger.monitors), 7):
        scene.make(name=f"{scene.mark} crowd {number}")


@shared
def _monitors_by_three(scene: Context) -> list[ServerResponse]:
    """The first pages of three monitors."""
    _crowd(scene)
    for _ in range(3):
        pages = scene.pages("/monitors", limit=3, most=_WALK)
        scene.kept["whole list"] = whole = scene.api.get("/monitors", query={"limit": 100})
        if _parts_of(pages, whole):
            break  # else somebody else's change came in between, or it is a finding
    return pages


@shared
def _log_path(scene: Context) -> str:
    """The log with most entries."""
    logs = scene.logs()
    most = max(logs, key=lambda each: (_total(logs[each]), len(logs[each].results)))
    if len(logs[most].results) < 2:
        raise NotVerified("no log has two entries")
    return f"/monitors/{most}/logs"


@shared
def _fixed(scene: Context) -> dict[str, Any]:
    """A time up to which the log grows no more."""
    path = _log_path(scene)
    rows = scene.logs()[path.split("/")[2]].results
    stamps = sorted(str(r["timestamp"]) for r in rows if isinstance(r, dict) and "timestamp" in r)
    if not stamps:
        raise NotVerified("log entries have no timestamp")
    return {"from": stamps[0], "to": stamps[len(stamps) // 2]}


@shared
def _logs_by_few(scene: Context) -> list[ServerResponse]:
    """The first pages of few log entries."""
    rows = len(scene.logs()[_log_path(scene).split("/")[2]].results)
    return scene.pages(_log_path(scene), limit=2 if rows < 12 else 5, most=_WALK, **_fixed(scene))


def _parts_of(pages: list[ServerResponse], whole: ServerResponse) -> bool:
    came = [_key(item) for page in pages for item in page.results]
    return came == [_key(item) for item in whole.results][: len(came)]


def _total(answer: ServerResponse) -> int:
    total = answer.fields.get("total_pages")
    return total if isinstance(total, int) else 0


def _key(item: Any) -> str:
    if isinstance(item, dict) and "id" in item:
        return str(item["id"])
    return repr(sorted(item.items(), key=str)) if isinstance(item, dict) else repr(item)


_PageCheck = Callable[[Context, list[ServerResponse]], None]


def _both(
    name: str, says: str, *, requests: int, level: Level = Level.DOCUMENTED
) -> Callable[[_PageCheck], _PageCheck]:
    """Make a clause of the list of monitors and one of logs, from a check of pages."""

    def keep(check: _PageCheck) -> _PageCheck:
        for kind, pages in (("monitors", _monitors_by_three), ("logs", _logs_by_few)):

            def judge(
                scene: Context, pages: Callable[[Context], list[ServerResponse]] = pages
            ) -> None:
                check(scene, pages(scene))

            path = "/monitors" if kind == "monitors" else "/monitors/{id}/logs"
            chapter.clause(f"{kind}.{name}", f"GET {path}: {says}", level=level, requests=requests)(
                judge
            )
        return check

    return keep


@_both("limit", "?limit is the most that a page holds.", requests=4)
def _(scene: Context, pages: list[ServerResponse]) -> None:
    for page in pages:
        most = int(page.url.partition("limit=")[2].partition("&")[0])
        expect(len(page.results) <= most, f"{len(page.results)} items", f"up to {most}", page)
        if page is not pages[-1]:
            expect_equal(len(page.results), most, "items of a page that is not the last:", page)


@_both("page-echoed", "page tells which page it is.", requests=0, level=Level.SAMPLE)
def _(scene: Context, pages: list[ServerResponse]) -> None:
    for number, page in enumerate(pages, start=1):
        expect_equal(page.fields.get("page"), number, "page", page)


@_both("no-overlap", "no item is on two pages.", requests=0)
def _(scene: Context, pages: list[ServerResponse]) -> None:
    if len(pages) < 2:
        raise NotVerified("there is one page only")
    seen: dict[str, int] = {}
    for number, page in enumerate(pages, start=1):
        for item in page.results:
            key = _key(item)
            expect(
                seen.get(key, number) == number,
                f"{key[:60]} on pages {seen.get(key)} and {number}",
                "each item on one page",
                page,
            )
            seen[key] = number


@_both("total-pages-agree", "total_pages is the same on every page.", requests=0)
def _(scene: Context, pages: list[ServerResponse]) -> None:
    totals = {repr(page.fields.get("total_pages")) for page in pages}
    expect(len(totals) == 1, f"total_pages {sorted(totals)}", "one number", pages[-1])
    kind = type(pages[0].fields.get("total_pages"))
    expect(kind is int, pages[0].summary()[:0] + f"total_pages {totals}", "an integer", pages[0])


def _partition(
    scene: Context, path: str, small: list[ServerResponse], whole: ServerResponse, **query: Any
) -> None:
    expect_status(whole, 200)
    expected = [_key(item) for item in whole.results]
    came = [_key(item) for page in small for item in page.results]
    expect(
        came == expected[: len(came)],
        f"{len(came)} items in another order, or others, than one large page has",
        "pages of 3 to be the parts of a page of 100",
        small[-1],
    )
    total = _total(small[-1])
    if len(expected) < _MOST_ON_A_PAGE:  # so this is the whole list
        expect(
            _total(whole) == (1 if expected else _total(whole)),
            f"total_pages {whole.fields.get('total_pages')!r} for {len(expected)} items by 100",
            "1",
            whole,
        )
        size = int(small[0].url.partition("limit=")[2].partition("&")[0])
        expect(
            total == -(-len(expected) // size) or (not expected and total in {0, 1}),
            f"total_pages {total} for {len(expected)} items by {size}",
            f"{-(-len(expected) // size)}, rounded up",
            small[-1],
        )
        if total > len(small):
            last = scene.api.get(path, query={**query, "limit": size, "page": total})
            expect(last.results, "nothing on the last page", "the rest of the list", last)


@chapter.clause(
    "monitors.partition",
    "Pages partition the list: all of it, in one order, total_pages rounded up.",
    requests=2,
)
def _(scene: Context) -> None:
    pages = _monitors_by_three(scene)
    _partition(scene, "/monitors", pages, scene.kept["whole list"])


@chapter.clause(
    "logs.partition",
    "Pages partition the log: all of it, in one order, total_pages rounded up.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
)
def _(scene: Context) -> None:
    path, fixed = _log_path(scene), _fixed(scene)
    whole = scene.api.get(path, query={**fixed, "limit": 100})
    _partition(scene, path, _logs_by_few(scene), whole, **fixed)


@chapter.clause(
    "monitors.stable-order",
    "The same page asked twice holds the same monitors in the same order.",
    level=Level.INFERRED,
    requests=2,
)
def _(scene: Context) -> None:
    _crowd(scene)
    first = scene.api.get("/monitors", query={"limit": 3, "page": 1})
    again = scene.api.get("/monitors", query={"limit": 3, "page": 1})
    expect(
        [_key(item) for item in first.results] == [_key(item) for item in again.results],
        "another order",
        "the same",
        again,
    )


def _limit_100(path_of: Any) -> Check:
    def check(scene: Context) -> None:
        answer = scene.api.get(path_of(scene), query={"limit": 100})
        expect_status(answer, 200, because="100 is the most and is allowed")

    return check


def _any_log(scene: Context) -> str:
    """Return the path of a log; which one matters to who asks for its length only."""
    monitors = scene.existing()
    if not monitors:
        raise NotVerified("the team has no monitors")
    return f"/monitors/{monitors[0]['id']}/logs"


def _limit_1(path_of: Any) -> Check:
    def check(scene: Context) -> None:
        answer = scene.api.get(path_of(scene), query={"limit": 1})
        expect_status(answer, 200)
        expect(len(answer.results) <= 1, f"{len(answer.results)} items", "one", answer)
        if not answer.results:
            raise NotVerified("the list is empty")

    return check


def _over_100(path_of: Any) -> Check:
    def check(scene: Context) -> None:
        for limit in (1000,) if scene.options.is_quick else (1000, 101):
            answer = scene.api.get(path_of(scene), query={"limit": limit})
            expect_status(answer, 400, 200)
            if answer.status == 200:
                scene.note("limit above 100 is clamped to 100.")
                expect(
                    len(answer.results) <= 100, f"{len(answer.results)} items", "up to 100", answer
                )

    return check


def _refused(path_of: Any, name: str, text: str) -> Check:
    def check(scene: Context) -> None:
        answer = scene.api.get(path_of(scene), query={name: text})
        expect_status(answer, 400, because=f"{name}={text} is no valid value")

    return check


def _far(path_of: Any) -> Check:
    def check(scene: Context) -> None:
        for page in (10**9, 10**12, 10**20):
            answer = scene.api.get(path_of(scene), query={"page": page})
            expect_status(answer, 200, 400, 404)
            expect(not answer.results, f"{len(answer.results)} items", "none there", answer)
            if answer.status != 200:
                scene.note(f"A page past the end is a {answer.status}.")

    return check


def _path_of_monitors(scene: Context) -> str:
    return "/monitors"


for _kind, _path_of in (("monitors", _path_of_monitors), ("logs", _log_path)):
    _where_dear = () if _kind == "monitors" else (Need.TIME,)
    _where = f"GET /monitors{'/{id}/logs' if _kind == 'logs' else ''}"
    chapter.clause(f"{_kind}.limit-100", f"{_where}: limit may be 100.", needs=_where_dear)(
        _limit_100(_any_log if _kind == "logs" else _path_of)
    )
    chapter.clause(f"{_kind}.limit-1", f"{_where}: limit may be 1.", needs=(Need.TIME,))(
        _limit_1(_path_of)
    )
    chapter.clause(
        f"{_kind}.limit-over-100",
        f"{_where}: a page never holds more than 100.",
        requests=2,
        needs=_where_dear,
    )(_over_100(_path_of))
    for _label, _param, _text in (
        ("limit-0", "limit", "0"),
        ("limit-negative", "limit", "-1"),
        ("limit-text", "limit", "many"),
        ("page-0", "page", "0"),
        ("page-negative", "page", "-1"),
        ("page-text", "page", "first"),
    ):
        chapter.clause(
            f"{_kind}.{_label}",
            f"{_where}: {_param}={_text} is a 400.",
            level=Level.INFERRED,
            section="Error Codes, 400",
            needs=() if _kind == "monitors" and _label.endswith("0") else (Need.TIME,),
        )(_refused(_path_of, _param, _text))
    chapter.clause(
        f"{_kind}.far-page",
        f"{_where}: a page past the end holds nothing, however far.",
        level=Level.INFERRED,
        requests=3,
        needs=() if _kind == "monitors" else (Need.TIME,),
    )(_far(_path_of))
