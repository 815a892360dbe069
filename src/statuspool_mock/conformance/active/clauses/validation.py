"""Values that are refused. Reference: POST /monitors, PUT; Error Codes, 400."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from statuspool_mock.conformance.active.assertions import expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.batches import refused_together
from statuspool_mock.conformance.active.clauses.details import refusal_of_nothing
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.sharing import once, shared
from statuspool_mock.contract.rulings import named_fields

group = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
groups = (group,)
_WRITES = (Need.WRITES,)
_COSTLY = (Need.WRITES, Need.TIME)
_CHEAP_ROWS = 3
"""How many values of each field are tried where requests are scarce."""

NAME = "name is a string of 2 to 128 characters"
URL = "url is a valid HTTP(S) URL"
INTERVAL = "interval_seconds is 30, 60, 120 or 300"
TAGS = "tags is an array of strings"
REGIONS = "regions is an array"
EXPECTED = "expected_status is an integer"
REQUIRED = ("name", "url", "interval_seconds")


class Row(Protocol):
    """A row of a table of values."""

    @property
    def field(self) -> str:
        """The field that the row is about."""


@dataclass(frozen=True, slots=True, eq=False)
class InvalidValue:
    """A value that every server must refuse, and the rule that it breaks."""

    name: str
    field: str
    value: Any
    rule: str


_INVALID = tuple(
    InvalidValue(*row)
    for row in (
        ("name-too-short", "name", "x", NAME),
        ("name-too-long", "name", "n" * 129, NAME),
        ("name-number", "name", 12345, NAME),
        ("url-ftp", "url", "ftp://example.com/file", URL),
        ("url-no-url", "url", "not a url", URL),
        ("url-javascript", "url", "javascript:alert(1)", URL),
        ("interval-31", "interval_seconds", 31, INTERVAL),
        ("interval-text", "interval_seconds", "60", INTERVAL),
        ("interval-90", "interval_seconds", 90, INTERVAL),
        ("name-empty", "name", "", NAME),
        ("url-without-host", "url", "https://", URL),
        ("url-number", "url", 80, URL),
        ("interval-0", "interval_seconds", 0, INTERVAL),
        ("interval-600", "interval_seconds", 600, INTERVAL),
        ("interval-negative", "interval_seconds", -60, INTERVAL),
        ("interval-fraction", "interval_seconds", 60.5, INTERVAL),
        ("interval-true", "interval_seconds", True, INTERVAL),
        ("tags-text", "tags", "production", TAGS),
        ("tags-of-numbers", "tags", [1, 2], TAGS),
        ("tags-object", "tags", {"a": "b"}, TAGS),
        ("regions-text", "regions", "eu-central-1", REGIONS),
        ("regions-of-numbers", "regions", [1], REGIONS),
        ("expected-status-text", "expected_status", "200", EXPECTED),
        ("expected-status-fraction", "expected_status", 200.5, EXPECTED),
        ("name-of-one-emoji", "name", "\N{SHIP}", NAME),
        ("name-of-129-emoji", "name", "\N{SHIP}" * 129, NAME),
        ("name-array", "name", ["ab", "cd"], NAME),
        ("url-without-scheme", "url", "example.com/health", URL),
        ("url-array", "url", ["https://example.com/"], URL),
        ("tags-of-null", "tags", [None], TAGS),
        ("tags-nested", "tags", [["a"]], TAGS),
        ("tags-mixed", "tags", ["a", 1], TAGS),
        ("tags-number", "tags", 7, TAGS),
        ("regions-of-null", "regions", ["us-east-1", None], REGIONS),
        ("regions-object", "regions", {"us-east-1": True}, REGIONS),
        ("regions-true", "regions", True, REGIONS),
        ("regions-nested", "regions", [["us-east-1"]], REGIONS),
        ("expected-status-true", "expected_status", True, EXPECTED),
        ("expected-status-array", "expected_status", [200], EXPECTED),
        ("expected-status-word", "expected_status", "ok", EXPECTED),
    )
)

RowT = TypeVar("RowT", bound=Row)


def rank(rows: Sequence[RowT], row: RowT) -> int:
    """Return a row's position among the rows of its field; the first ones matter most."""
    return [each for each in rows if each.field == row.field].index(row)


