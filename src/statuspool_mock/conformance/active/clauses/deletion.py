"""Deleting monitors. Reference: Monitors, DELETE /monitors/{id}; Error Codes, 404."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.sharing import once, shared

group = ClauseGroup("delete", section="Monitors, DELETE /monitors/{id}")
groups = (group,)
_WRITES = (Need.WRITES,)
_LONG_AGO, _FAR_AHEAD = "2025-01-14T00:00:00Z", "2035-01-15T00:00:00Z"
_MAX_LISTED = 1_900
"""Longer lists are not read to their end."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deleted monitor, one that was not deleted, and the list before."""

    monitor_id: str
    bystander_id: str
    listed_before: frozenset[str]
    response: ServerResponse

    @property
    def path(self) -> str:
        """The path of the deleted monitor."""
        return f"/monitors/{self.monitor_id}"


@shared
def deletion(context: Context) -> Deletion:
    """A monitor that was read, listed and deleted."""
    created = context.create(name=f"{context.mark} to delete")
    path = f"/monitors/{created['id']}"
    for suffix in ("", "/status", "/logs"):
        context.api.get(path + suffix)  # a cache, where there is one, holds them now
    bystander = _bystander(context)
    return Deletion(
        monitor_id=str(created["id"]),
        bystander_id=str(bystander["id"]),
        listed_before=frozenset(_ids_of(_pages(context))),
        response=context.api.send("DELETE", path),
    )


def _bystander(context: Context) -> dict[str, Any]:
    """Create a monitor of the same name and url; of another name where the server refuses that."""
    with suppress(NotVerified):
        return context.create(name=f"{context.mark} to delete")
    return context.create(name=f"{context.mark} bystander")


@once
def _pages_after(context: Context) -> list[ServerResponse]:
    """List all monitors after the deletion."""
    deletion(context)
    return _pages(context)


def _pages(context: Context) -> list[ServerResponse]:
    return context.ends("/monitors", limit=100)


def _ids_of(pages: list[ServerResponse]) -> set[str]:
    return {monitor_id for page in pages for monitor_id in ids(page.results)}


@group.clause("204", "DELETE responds with 204 No Content.", needs=_WRITES, requests=6)
def responds_with_204(context: Context) -> None:
    expect_status(deletion(context).response, 204)


@group.clause("no-body", "The response to DELETE has no body.", needs=_WRITES, requests=0)
def responds_without_body(context: Context) -> None:
    response = deletion(context).response
    expect_status(response, 204)
    length = response.headers.get("content-length", "0")
    expect(
        not response.body and length == "0",
        f"{len(response.body)} bytes, Content-Length {length}",
        "no body",
        response,
    )


def _then_404(method: str, suffix: str) -> Check:
    def check(context: Context) -> None:
        path = deletion(context).path
        more: dict[str, Any] = {"value": {"tags": ["ghost"]}} if method == "PUT" else {}
        response = context.api.send(method, path + suffix, **more)
        expect_status(response, 404, because="the monitor is deleted")

    return check


for _name, _method, _suffix in (
    ("monitor", "GET", ""),
    ("status", "GET", "/status"),
    ("logs", "GET", "/logs"),
    ("logs-in-a-range", "GET", f"/logs?from={_LONG_AGO}&to={_FAR_AHEAD}&limit=5"),
    ("update", "PUT", ""),
    ("again", "DELETE", ""),
):
    group.clause(
        f"then-404.{_name}",
        f"{_method} /monitors/{{id}}{_suffix} of a deleted monitor is a 404.",
        section="Monitors, DELETE /monitors/{id}; Error Codes, 404",
        needs=(*_WRITES, Need.TIME) if "?" in _suffix else _WRITES,
    )(named(_then_404(_method, _suffix), f"then_404_{_name}"))


@group.clause("gone-from-the-list", "A deleted monitor is no longer listed.", needs=_WRITES)
def removes_from_list(context: Context) -> None:
    deleted = deletion(context).monitor_id
    pages = _pages_after(context)
    expect(deleted not in _ids_of(pages), f"{deleted} in the list", "a list without it", pages[-1])


