"""What was changed shows at once, wherever it is shown. Reference: Monitors, GET and PUT."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_equal, expect_status
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import READ_ONLY
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.time_parsing import moment

group = ClauseGroup("update", section="Monitors, GET /monitors")
groups = (group,)
_COSTLY = (Need.WRITES, Need.TIME)

Reading = Callable[[Context, str, str], list[ServerResponse]]
"""Reads a representation of a monitor, given its id and its status."""


def _list(context: Context, _: str, __: str) -> list[ServerResponse]:
    return context.ends("/monitors", limit=100)


def _filtered_list(context: Context, _: str, status: str) -> list[ServerResponse]:
    return [context.api.get("/monitors", query={"status": status, "limit": 100})]


def _other_key(context: Context, monitor_id: str, _: str) -> list[ServerResponse]:
    return [context.api.get(f"/monitors/{monitor_id}", key=READ_ONLY)]


_READINGS: dict[str, Reading] = {
    "told-alike-everywhere": _list,
    "told-alike-in-filtered-lists": _filtered_list,
    "told-alike-to-other-keys": _other_key,
}


@shared
def _renamed(context: Context) -> tuple[dict[str, Any], dict[str, list[ServerResponse]]]:
    """A monitor that was renamed after everything had been read, as it was read again."""
    created = context.create(name=f"{context.mark} before", tags=["before"])
    monitor_id = str(created["id"])
    status = str(context.read(monitor_id).get("status"))
    known = [name for name in _READINGS if _can_read(context, name, status)]
    for name in known:
        _READINGS[name](context, monitor_id, status)  # a cache, where there is one, holds it now
    changes = {"name": f"{context.mark} after", "tags": ["after"]}
    response = context.api.send("PUT", f"/monitors/{monitor_id}", value=changes)
    expect_status(response, 200)
    after = {name: _READINGS[name](context, monitor_id, status) for name in known}
    return {"id": monitor_id, **changes}, after


def _can_read(context: Context, name: str, status: str) -> bool:
    if name == "told-alike-to-other-keys":
        return context.options.readonly_key is not None
    return name == "told-alike-everywhere" or status in {"up", "down", "paused"}


def _shows_changes(name: str) -> Check:
    def check(context: Context) -> None:
        renamed, after = _renamed(context)
        if name not in after:
            raise NotVerified("the status of the monitor is no filter")
        response = after[name][-1]
        expect_status(response, 200)
        found = [
            shown
            for each in after[name]
            for shown in (each.fields, *each.results)
            if isinstance(shown, Mapping) and shown.get("id") == renamed["id"]
        ]
        if not found and (response.fields.get("total_pages") or 0) > 1:
            raise NotVerified("the list is too long to read all of it")
        if not found and name == "told-alike-in-filtered-lists":
            raise NotVerified("the status of the monitor has changed")
        expect(found, f"a list without {renamed['id']}", "the monitor", response)
        for field, value in renamed.items():
            if field in found[0]:
                expect_equal(found[0][field], value, field, response)

    return named(check, name.replace("told", "tells"))


for _name, _says, _needs in (
    ("told-alike-everywhere", "The list shows a change at once.", ()),
    ("told-alike-in-filtered-lists", "A list by status shows a change at once.", ()),
    (
        "told-alike-to-other-keys",
        "Another key of the team sees a change at once.",
        (Need.READ_ONLY_KEY,),
    ),
):
    group.clause(_name, _says, needs=(*_COSTLY, *_needs), requests=3)(_shows_changes(_name))


def _validators(response: ServerResponse) -> dict[str, str]:
    """Return the headers of a request that asks only for what is newer than a response."""
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {
        sent: response.headers[name] for name, sent in names.items() if name in response.headers
    }


@group.clause(
    "changes-validators",
    "After a change, a GET that sends the ETag of the response before it is no 304.",
    level=Level.INFERRED,
    section="Monitors, GET /monitors/{id}",
    needs=_COSTLY,
    requests=0,
)
def changes_validators(context: Context) -> None:
    if not any(map(_validators, context.successes("getMonitor"))):
        raise NotVerified("no response has an ETag")
    created = context.create(name=f"{context.mark} validated")
    path = f"/monitors/{created['id']}"
    before = context.api.get(path)
    response = context.api.send("PUT", path, value={"tags": ["validated"]})
    expect_status(response, 200)
    for name, text in _validators(before).items():
        if name == "If-None-Match" or not _is_of_this_run(text, created):
            after = context.api.get(path, headers={name: text})
            expect_status(after, 200, because="the monitor was changed")


def _is_of_this_run(text: str, created: Mapping[str, Any]) -> bool:
    """Whether a Last-Modified may be of the second of the change: it tells no more."""
    born = moment(created.get("created_at"))
    try:
        return born is None or parsedate_to_datetime(text) >= born - timedelta(seconds=2)
    except ValueError:
        return True
