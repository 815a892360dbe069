"""Bodies that no route may take, and headers that describe them. Reference: Error Codes, 400."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context, created_monitor
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.options import Profile
from statuspool_mock.conformance.active.routes import ROUTES, Route
from statuspool_mock.contract.rulings import named_fields

group = ClauseGroup("bodies", section="Error Codes, 400")
groups = (group,)
_COSTLY = (Need.WRITES, Need.TIME)
_WITH_BODY = tuple(route for route in ROUTES if route.takes_body)
_LEVELS = 2_000
_NESTED = b"[" * _LEVELS + b"]" * _LEVELS
_IN_AN_ARRAY = (
    b'[{"name": "verify array", "url": "https://api.example.com/", "interval_seconds": 60, '
    b'"events": ["sla_breach"], "secret": "whsec_array"}]'
)
"""What every route would take but for the array, except that no monitor has an incident of it."""
_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A body that is malformed, in one or several forms, and on how many routes it is tried."""

    name: str
    what: str
    raw: tuple[bytes, ...]
    routes: int = 2
    """In the profile standard; deep tries all of them."""
    of: str = ""
    """How the paths begin of the routes on which it is tried."""


_MALFORMED = (
    Malformed("empty", "no body", (b"",), 4),
    Malformed("null", "null", (b"null",), 3),
    Malformed("array", "an array", (_IN_AN_ARRAY,)),
    Malformed("scalar", "a string, number or boolean", (b'"a"', b"7", b"true", b"0")),
    Malformed("broken", "half of an object", (b'{"name": "half', b'{"a": 1,}', b"{name: 1}")),
    Malformed("bad-utf-8", "bytes that are not UTF-8", (b'{"name": "\xff\xfe", "title": "\xff"}',)),
    Malformed(
        "no-number",
        "NaN, Infinity or a number beyond all bounds",
        (
            b'{"expected_status": NaN, "interval_seconds": 60}',
            b'{"expected_status": Infinity, "interval_seconds": 60}',
            b'{"expected_status": 1e999, "interval_seconds": 60}',
        ),
        of="/monitors",
    ),
    Malformed(
        "nested",
        f"an array in arrays, {_LEVELS:,} levels deep",
        tuple(b'{"%s": ' % name + _NESTED + b"}" for name in (b"tags", b"name", b"url")),
        1,
    ),
)


def _tried(context: Context, first: int, most: int, *, of: str = "") -> Iterator[Route]:
    """Yield routes, beginning with another one for each kind of body and each seed."""
    routes = [route for route in _WITH_BODY if route.path.startswith(of)]
    start = first + context.options.seed
    for number in range(len(routes) if context.options.profile is Profile.DEEP else most):
        route = routes[(start + number) % len(routes)]
        if not route.is_permanent or context.options.may_create_permanent:
            yield route


def _send(
    context: Context, route: Route, body: bytes, content_type: str = "application/json"
) -> ServerResponse:
    path = route.path
    if route.is_of_monitor:
        path = path.replace("{id}", str(context.scratch_monitor()["id"]))
    headers = {"Content-Type": content_type}
    return context.api.send(route.method, path, body=body, headers=headers)


def _refuses(place: int, malformed: Malformed) -> Check:
    def check(context: Context) -> None:
        for number, route in enumerate(_tried(context, place, malformed.routes, of=malformed.of)):
            raw = malformed.raw[(number + context.options.seed) % len(malformed.raw)]
            response = _send(context, route, raw)
            expect_status(response, 400, because=f"the body is {malformed.what}")

    return named(check, f"refuses_body_{malformed.name}")


for _place, _malformed in enumerate(_MALFORMED):
    group.clause(
        _malformed.name,
        f"A POST or PUT whose body is {_malformed.what} is a 400.",
        needs=_COSTLY,
        requests=_malformed.routes,
    )(_refuses(_place, _malformed))


@group.clause(
    "surrogate",
    "A name with half of a surrogate pair is stored or refused, never a 5xx.",
    level=Level.INFERRED,
    needs=_COSTLY,
)
def handles_lone_surrogate(context: Context) -> None:
    half = ("\\ud83d", "\\udea2\\ud83d")[context.options.seed % 2]
    body = json.dumps(context.body(name=f"{context.mark} HALF")).replace("HALF", half)
    response = context.api.send("POST", "/monitors", body=body.encode())
    expect_status(response, 400, 200, 201)
    if response.is_success:
        context.read(created_monitor(response)["id"])


@group.clause(
    "byte-order-mark",
    "A body that begins with a byte order mark is accepted or refused, never a 5xx.",
    level=Level.INFERRED,
    needs=_COSTLY,
)
def handles_byte_order_mark(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    body = b"\xef\xbb\xbf" + json.dumps({"tags": ["marked"]}).encode()
    expect_status(context.api.send("PUT", path, body=body), 200, 400)


_Invalid = tuple[bytes, frozenset[str]]
_INVALID: dict[str, _Invalid] = {
    "create-monitor": (b"{}", frozenset({"name", "url", "interval_seconds"})),
    "update-monitor": (b'{"interval_seconds": 7}', frozenset({"interval_seconds"})),
    "create-incident": (b"{}", frozenset({"monitor_id", "title"})),
    "create-webhook": (b"{}", frozenset({"url", "events", "secret"})),
}
"""A body that is refused for its fields, and those; it is sent where nothing shall be created."""


@group.clause(
    "charset",
    f"The content type {_TYPE} is JSON.",
    needs=_COSTLY,
    requests=2,
)
def reads_content_type_with_charset(context: Context) -> None:
    for route in _tried(context, 2, 2):
        raw, fields = _INVALID[route.name]
        response = _send(context, route, raw, _TYPE)
        expect_status(response, 400, because="the body is read, and a field is invalid")
        is_read = named_fields(response.fields.get("details")) & fields
        expect(is_read, response.summary(), f"details that name {min(fields)}", response)


@group.clause(
    "other-content-type",
    "A body whose content type is not JSON is refused.",
    level=Level.INFERRED,
    section="Endpoint List",
    needs=_COSTLY,
    requests=2,
)
def refuses_other_content_type(context: Context) -> None:
    form = b"name=verify&url=https%3A%2F%2Fexample.com&title=a&interval_seconds=60"
    for route in _tried(context, 0, 2):
        response = _send(context, route, form, "application/x-www-form-urlencoded")
        expect_status(response, 400, 415)
        if response.status == 415:
            context.note("Another content type is a 415.")
