"""What DELETE takes away. Reference: Monitors, DELETE /monitors/{id}; Error Codes, 404."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context, shared
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need

chapter = ClauseGroup("delete", section="Monitors, DELETE /monitors/{id}")
chapters = (chapter,)
_WRITES = (Need.WRITES,)


@shared
def _victim(scene: Context) -> dict[str, Any]:
    """A monitor to delete."""
    made = scene.make(name=f"{scene.mark} to delete")
    scene.api.get(f"/monitors/{made['id']}")  # whoever caches has them now
    scene.api.get(f"/monitors/{made['id']}/status")
    scene.api.get(f"/monitors/{made['id']}/logs")
    bystander = scene.make(name=f"{scene.mark} bystander")
    scene.kept["bystander"] = str(bystander["id"])
    pages = scene.pages("/monitors", limit=100, most=20)
    scene.kept["before deletion"] = [m for page in pages for m in ids(page.results)]
    return made


@shared
def _deleted(scene: Context) -> ServerResponse:
    """The answer to DELETE."""
    path = f"/monitors/{_victim(scene)['id']}"
    return scene.api.send("DELETE", path)


@chapter.clause("204", "DELETE answers 204 No Content.", needs=_WRITES, requests=6)
def _(scene: Context) -> None:
    expect_status(_deleted(scene), 204)


@chapter.clause("no-body", "The answer to DELETE has no body.", needs=_WRITES, requests=0)
def _(scene: Context) -> None:
    answer = _deleted(scene)
    expect_status(answer, 204)
    length = answer.headers.get("content-length", "0")
    expect(
        not answer.body and length == "0",
        f"{len(answer.body)} bytes, Content-Length {length}",
        "none",
        answer,
    )


def _gone(method: str, suffix: str) -> Check:
    def check(scene: Context) -> None:
        _deleted(scene)
        more: dict[str, Any] = {"value": {"tags": ["ghost"]}} if method == "PUT" else {}
        path = f"/monitors/{_victim(scene)['id']}{suffix}"
        expect_status(scene.api.send(method, path, **more), 404, because="it is deleted")

    return check


for _name, _method, _suffix in (
    ("monitor", "GET", ""),
    ("status", "GET", "/status"),
    ("logs", "GET", "/logs"),
    ("update", "PUT", ""),
    ("again", "DELETE", ""),
):
    chapter.clause(
        f"then-404.{_name}",
        f"{_method} /monitors/{{id}}{_suffix} of a deleted monitor is a 404.",
        section="Monitors, DELETE /monitors/{id}; Error Codes, 404",
        needs=_WRITES,
    )(_gone(_method, _suffix))


@chapter.clause("gone-from-the-list", "A deleted monitor is in the list no more.", needs=_WRITES)
def _(scene: Context) -> None:
    _deleted(scene)
    pages = scene.pages("/monitors", limit=100, most=20)
    after = [m for page in pages for m in ids(page.results)]
    scene.kept["after deletion"] = after
    gone = str(_victim(scene)["id"])
    expect(gone not in after, f"{gone} in the list", "it gone", pages[-1])


@chapter.clause(
    "takes-no-other",
    "DELETE deletes one monitor; all others stay.",
    needs=_WRITES,
    requests=1,
)
def _(scene: Context) -> None:
    answer = _deleted(scene)
    before = set(scene.kept.get("before deletion", ()))
    after = scene.kept.get("after deletion")
    if after is not None and len(before) < 1900:
        lost = [
            each for each in scene.api.ledger.monitors if each in before and each not in set(after)
        ]
        expect(not lost, f"{lost[:2]} gone as well", "one monitor gone", answer)
    there = scene.api.get(f"/monitors/{scene.kept['bystander']}")
    expect_status(there, 200, because="nobody deleted this one")


@chapter.clause(
    "unknown-monitor",
    "DELETE of a monitor that never was is a 404.",
    section="Error Codes, 404",
    needs=_WRITES,
)
def _(scene: Context) -> None:
    expect_status(scene.api.send("DELETE", f"/monitors/{scene.api.ledger.fresh_id()}"), 404)


@chapter.clause(
    "incidents-of-the-deleted",
    "Incidents of a deleted monitor are gone, or stay as they were.",
    level=Level.INFERRED,
    section="Incidents",
    needs=(Need.WRITES, Need.TIME),
)
def _(scene: Context) -> None:
    _deleted(scene)
    query = {"monitor_id": _victim(scene)["id"]}
    answer = scene.api.get("/incidents", query=query)
    expect_status(answer, 200, 403, 404)
    if answer.results:
        scene.note("Incidents outlive their monitor.")


@chapter.clause(
    "no-incident-of-the-deleted",
    "POST /incidents for a deleted monitor is a 404.",
    section="Error Codes, 404",
    needs=(Need.WRITES, Need.PERMANENT),
)
def _(scene: Context) -> None:
    _deleted(scene)
    body = {"monitor_id": _victim(scene)["id"], "title": f"{scene.mark} ghost"}
    answer = scene.api.send("POST", "/incidents", value=body)
    expect_status(answer, 404, 400, 403, because="the monitor is deleted")
    if answer.status == 403:
        raise NotVerified("the server does not tell deleted from others' monitors")