@group.clause(
    "gone-from-the-filtered-list",
    "A deleted monitor is no longer listed by its status.",
    section="Monitors, GET /monitors",
    needs=(Need.WRITES, Need.TIME),
    requests=2,
)
def removes_from_filtered_list(context: Context) -> None:
    deleted = deletion(context)
    for status in ("up", "down"):
        page = context.api.get("/monitors", query={"status": status, "limit": 100})
        is_listed = deleted.monitor_id in ids(page.results)
        expect(not is_listed, f"{deleted.monitor_id} in the list", "a list without it", page)


@group.clause(
    "takes-no-other",
    "DELETE deletes one monitor and no other.",
    needs=_WRITES,
    requests=1,
)
def deletes_no_other(context: Context) -> None:
    deleted = deletion(context)
    before, after = deleted.listed_before, _ids_of(_pages_after(context))
    if len(before) < _MAX_LISTED:
        own = context.api.ledger.monitors
        lost = [each for each in own if each in before and each not in after]
        expect(not lost, f"{lost[:2]} deleted too", "one monitor deleted", deleted.response)
    bystander = context.api.get(f"/monitors/{deleted.bystander_id}")
    expect_status(bystander, 200, because="this monitor was not deleted")


@group.clause(
    "frees-the-name",
    "A new monitor may have the name and url of a deleted one.",
    needs=(Need.WRITES, Need.TIME),
)
def creates_monitor_of_the_deleted_name(context: Context) -> None:
    deleted = deletion(context)
    body = context.body(name=f"{context.mark} to delete")
    response = context.api.send("POST", "/monitors", value=body)
    expect_status(response, 201, 200, because="the body is valid, and that monitor is deleted")
    is_new = response.fields.get("id") not in {None, deleted.monitor_id}
    expect(is_new, "the id of the deleted monitor", "a new monitor", response)


@group.clause(
    "unknown-monitor",
    "DELETE of a monitor that never existed is a 404.",
    section="Error Codes, 404",
    needs=_WRITES,
)
def refuses_unknown_monitor(context: Context) -> None:
    expect_status(context.api.send("DELETE", f"/monitors/{context.api.ledger.fresh_id()}"), 404)


@group.clause(
    "incidents-of-the-deleted",
    "Incidents of a deleted monitor are deleted, or stay as they were.",
    level=Level.INFERRED,
    section="Incidents",
    needs=(Need.WRITES, Need.PERMANENT, Need.TIME),
    requests=4,
)
def lists_incidents_of_deleted(context: Context) -> None:
    monitor_id = context.create(name=f"{context.mark} with an incident")["id"]
    body = {"monitor_id": monitor_id, "title": f"{context.mark} of a deleted monitor"}
    recorded = context.api.send("POST", "/incidents", value=body)
    if not recorded.is_success or not recorded.fields.get("id"):
        raise NotVerified(f"no incident could be recorded: {recorded.summary()}")
    expect_status(context.api.send("DELETE", f"/monitors/{monitor_id}"), 204)
    response = context.api.get("/incidents")
    for item in expect_list(response):
        if item.get("id") == recorded.fields["id"]:
            context.note("Incidents stay when their monitor is deleted.")
            shown = item.get("monitor_id")
            expect(shown == monitor_id, f"monitor_id {shown!r}", f"{monitor_id!r}", response)


@group.clause(
    "no-incident-of-the-deleted",
    "POST /incidents for a deleted monitor is a 404.",
    section="Error Codes, 404",
    needs=(Need.WRITES, Need.PERMANENT),
)
def refuses_incident_of_deleted(context: Context) -> None:
    body = {"monitor_id": deletion(context).monitor_id, "title": f"{context.mark} ghost"}
    response = context.api.send("POST", "/incidents", value=body)
    expect_status(response, 404, 400, 403, because="the monitor is deleted")
    if response.status == 403:
        raise NotVerified("the server does not distinguish deleted monitors from other teams'")
