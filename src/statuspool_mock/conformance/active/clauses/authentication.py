"""Who is let in. Reference: introduction; Error Codes, 401."""

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import REVOKED, UNSENT

chapter = ClauseGroup("auth", section="Introduction; Error Codes, 401")
chapters = (chapter,)

_OPERATIONS = (
    ("list-monitors", "GET", "/monitors"),
    ("create-monitor", "POST", "/monitors"),
    ("get-monitor", "GET", "/monitors/{id}"),
    ("update-monitor", "PUT", "/monitors/{id}"),
    ("delete-monitor", "DELETE", "/monitors/{id}"),
    ("get-status", "GET", "/monitors/{id}/status"),
    ("list-logs", "GET", "/monitors/{id}/logs"),
    ("list-incidents", "GET", "/incidents"),
    ("create-incident", "POST", "/incidents"),
    ("list-webhooks", "GET", "/webhooks"),
    ("create-webhook", "POST", "/webhooks"),
)


def _path(scene: Context, method: str, path: str) -> str:
    """Name a real monitor where that is harmless: a server may look for it before the key."""
    if "{id}" not in path:
        return path
    if method != "GET":
        return path.replace("{id}", scene.api.ledger.fresh_id())
    mine = list(scene.api.ledger.monitors) or [m["id"] for m in scene.existing()]
    return path.replace("{id}", mine[0] if mine else scene.api.ledger.fresh_id())


def _refused(method: str, path: str, authorization: str | None) -> Check:
    def check(scene: Context) -> None:
        if method == "GET" and "{id}" in path:
            scene.existing()
        answer = scene.api.send(
            method,
            _path(scene, method, path),
            authorization=authorization,
            value={} if method in {"POST", "PUT"} else UNSENT,
        )
        expect_status(answer, 401, because="without a good key nothing else is judged")

    return check


for _name, _method, _path_template in _OPERATIONS:
    chapter.clause(
        f"missing-key.{_name}",
        f"{_method} {_path_template} without an Authorization header is a 401.",
        needs=() if _method == "GET" else (Need.WRITES,),
    )(_refused(_method, _path_template, None))


def _needs(method: str, name: str) -> tuple[Need, ...]:
    """Judge few operations where requests are dear: all of them ask for a key by then."""
    dear = () if name in {"list-monitors", "create-monitor"} else (Need.TIME,)
    return dear if method == "GET" else (Need.WRITES, *dear)


for _name, _method, _path_template in _OPERATIONS:
    chapter.clause(
        f"unknown-key.{_name}",
        f"{_method} {_path_template} with a key that was never issued is a 401.",
        needs=_needs(_method, _name),
    )(_refused(_method, _path_template, "Bearer verify-0-never-issued-0"))


@chapter.clause("bearer-without-token", "Bearer without a token is a 401.", needs=(Need.TIME,))
def _(scene: Context) -> None:
    expect_status(scene.api.get("/monitors", authorization="Bearer"), 401)


@chapter.clause("empty-header", "An empty Authorization header is a 401.", needs=(Need.TIME,))
def _(scene: Context) -> None:
    expect_status(scene.api.get("/monitors", authorization=""), 401)


@chapter.clause("bare-key", "The key without the word Bearer is a 401.", requests=2)
def _(scene: Context) -> None:
    answer = scene.api.get("/monitors", authorization=scene.options.api_key)
    expect_status(answer, 401)


@chapter.clause("other-scheme", "The key under another scheme is a 401.", requests=3)
def _(scene: Context) -> None:
    for scheme in ("Basic",) if scene.options.is_quick else ("Basic", "Token", "ApiKey"):
        answer = scene.api.get("/monitors", authorization=f"{scheme} {scene.options.api_key}")
        expect_status(answer, 401)


@chapter.clause("revoked-key", "A revoked key is a 401.", needs=(Need.REVOKED_KEY,), requests=2)
def _(scene: Context) -> None:
    for path in ("/monitors", "/incidents"):
        expect_status(scene.api.get(path, key=REVOKED), 401)


@chapter.clause(
    "revoked-key-writes",
    "A revoked key creates nothing: 401.",
    needs=(Need.REVOKED_KEY, Need.WRITES),
)
def _(scene: Context) -> None:
    expect_status(scene.api.send("POST", "/monitors", key=REVOKED, value={}), 401)
