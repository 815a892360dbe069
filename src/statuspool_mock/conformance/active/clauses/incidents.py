"""Incidents: recorded, listed, filtered. Reference: Incidents."""

from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    expect_status,
    ids,
)
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.clauses.details import details_name
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.time_parsing import moment

chapter = ClauseGroup("incidents", section="Incidents, POST /incidents")
filters = ClauseGroup("incidents.filters", section="Incidents, GET /incidents")
chapters = (chapter, filters)
_PERMANENT = (Need.PERMANENT,)
_DEAR = (Need.PERMANENT, Need.TIME)


@shared
def recorded_answer(scene: Context) -> ServerResponse:
    """The answer to POST /incidents."""
    scene.incidents()  # the list has been read before: it may be cached now
    body = {
        "monitor_id": scene.full()["id"],
        "title": f"{scene.mark} Planned work — 🚢",
        "description": "**Markdown**\n\n- one\n- two — ü",
    }
    return scene.api.send("POST", "/incidents", value=body)


@chapter.clause("record", "POST /incidents records an incident.", needs=_PERMANENT)
def _(scene: Context) -> None:
    answer = recorded_answer(scene)
    expect_status(answer, 201, 200)
    expect(answer.fields.get("id"), answer.summary(), "the incident with its id", answer)


@chapter.clause(
    "keeps-fields",
    "The answer tells the monitor, and title and description where it tells them.",
    needs=_PERMANENT,
    requests=0,
)
def _(scene: Context) -> None:
    answer = recorded_answer(scene)
    expect_status(answer, 201, 200)
    sent = _sent(scene)
    for field, value in sent.items():
        if field == "monitor_id" or field in answer.fields:
            expect_equal(answer.fields.get(field), value, field, answer)


def _sent(scene: Context) -> dict[str, Any]:
    return {
        "monitor_id": scene.full()["id"],
        "title": f"{scene.mark} Planned work — 🚢",
        "description": "**Markdown**\n\n- one\n- two — ü",
    }


@shared
def _listed(scene: Context) -> tuple[dict[str, Any] | None, ServerResponse]:
    """The list after an incident was recorded."""
    made = recorded_answer(scene).fields.get("id")
    if not made:
        raise NotVerified("none was recorded")
    answer = scene.api.get("/incidents")
    found = [item for item in expect_list(answer) if item.get("id") == made]
    total = answer.fields.get("total_pages", 1)
    page = 2
    while not found and isinstance(total, int) and page <= min(total, 20):
        answer = scene.api.get("/incidents", query={"page": page})
        found = [item for item in expect_list(answer) if item.get("id") == made]
        page += 1
    return (found[0] if found else None), answer


@chapter.clause(
    "is-listed",
    "A recorded incident is in the list, with its monitor.",
    section="Incidents, GET /incidents",
    needs=_PERMANENT,
    requests=1,
)
def _(scene: Context) -> None:
    found, answer = _listed(scene)
    expect(found is not None, "no such incident", "the recorded incident", answer)
    if found is not None:
        for field, value in _sent(scene).items():
            if field == "monitor_id" or field in found:
                expect_equal(found.get(field), value, f"listed {field}", answer)


@chapter.clause(
    "regions-of-its-monitor",
    "affected_regions of a recorded incident are regions of its monitor.",
    section="Incidents, GET /incidents",
    needs=_PERMANENT,
    requests=0,
)
def _(scene: Context) -> None:
    found, answer = _listed(scene)
    told = (found or {}).get("affected_regions")
    if not isinstance(told, list):
        raise NotVerified("it tells no affected_regions")
    mine = scene.read(str(scene.full()["id"])).get("regions")
    strangers = set(map(str, told)) - set(map(str, mine if isinstance(mine, list) else ()))
    expect(not strangers, f"affected_regions {told}", f"some of {mine}", answer)


def _missing(field: str) -> Check:
    def check(scene: Context) -> None:
        body = {**_sent(scene), "title": f"{scene.mark} refused"}
        body.pop(field)
        answer = scene.api.send("POST", "/incidents", value=body)
        expect_status(answer, 400, because=f"{field} is required")
        details_name(answer, {field})

    return check


for _field in ("monitor_id", "title"):
    chapter.clause(
        f"{_field.replace('_', '-')}-required",
        f"POST /incidents without {_field} is a 400 that names it.",
        needs=_PERMANENT,
    )(_missing(_field))


def _wrong(field: str, value: Any, *statuses: int) -> Check:
    def check(scene: Context) -> None:
        body = {**_sent(scene), "title": f"{scene.mark} refused", field: value}
        expect_status(scene.api.send("POST", "/incidents", value=body), *statuses)

    return check


for _label, _field, _value, _statuses in (
    ("title-number", "title", 12, (400,)),
    ("monitor-id-no-uuid", "monitor_id", "no-uuid", (400, 404)),
    ("monitor-id-number", "monitor_id", 12, (400,)),
    ("description-number", "description", 12, (400,)),
):
    chapter.clause(_label, f"POST /incidents with {_field} {_value!r} is refused.", needs=_DEAR)(
        _wrong(_field, _value, *_statuses)
    )


