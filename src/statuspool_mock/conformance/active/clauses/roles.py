"""What a read-only key may do. Reference: Error Codes, 403."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import READ_ONLY

chapter = ClauseGroup("roles", section="Error Codes, 403")
chapters = (chapter,)
_READS = (
    ("list-monitors", "/monitors"),
    ("get-monitor", "/monitors/{id}"),
    ("get-status", "/monitors/{id}/status"),
    ("list-logs", "/monitors/{id}/logs"),
    ("list-incidents", "/incidents"),
    ("list-webhooks", "/webhooks"),
)


def _reads(path: str) -> Check:
    def check(scene: Context) -> None:
        if "{id}" in path:
            monitors = scene.existing()
            if not monitors:
                raise NotVerified("the team has no monitors")
            target = path.replace("{id}", str(monitors[0]["id"]))
        else:
            target = path
        answer = scene.api.get(target, key=READ_ONLY)
        if answer.status == 401:
            raise NotVerified("the server does not know the read-only key (401)")
        expect_status(answer, 200)

    return check


for _name, _target in _READS:
    chapter.clause(
        f"read-only-key-reads.{_name}",
        f"A read-only key may GET {_target}; only POST, PUT and DELETE are refused.",
        needs=(Need.READ_ONLY_KEY, *(() if _name == "list-logs" else (Need.TIME,))),
    )(_reads(_target))


def _refused(scene: Context, method: str, path: str, **more: Any) -> None:
    answer = scene.api.send(method, path, key=READ_ONLY, **more)
    expect_status(answer, 403, because="a read-only key may not write")


@chapter.clause(
    "read-only-key-creates-no-monitor",
    "POST /monitors with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
)
def _(scene: Context) -> None:
    _refused(scene, "POST", "/monitors", value=scene.body(name=f"{scene.mark} read-only"))


@chapter.clause(
    "read-only-key-updates-no-monitor",
    "PUT /monitors/{id} with a read-only key is a 403 and changes nothing.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
    requests=2,
)
def _(scene: Context) -> None:
    monitor = scene.subject()
    path = f"/monitors/{monitor['id']}"
    _refused(scene, "PUT", path, value={"tags": ["read-only"]})
    now = scene.read(monitor["id"])
    expect(now.get("tags") != ["read-only"], "the change is stored", "nothing is changed")


@chapter.clause(
    "read-only-key-deletes-no-monitor",
    "DELETE /monitors/{id} with a read-only key is a 403 and deletes nothing.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
    requests=3,
)
def _(scene: Context) -> None:
    monitor = scene.make(name=f"{scene.mark} to be kept")
    path = f"/monitors/{monitor['id']}"
    _refused(scene, "DELETE", path)
    expect_status(scene.api.get(path), 200, because="it is still there")


@chapter.clause(
    "read-only-key-records-no-incident",
    "POST /incidents with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.PERMANENT),
)
def _(scene: Context) -> None:
    body = {"monitor_id": scene.subject()["id"], "title": f"{scene.mark} read-only"}
    _refused(scene, "POST", "/incidents", value=body)


@chapter.clause(
    "read-only-key-registers-no-webhook",
    "POST /webhooks with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.PERMANENT),
)
def _(scene: Context) -> None:
    body = {
        "url": f"https://hooks.example.com/{scene.mark}/read-only",
        "events": ["status_change"],
        "secret": f"whsec_{scene.mark}",
    }
    _refused(scene, "POST", "/webhooks", value=body)