def _is_cheap(row: InvalidValue) -> bool:
    return rank(_INVALID, row) < _CHEAP_ROWS


def _rows(context: Context) -> list[InvalidValue]:
    return [row for row in _INVALID if not context.options.is_quick or _is_cheap(row)]


def _send(context: Context, method: str, changes: Mapping[str, Any]) -> ServerResponse:
    if method == "POST":
        body = {**_refused_body(context), **changes}
        return context.api.send("POST", "/monitors", value=body)
    path = f"/monitors/{context.scratch_monitor()['id']}"
    return context.api.send("PUT", path, value=dict(changes))


def _refused_body(context: Context) -> dict[str, Any]:
    return context.body(name=f"{context.mark} refused")


@shared
def _refused_together(context: Context, method: str) -> dict[str, ServerResponse]:
    """The refusals of several invalid fields in one request."""
    return refused_together(_rows(context), lambda changes: _send(context, method, changes))


@once
def _response_to(context: Context, method: str, row: InvalidValue) -> ServerResponse:
    """Return the response to an invalid value, sent with others or alone."""
    together = _refused_together(context, method)
    if row.name in together:
        return together[row.name]
    return _send(context, method, {row.field: row.value})


@once
def _response_without(context: Context, field: str) -> ServerResponse:
    """Return the response to POST /monitors without a required field."""
    if field in named_fields(refusal_of_nothing(context).fields.get("details")):
        return refusal_of_nothing(context)
    body = _refused_body(context)
    del body[field]
    return context.api.send("POST", "/monitors", value=body)


def refusals(context: Context) -> Iterator[tuple[str, ServerResponse]]:
    """Yield each invalid or missing field with the response to it."""
    for row in _rows(context):
        for method in ("POST", "PUT"):
            yield row.field, _response_to(context, method, row)
    for field in REQUIRED:
        yield field, _response_without(context, field)


def _refuses(method: str, row: InvalidValue) -> Check:
    def check(context: Context) -> None:
        expect_status(_response_to(context, method, row), 400, because=row.rule)

    return named(check, f"{method.lower()}_refuses_{row.name}")


_OTHER_INTERVALS = {"POST": (15, 180), "PUT": (10, 900)}
"""Usual intervals that are none of the four, tried with one method each: they cost requests."""


def _refuses_intervals(method: str) -> Check:
    def check(context: Context) -> None:
        for seconds in _OTHER_INTERVALS[method]:
            response = _send(context, method, {"interval_seconds": seconds})
            expect_status(response, 400, because=INTERVAL)

    return named(check, f"{method.lower()}_refuses_other_intervals")


for _method, _intervals in _OTHER_INTERVALS.items():
    group.clause(
        f"{_method.lower()}.other-intervals",
        f"{INTERVAL}: {_method} refuses {', '.join(map(str, _intervals))}.",
        needs=_COSTLY,
        requests=len(_intervals),
        section="Monitors, POST /monitors" if _method == "POST" else "Monitors, PUT",
    )(_refuses_intervals(_method))

for _row in _INVALID:
    for _method in ("POST", "PUT"):
        group.clause(
            f"{_method.lower()}.{_row.name}",
            f"{_row.rule}: {_method} refuses {str(_row.value)[:20]!r}.",
            needs=_WRITES if _is_cheap(_row) else _COSTLY,
            section="Monitors, POST /monitors" if _method == "POST" else "Monitors, PUT",
        )(_refuses(_method, _row))


def _requires(field: str) -> Check:
    def check(context: Context) -> None:
        response = _response_without(context, field)
        expect_status(response, 400, because=f"{field} is required")

    return named(check, f"post_requires_{field}")


for _field in REQUIRED:
    group.clause(
        f"post.{_field.replace('_', '-')}-required",
        f"POST /monitors without {_field} is a 400.",
        needs=_WRITES,
    )(_requires(_field))