@chapter.clause(
    "unknown-monitor",
    "POST /incidents for a monitor that does not exist is a 404.",
    section="Error Codes, 404",
    needs=_PERMANENT,
)
def _(scene: Context) -> None:
    body = {"monitor_id": scene.api.ledger.fresh_id(), "title": f"{scene.mark} ghost"}
    expect_status(scene.api.send("POST", "/incidents", value=body), 404, 400, 403)


@chapter.clause(
    "body-broken", "POST /incidents with a malformed body is a 400.", needs=_DEAR, requests=2
)
def _(scene: Context) -> None:
    for raw in (b'{"title": ', b"[]"):
        expect_status(scene.api.send("POST", "/incidents", body=raw), 400)


def _all(scene: Context, **query: Any) -> tuple[list[dict[str, Any]], ServerResponse]:
    answer = scene.api.get("/incidents", query=query)
    return expect_list(answer), answer


def _whole(scene: Context) -> list[dict[str, Any]]:
    if not scene.incidents().results:
        raise NotVerified("the team has no incidents")
    return [item for item in scene.incidents().results if isinstance(item, dict)]


def _open(item: dict[str, Any]) -> bool:
    return item.get("resolved_at") is None


def _resolved(text: str, *, is_open: bool) -> Check:
    def check(scene: Context) -> None:
        whole = _whole(scene)
        found, answer = _all(scene, resolved=text)
        for item in found:
            came = f"resolved_at {item.get('resolved_at')!r}"
            wanted = "null: it is open" if is_open else "a time: it is resolved"
            expect(_open(item) is is_open, came, wanted, answer)
        if (answer.fields.get("total_pages") or 1) > 1:
            return
        fresh = [item for item in _all(scene)[0] if _open(item) is is_open]
        missing = set(ids(item for item in whole if _open(item) is is_open)) & set(ids(fresh))
        missing -= set(ids(found))
        expect(not missing, f"without {sorted(missing)[:2]}", "every such incident", answer)
        if not found and len({_open(item) for item in whole}) < 2 and _open(whole[0]) is is_open:
            raise NotVerified("there are none of the other kind")

    return check


for _text_value, _is_open in (("true", False), ("false", True)):
    _kind = "open" if _is_open else "resolved"
    filters.clause(
        f"resolved-{_text_value}",
        f"GET /incidents?resolved={_text_value} lists every {_kind} incident and no other.",
        requests=2,
    )(_resolved(_text_value, is_open=_is_open))


@filters.clause(
    "monitor-id",
    "GET /incidents?monitor_id= lists every incident of that monitor and no other.",
    requests=2,
)
def _(scene: Context) -> None:
    whole = _whole(scene)
    counted: dict[str, int] = {}
    for item in whole:
        counted[str(item.get("monitor_id"))] = counted.get(str(item.get("monitor_id")), 0) + 1
    for monitor_id in sorted(counted, key=lambda each: counted[each])[-2:]:
        found, answer = _all(scene, monitor_id=monitor_id)
        for item in found:
            came = f"an incident of {item.get('monitor_id')}"
            expect(item.get("monitor_id") == monitor_id, came, f"of {monitor_id} only", answer)
        expect(found, "no incident", f"those of {monitor_id}", answer)
    if len(counted) < 2 and not scene.options.read_only:
        quiet, answer = _all(scene, monitor_id=scene.minimal()["id"])
        alien = [item for item in quiet if item.get("monitor_id") != scene.minimal()["id"]]
        expect(not alien, "incidents of another monitor", "none of those", answer)


@filters.clause("both", "?monitor_id and ?resolved hold together.", requests=4)
def _(scene: Context) -> None:
    whole = _whole(scene)
    by_monitor: dict[str, set[bool]] = {}
    for item in whole:
        by_monitor.setdefault(str(item.get("monitor_id")), set()).add(_open(item))
    mixed = [each for each, kinds in by_monitor.items() if len(kinds) > 1]
    for monitor_id in (mixed or list(by_monitor))[: 1 if scene.options.is_quick else 2]:
        for text, is_open in (("true", False), ("false", True)):
            found, answer = _all(scene, monitor_id=monitor_id, resolved=text)
            for item in found:
                good = item.get("monitor_id") == monitor_id and _open(item) is is_open
                expect(good, f"{item!r:.90}", f"of {monitor_id}, resolved={text}", answer)
    if not mixed and len(by_monitor) < 2:
        raise NotVerified("the incidents are all of one kind")


@filters.clause(
    "unknown-monitor", "Incidents of a monitor that never was are none.", needs=(Need.TIME,)
)
def _(scene: Context) -> None:
    answer = scene.api.get("/incidents", query={"monitor_id": scene.api.ledger.fresh_id()})
    expect_status(answer, 200, 403, 404)
    expect(not answer.results, f"{len(answer.results)} incidents", "none", answer)


@chapter.clause(
    "times", "No incident is resolved before it started.", section="Incidents, GET /incidents",
    requests=0,
)  # fmt: skip
def _(scene: Context) -> None:
    for item in _whole(scene):
        began, ended = moment(item.get("started_at")), moment(item.get("resolved_at"))
        if began and ended:
            expect(ended >= began, f"{began} to {ended}", "an end after the start",
                   scene.incidents())  # fmt: skip
