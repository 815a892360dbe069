"""Requests without a valid key. Reference: introduction; Error Codes, 401."""

from dataclasses import dataclass

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.routes import ROUTES, Route
from statuspool_mock.conformance.active.session import MAIN, REVOKED, UNSENT

group = ClauseGroup("auth", section="Introduction; Error Codes, 401")
groups = (group,)
_BECAUSE = "the key is checked before anything else"
_OFTEN_CHECKED = {"list-monitors", "create-monitor", "list-incidents"}
"""Routes that are checked where requests are scarce: all of them ask for a key by then."""
_KEY = "STATUSPOOL_API_KEY"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A value of Authorization, and how it is shown: with a variable in place of the key."""

    sent: str
    shown: str


_UNKNOWN = Credentials("Bearer verify-0-never-issued-0", "Bearer verify-0-never-issued-0")


def _near(key: str) -> tuple[Credentials, ...]:
    """Return values of Authorization that are close to a valid key."""
    others = key.swapcase()
    patterns = (
        "Bearer {}!",
        "Bearer !{}",
        'Bearer "{}"',
        "Bearer{}",
        "Bearers {}",
        "Token {}",
    )
    return (
        Credentials("Bearer", "Bearer"),
        *(Credentials(each.format(key), each.format(f"${{{_KEY}}}")) for each in patterns),
        Credentials(f"Bearer {others}", f"Bearer ${{{_KEY}~~}}") if others != key else _UNKNOWN,
    )


def _path(context: Context, route: Route) -> str:
    """Name a real monitor where that is harmless: a server may look it up before the key."""
    if not route.is_of_monitor:
        return route.path
    if not route.is_read:
        return route.path.replace("{id}", context.api.ledger.fresh_id())
    known = [*context.api.ledger.monitors, *(m["id"] for m in context.listed_monitors())]
    return route.path.replace("{id}", known[0] if known else context.api.ledger.fresh_id())


def _send(
    context: Context,
    route: Route,
    *,
    key: str = MAIN,
    authorization: str | None = UNSENT,
    shown: str | None = None,
) -> ServerResponse:
    return context.api.send(
        route.method,
        _path(context, route),
        key=key,
        authorization=authorization,
        shown=shown,
        value={} if route.takes_body else UNSENT,
    )


def _refuses_missing_key(route: Route) -> Check:
    def check(context: Context) -> None:
        expect_status(_send(context, route, authorization=None), 401, because=_BECAUSE)

    return named(check, f"refuses_missing_key_{route.name}")


def _refuses_invalid_key(route: Route) -> Check:
    """Each route refuses an unknown key, and most a nearly right one: the seed chooses it."""

    def check(context: Context) -> None:
        near = _near(context.options.api_key)
        number = (ROUTES.index(route) + context.options.seed) % len(ROUTES)
        for each in (_UNKNOWN, *near[number : number + 1]):
            response = _send(context, route, authorization=each.sent, shown=each.shown)
            expect_status(response, 401, because=_BECAUSE)

    return named(check, f"refuses_unknown_key_{route.name}")


def _refuses_revoked_key(route: Route) -> Check:
    def check(context: Context) -> None:
        expect_status(_send(context, route, key=REVOKED), 401, because="the key is revoked")

    return named(check, f"refuses_revoked_key_{route.name}")


def _time(route: Route, *often: str) -> tuple[Need, ...]:
    return () if route.name in often else (Need.TIME,)


for _route in ROUTES:
    group.clause(
        f"missing-key.{_route.name}",
        f"{_route.method} {_route.path} without an Authorization header is a 401.",
        needs=_route.needs(),
    )(_refuses_missing_key(_route))

for _route in ROUTES:
    group.clause(
        f"unknown-key.{_route.name}",
        f"{_route.method} {_route.path} with a key that was never issued, or is not quite the "
        "key, is a 401.",
        requests=2,
        needs=_route.needs(*_time(_route, "list-monitors", "create-monitor")),
    )(_refuses_invalid_key(_route))

for _route in ROUTES:
    group.clause(
        f"revoked-key.{_route.name}",
        f"{_route.method} {_route.path} with a revoked key is a 401.",
        needs=_route.needs(Need.REVOKED_KEY, *_time(_route, *_OFTEN_CHECKED)),
    )(_refuses_revoked_key(_route))


@group.clause("bare-key", "The key without the word Bearer is a 401.", requests=2)
def refuses_bare_key(context: Context) -> None:
    response = context.api.get("/monitors", authorization=context.options.api_key, shown=f"${_KEY}")
    expect_status(response, 401)


@group.clause(
    "shortened-key",
    "The beginning of a key does not open what the key opens, nor does a pattern that fits it.",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def refuses_shortened_key(context: Context) -> None:
    path = f"/monitors/{context.minimal_monitor()['id']}"
    beginning = f"Bearer {context.options.api_key[:-1]}"
    for end in ("", "%"):
        shown = f"Bearer ${{{_KEY}%?}}{end}"
        response = context.api.get(path, authorization=beginning + end, shown=shown)
        expect_status(response, 401, 403, 404, because="it is another key, if it is one")


@group.clause("other-scheme", "The key with another scheme is a 401.", requests=1)
def refuses_other_scheme(context: Context) -> None:
    scheme = ("Basic", "Token", "ApiKey")[context.options.seed % 3]
    authorization, shown = f"{scheme} {context.options.api_key}", f"{scheme} ${_KEY}"
    expect_status(context.api.get("/monitors", authorization=authorization, shown=shown), 401)
