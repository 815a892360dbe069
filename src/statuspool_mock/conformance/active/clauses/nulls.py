"""null where a value is expected. Reference: Monitors, POST /monitors, PUT; Error Codes, 400."""

from collections.abc import Mapping
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.creation import FIELDS
from statuspool_mock.conformance.active.clauses.validation import REQUIRED
from statuspool_mock.conformance.active.context import Context, created_monitor
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import once, shared
from statuspool_mock.contract.rulings import named_fields

group = ClauseGroup("validation", section="Monitors, POST /monitors; Error Codes, 400")
groups = (group,)
_WRITES = (Need.WRITES,)
_COSTLY = (Need.WRITES, Need.TIME)
_OPTIONAL = tuple(field for field in FIELDS if field not in REQUIRED)
_IGNORED = "null for an optional field is ignored."


def _with_nulls(context: Context, *fields: str) -> ServerResponse:
    body = {**context.body(name=f"{context.mark} refused"), **dict.fromkeys(fields)}
    return context.api.send("POST", "/monitors", value=body)


@once
def _refusal_of_nulls(context: Context) -> ServerResponse:
    """Send null for every required field at once."""
    return _with_nulls(context, *REQUIRED)


def _refuses_null(field: str) -> Check:
    def check(context: Context) -> None:
        response = _refusal_of_nulls(context)
        if field not in named_fields(response.fields.get("details")):
            response = _with_nulls(context, field)
        expect_status(response, 400, because=f"{field} is required")

    return named(check, f"post_refuses_null_{field}")


for _field in REQUIRED:
    group.clause(
        f"post.{_field.replace('_', '-')}-null",
        f"POST /monitors with {_field} null is a 400.",
        needs=_WRITES if _field == "name" else _COSTLY,
    )(_refuses_null(_field))


@shared
def _subject(context: Context) -> dict[str, Any]:
    """A monitor to send nulls to."""
    created = context.create(**{**context.example_body, "name": f"{context.mark} no nulls"})
    return context.read(created["id"])


def _put_nulls(context: Context, *fields: str) -> set[str]:
    """Send nulls, and return the fields that a refusal does not name."""
    before = _subject(context)
    path = f"/monitors/{before['id']}"
    response = context.api.send("PUT", path, value=dict.fromkeys(fields))
    expect_status(response, 400, 200)
    if response.status == 200:
        context.note(_IGNORED)
        _expect_no_nulls(context, before, response)
        return set()
    return set(fields) - named_fields(response.fields.get("details"))


def _expect_no_nulls(context: Context, before: Mapping[str, Any], response: ServerResponse) -> None:
    stored = context.read(str(before["id"]))
    for field in FIELDS:
        expect_equal(stored.get(field), before.get(field), f"{field} after null", response)


@group.clause(
    "optional-null",
    "null in a PUT is refused or ignored, never stored.",
    level=Level.INFERRED,
    needs=_COSTLY,
    requests=3,
)
def stores_no_null(context: Context) -> None:
    for field in _put_nulls(context, *FIELDS):
        _put_nulls(context, field)


@group.clause(
    "post.optional-null",
    "null for an optional field of POST /monitors is refused, or the same as its absence.",
    level=Level.INFERRED,
    needs=_COSTLY,
    requests=2,
)
def creates_no_null(context: Context) -> None:
    response = _with_nulls(context, *_OPTIONAL)
    expect_status(response, 400, 200, 201)
    if response.status == 400:
        return
    context.note(_IGNORED)
    stored = context.read(created_monitor(response)["id"])
    for field in _OPTIONAL:
        expect(stored.get(field) is not None, f"{field} null", "its default", response)
