"""What PUT changes and what it leaves. Reference: Monitors, PUT /monitors/{id}; Update Monitor."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import Finding, NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.time_parsing import moment

chapter = ClauseGroup("update", section="Monitors, PUT /monitors/{id}")
chapters = (chapter,)
_WRITES = (Need.WRITES,)
_SAMPLE: Any = {"level": Level.SAMPLE, "section": "Code Examples, Update Monitor"}
_CHANGES: dict[str, Any] = {
    "interval_seconds": 30,
    "tags": ["production", "api-gateway", "critical"],
}
_OTHERS = {
    "name": "renamed — 🚢",
    "url": "http://other.example.com/ping",
    "regions": ["ap-northeast-1"],
    "expected_status": 301,
}


@shared
def _subject(scene: Context) -> dict[str, Any]:
    """A monitor to change."""
    made = scene.make(**{**scene.example, "name": f"{scene.mark} to change"})
    younger = scene.make(**{**scene.example, "name": f"{scene.mark} not to change"})
    scene.kept["not to change"] = scene.read(younger["id"])
    return scene.read(made["id"])


@shared
def _sample_put(scene: Context) -> ServerResponse:
    """The answer to the reference's sample of PUT."""
    return scene.api.send("PUT", f"/monitors/{_subject(scene)['id']}", value=_CHANGES)


@shared
def _after(scene: Context) -> dict[str, Any]:
    """The monitor after the sample of PUT."""
    _sample_put(scene)
    return scene.read(_subject(scene)["id"])


@chapter.clause("sample", "PUT with some fields answers 200.", needs=_WRITES, **_SAMPLE)
def _(scene: Context) -> None:
    expect_status(_sample_put(scene), 200)


@chapter.clause(
    "answers-the-monitor",
    "PUT answers with id, name, interval_seconds, tags and updated_at as they are now.",
    needs=_WRITES,
    requests=0,
    **_SAMPLE,
)
def _(scene: Context) -> None:
    answer, before = _sample_put(scene), _subject(scene)
    expect_status(answer, 200)
    expected = {"id": before["id"], "name": before.get("name"), **_CHANGES}
    for field, value in expected.items():
        expect_equal(answer.fields.get(field), value, field, answer)
    expect(
        moment(answer.fields.get("updated_at")),
        f"updated_at {answer.fields.get('updated_at')!r}",
        "the time of the change, ISO 8601",
        answer,
    )


@chapter.clause("stores-changes", "What PUT changes is changed when read back.", needs=_WRITES)
def _(scene: Context) -> None:
    now = _after(scene)
    for field, value in _CHANGES.items():
        expect_equal(now.get(field), value, f"stored {field}", _sample_put(scene))


@chapter.clause(
    "leaves-omitted-fields",
    "PUT leaves the fields that are omitted as they were.",
    needs=_WRITES,
    requests=0,
)
def _(scene: Context) -> None:
    before, now = _subject(scene), _after(scene)
    for field in ("id", "name", "url", "regions", "expected_status", "created_at"):
        if field in before:
            expect_equal(now.get(field), before[field], f"stored {field}", _sample_put(scene))


@chapter.clause(
    "updated-at-moves",
    "updated_at is the time of the change: no earlier than before it, and near the server's clock.",
    needs=_WRITES,
    requests=1,
    **_SAMPLE,
)
def _(scene: Context) -> None:
    answer = _sample_put(scene)
    expect_status(answer, 200)
    changed = moment(answer.fields.get("updated_at"))
    if changed is None:
        raise Finding(answer.summary(), "updated_at, ISO 8601", answer)
    fresh = scene.make(name=f"{scene.mark} made after the change")
    created = moment(fresh.get("created_at"))
    known = moment(_subject(scene).get("updated_at")) or moment(_subject(scene).get("created_at"))
    if known is not None:
        expect(changed >= known, f"{changed}, before {known}", "a later time", answer)
    if created is not None:
        apart = abs((created - changed).total_seconds())
        expect(
            apart <= 120,
            f"{changed} where a monitor made right after is of {created}",
            "the time of the change",
            answer,
        )
    elif known is None:
        raise NotVerified("the server tells no other time to compare with")


@chapter.clause(
    "told-alike-everywhere",
    "The list tells the changed monitor as GET /monitors/{id} does.",
    section="Monitors, GET /monitors",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def _(scene: Context) -> None:
    now = _after(scene)
    for page in scene.pages("/monitors", limit=100, most=20):
        for item in page.results:
            if isinstance(item, dict) and item.get("id") == now["id"]:
                for field in ("name", *_CHANGES):
                    if field in item:
                        expect_equal(item[field], now.get(field), f"listed {field}", page)
                return
    raise NotVerified("the list does not hold it, or is too long")


def _single(field: str) -> Check:
    def check(scene: Context) -> None:
        before = scene.read(_subject(scene)["id"])
        value = _OTHERS[field]
        sent = f"{scene.mark} {value}" if field == "name" else value
        path = f"/monitors/{before['id']}"
        answer = scene.api.send("PUT", path, value={field: sent})
        expect_status(answer, 200, because="any field may be changed alone")
        now = scene.read(before["id"])
        expect_equal(now.get(field), sent, f"stored {field}", answer)
        for other in ("name", "url", "interval_seconds", "tags", "regions", "expected_status"):
            if other != field:
                expect_equal(now.get(other), before.get(other), f"omitted {other}", answer)

    return check


for _field in _OTHERS:
    chapter.clause(
        f"changes-{_field.replace('_', '-')}",
        f"PUT changes {_field} alone and leaves all else.",
        needs=(Need.WRITES, Need.TIME),
        requests=3,
    )(_single(_field))


@chapter.clause(
    "empties-tags", "PUT with an empty array of tags takes all tags away.", needs=_WRITES,
    requests=2,
)  # fmt: skip
def _(scene: Context) -> None:
    monitor = _subject(scene)
    answer = scene.api.send("PUT", f"/monitors/{monitor['id']}", value={"tags": []})
    expect_status(answer, 200)
    expect_equal(scene.read(monitor["id"]).get("tags"), [], "tags", answer)


@chapter.clause(
    "leaves-other-monitors",
    "PUT changes one monitor and no other.",
    level=Level.INFERRED,
    needs=_WRITES,
)
def _(scene: Context) -> None:
    answer = _sample_put(scene)
    for before in (scene.kept["not to change"], scene.full()):
        now = scene.read(before["id"])
        for field in ("name", "tags", "interval_seconds"):
            if field in before:
                expect_equal(now.get(field), before[field], f"another monitor's {field}", answer)


@chapter.clause(
    "unknown-monitor",
    "PUT to a monitor that does not exist is a 404.",
    section="Error Codes, 404",
    needs=_WRITES,
)
def _(scene: Context) -> None:
    path = f"/monitors/{scene.api.ledger.fresh_id()}"
    expect_status(scene.api.send("PUT", path, value={"tags": ["a"]}), 404)
