"""Requests without a valid key. Reference: introduction; Error Codes, 401."""

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import REVOKED, UNSENT

group = ClauseGroup("auth", section="Introduction; Error Codes, 401")
groups = (group,)

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
_UNKNOWN_KEY = "Bearer verify-0-never-issued-0"


def _path(context: Context, method: str, path: str) -> str:
    """Name a real monitor where that is harmless: a server may look it up before the key."""
    if "{id}" not in path:
        return path
    if method != "GET":
        return path.replace("{id}", context.api.ledger.fresh_id())
    known = [*context.api.ledger.monitors, *(m["id"] for m in context.listed_monitors())]
    return path.replace("{id}", known[0] if known else context.api.ledger.fresh_id())


def _refuses(method: str, path: str, authorization: str | None) -> Check:
    def check(context: Context) -> None:
        response = context.api.send(
            method,
            _path(context, method, path),
            authorization=authorization,
            value={} if method in {"POST", "PUT"} else UNSENT,
        )
        expect_status(response, 401, because="the key is checked before anything else")

    return check


for _name, _method, _template in _OPERATIONS:
    group.clause(
        f"missing-key.{_name}",
        f"{_method} {_template} without an Authorization header is a 401.",
        needs=() if _method == "GET" else (Need.WRITES,),
    )(named(_refuses(_method, _template, None), f"refuses_missing_key_{_name}"))


def _needs(method: str, name: str) -> tuple[Need, ...]:
    """Check few operations where requests are scarce: all of them ask for a key by then."""
    costly = () if name in {"list-monitors", "create-monitor"} else (Need.TIME,)
    return costly if method == "GET" else (Need.WRITES, *costly)


for _name, _method, _template in _OPERATIONS:
    group.clause(
        f"unknown-key.{_name}",
        f"{_method} {_template} with a key that was never issued is a 401.",
        needs=_needs(_method, _name),
    )(named(_refuses(_method, _template, _UNKNOWN_KEY), f"refuses_unknown_key_{_name}"))


@group.clause("bearer-without-token", "Bearer without a token is a 401.", needs=(Need.TIME,))
def refuses_bearer_without_token(context: Context) -> None:
    expect_status(context.api.get("/monitors", authorization="Bearer"), 401)


@group.clause("empty-header", "An empty Authorization header is a 401.", needs=(Need.TIME,))
def refuses_empty_header(context: Context) -> None:
    expect_status(context.api.get("/monitors", authorization=""), 401)


@group.clause("bare-key", "The key without the word Bearer is a 401.", requests=2)
def refuses_bare_key(context: Context) -> None:
    response = context.api.get("/monitors", authorization=context.options.api_key)
    expect_status(response, 401)


@group.clause("other-scheme", "The key with another scheme is a 401.", requests=3)
def refuses_other_scheme(context: Context) -> None:
    for scheme in ("Basic",) if context.options.is_quick else ("Basic", "Token", "ApiKey"):
        authorization = f"{scheme} {context.options.api_key}"
        expect_status(context.api.get("/monitors", authorization=authorization), 401)


@group.clause("revoked-key", "A revoked key is a 401.", needs=(Need.REVOKED_KEY,), requests=2)
def refuses_revoked_key(context: Context) -> None:
    for path in ("/monitors", "/incidents"):
        expect_status(context.api.get(path, key=REVOKED), 401)


@group.clause(
    "revoked-key-writes",
    "A revoked key creates nothing: 401.",
    needs=(Need.REVOKED_KEY, Need.WRITES),
)
def refuses_writes_of_revoked_key(context: Context) -> None:
    expect_status(context.api.send("POST", "/monitors", key=REVOKED, value={}), 401)
