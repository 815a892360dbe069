"""Fields of a body that the reference does not have. Reference: Monitors, POST and PUT."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_status
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.context import Context, created_monitor
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import once

group = ClauseGroup("validation", section="Monitors, POST /monitors, PUT")
groups = (group,)
_COSTLY = (Need.WRITES, Need.TIME)
_LONG_AGO = "2001-02-03T04:05:06Z"


@once
def _unknown(context: Context) -> dict[str, Any]:
    """Fields that clients cannot set."""
    return {
        "id": context.api.ledger.fresh_id(),
        "status": "paused",
        "created_at": _LONG_AGO,
        "updated_at": _LONG_AGO,
        "last_check_at": _LONG_AGO,
        "team_id": context.api.ledger.fresh_id(),
        "verify_unknown": "unknown",
    }


@once
def _created(context: Context) -> ServerResponse:
    """Create a monitor with unknown fields."""
    body = {**context.body(name=f"{context.mark} unknown fields"), **_unknown(context)}
    return context.api.send("POST", "/monitors", value=body)


def _expect_ignored(context: Context, response: ServerResponse, monitor_id: str) -> None:
    for shown in (response.fields, context.read(monitor_id)):
        for field, value in _unknown(context).items():
            got = f"{field} {value!r}, as sent"
            expect(shown.get(field) != value, got, "the field to be ignored", response)


@group.clause(
    "post.unknown-fields",
    "Fields that POST /monitors does not have are refused or ignored, never stored.",
    level=Level.INFERRED,
    needs=_COSTLY,
    requests=2,
)
def creates_without_unknown_fields(context: Context) -> None:
    response = _created(context)
    expect_status(response, 200, 201, 400)
    if response.is_success:
        _expect_ignored(context, response, created_monitor(response)["id"])


@group.clause(
    "put.unknown-fields",
    "Fields that PUT does not have are refused or ignored, never stored.",
    level=Level.INFERRED,
    needs=_COSTLY,
    requests=2,
)
def updates_no_unknown_fields(context: Context) -> None:
    monitor_id = str(context.scratch_monitor()["id"])
    body = {"tags": ["known"], **_unknown(context)}
    response = context.api.send("PUT", f"/monitors/{monitor_id}", value=body)
    expect_status(response, 200, 400)
    if response.is_success:
        _expect_ignored(context, response, monitor_id)
