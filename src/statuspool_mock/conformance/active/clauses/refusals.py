"""What a refusal leaves as it was, and bodies that are none. Reference: Error Codes, 400."""

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.details import details_name
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
chapters = (chapter,)
_WRITES = (Need.WRITES,)
_DEAR = (Need.WRITES, Need.TIME)


@chapter.clause(
    "details-name-the-field",
    "The details of every refusal so far name the field that was wrong.",
    section="Error Codes, 400",
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    refusals = scene.kept.get("refusals", [])
    together = [scene.kept.get(f"refused together by {method}") for method in ("POST", "PUT")]
    if not refusals and not any(together):
        raise NotVerified("nothing was refused with a 400")
    for fields, answer in refusals:
        details_name(answer, fields)


@chapter.clause(
    "refused-post-creates-nothing",
    "A POST /monitors that is refused creates no monitor.",
    level=Level.INFERRED,
    section="Error Codes, 400",
    needs=_WRITES,
    requests=2,
)
def _(scene: Context) -> None:
    before = _listed(scene)
    for _ in range(2):  # another client may create one at this very moment, but hardly twice
        wrong = {**scene.body(name=f"{scene.mark} refused"), "tags": [1], "url": "no url"}
        answer = scene.api.send("POST", "/monitors", value=wrong)
        after = _listed(scene)
        strays = after - before - set(scene.api.ledger.monitors)
        if answer.status != 400 or not strays:
            return
        before = after
    scene.api.ledger.permanent += [
        f"monitor {stray}: it may be another client's" for stray in strays
    ]
    expect(not strays, f"a new monitor {sorted(strays)[:1]} after a refused POST", "none", answer)


def _listed(scene: Context) -> set[str]:
    pages = scene.pages("/monitors", limit=100, most=30)
    return {str(m["id"]) for page in pages for m in page.results if isinstance(m, dict)}


@chapter.clause(
    "refused-put-changes-nothing",
    "A PUT that is refused changes nothing, not even the fields that were right.",
    level=Level.INFERRED,
    section="Monitors, PUT; Error Codes, 400",
    needs=_WRITES,
    requests=4,
)
def _(scene: Context) -> None:
    monitor = scene.make(name=f"{scene.mark} steady", tags=["before"])
    path = f"/monitors/{monitor['id']}"
    answer = scene.api.send("PUT", path, value={"tags": ["after"], "interval_seconds": 7})
    expect_status(answer, 400)
    now = scene.read(monitor["id"])
    expect_equal(now.get("tags"), ["before"], "tags", scene.api.exchanges[-1])


for _label, _raw in (
    ("broken-json", b'{"name": "half'),
    ("empty-body", b""),
    ("array", b'[{"name": "a"}]'),
    ("text", b'"text"'),
    ("null", b"null"),
    ("bad-utf-8", b'{"name": "\xff\xfe", "url": "https://e.com", "interval_seconds": 60}'),
):

    def _malformed(scene: Context, raw: bytes = _raw) -> None:
        answer = scene.api.send("POST", "/monitors", body=raw)
        expect_status(answer, 400, because="the body is malformed")

    chapter.clause(
        f"post.body-{_label}",
        f"POST /monitors with a malformed body ({_label.replace('-', ' ')}) is a 400.",
        section="Error Codes, 400",
        needs=_WRITES if _label in {"broken-json", "array"} else _DEAR,
    )(_malformed)

for _label, _raw in (("broken-json", b'{"tags": ['), ("array", b'["a"]'), ("text", b'"a"')):

    def _malformed_put(scene: Context, raw: bytes = _raw) -> None:
        path = f"/monitors/{scene.subject()['id']}"
        answer = scene.api.send("PUT", path, body=raw)
        expect_status(answer, 400, because="the body is malformed")

    chapter.clause(
        f"put.body-{_label}",
        f"PUT /monitors/{{id}} with a malformed body ({_label.replace('-', ' ')}) is a 400.",
        section="Error Codes, 400",
        needs=_WRITES if _label == "array" else _DEAR,
    )(_malformed_put)


@chapter.clause(
    "other-content-type",
    "A body that is declared to be no JSON is refused.",
    level=Level.INFERRED,
    section="Endpoint List",
    needs=(Need.WRITES, Need.TIME),
)
def _(scene: Context) -> None:
    answer = scene.api.send(
        "POST",
        "/monitors",
        body=b"name=verify&url=https%3A%2F%2Fexample.com",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    expect_status(answer, 400, 415)
    if answer.status == 415:
        scene.note("Another content type is a 415.")
