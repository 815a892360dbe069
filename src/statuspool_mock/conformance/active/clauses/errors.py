"""What is asked oddly, or for what is not there. Reference: Error Codes."""

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("errors", section="Error Codes")
robust = ClauseGroup("robust", section="Error Codes, 500")
chapters = (robust, chapter)
_ODD_TEXT = "\u0000 \u0007 \u202e \ufeff"


@robust.clause(
    "malformed-id",
    "An id that is no UUID is a 404, or a 400; never a 5xx.",
    level=Level.INFERRED,
    section="Error Codes, 404",
    requests=4,
)
def _(scene: Context) -> None:
    odd = ("/monitors/abc", "/monitors/0/status", "/monitors/%00/logs", "/monitors/%F0%9F")
    for path in odd[:1] if scene.options.is_quick else odd:
        answer = scene.api.get(path)
        expect_status(answer, 404, 400, because="there is no such monitor")


@robust.clause(
    "odd-characters",
    "A name with control characters is stored or refused, never a 5xx.",
    level=Level.INFERRED,
    needs=(Need.WRITES,),
    requests=2,
)
def _(scene: Context) -> None:
    for text in (_ODD_TEXT,) if scene.options.is_quick else (_ODD_TEXT, "\u0000"):
        name = f"{scene.mark} {text} end"
        answer = scene.api.send("POST", "/monitors", value=scene.body(name=name))
        expect_status(answer, 201, 200, 400, because="it is taken or refused")


@robust.clause(
    "huge-values",
    "Huge numbers and deep or long values are refused, never a 5xx.",
    level=Level.INFERRED,
    needs=(Need.WRITES, Need.TIME),
    requests=4,
)
def _(scene: Context) -> None:
    path = f"/monitors/{scene.subject()['id']}"
    for value in (
        {"interval_seconds": 10**30},
        {"expected_status": 10**30},
        {"name": "n" * 100_000},
        {"tags": [[[[["deep"]]]]]},
    ):
        expect_status(scene.api.send("PUT", path, value=value), 400, 413)


@robust.clause(
    "odd-queries",
    "Odd query parameters are refused or ignored, never a 5xx.",
    level=Level.INFERRED,
    requests=3,
    needs=(Need.TIME,),
)
def _(scene: Context) -> None:
    for query in (
        [("page", "1"), ("page", "2")],
        [("status", "")],
        [("unheard-of", "\u0000'\";--")],
    ):
        expect_status(scene.api.get("/monitors", query=query), 200, 400)


@robust.clause(
    "odd-filter-values",
    "Filter values that are none are refused, never a 5xx.",
    level=Level.INFERRED,
    requests=3,
    needs=(Need.TIME,),
)
def _(scene: Context) -> None:
    for path, query in (
        ("/incidents", {"resolved": "perhaps"}),
        ("/webhooks", {"active": "perhaps"}),
    ):
        expect_status(scene.api.get(path, query=query), 400, because="it is true or false")
    answer = scene.api.get("/incidents", query={"monitor_id": "no-uuid"})
    expect_status(answer, 400, 404, 200)
    expect(not answer.results, f"{len(answer.results)} incidents", "none", answer)


def _unknown(suffix: str) -> Check:
    def check(scene: Context) -> None:
        answer = scene.api.get(f"/monitors/{scene.api.ledger.fresh_id()}{suffix}")
        expect_status(answer, 404, because="there is no such monitor")

    return check


for _name, _suffix in (("monitor", ""), ("status", "/status"), ("logs", "/logs")):
    chapter.clause(
        f"unknown-{_name}",
        f"GET /monitors/{{id}}{_suffix} of a monitor that never was is a 404.",
        section="Error Codes, 404",
        needs=(Need.TIME,),  # delete.then-404 and delete.unknown-monitor judge the like
    )(_unknown(_suffix))


@chapter.clause(
    "unknown-path",
    "An unknown path is a JSON error.",
    level=Level.INFERRED,
    section="Error Codes, 404",
    needs=(Need.TIME,),
)
def _(scene: Context) -> None:
    answer = scene.api.get("/no-such-resource")
    expect(400 <= answer.status < 500, answer.summary(), "404", answer)
    expect("error" in answer.fields, answer.summary(), "a JSON error", answer)
