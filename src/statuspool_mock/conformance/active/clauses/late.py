"""What held at the beginning of a run still holds late in it. Reference: as for the first time."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from statuspool_mock.conformance.active.assertions import (
    expect,
    expect_equal,
    expect_list,
    expect_status,
)
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.log_filters import expect_second_page, second_page
from statuspool_mock.conformance.active.clauses.pagination import longest_log
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import READ_ONLY
from statuspool_mock.conformance.active.sharing import shared
from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.time_parsing import moment

group = ClauseGroup("late", section="Endpoint List; Error Codes")
groups = (group,)
_TIME = (Need.TIME,)
_COSTLY = (Need.WRITES, Need.TIME)
_MANY_REQUESTS = ("create", "update", "delete", "pagination", "filters", "auth", "validation")
_UPTIME_CHANGE = 50
"""By how many percent the uptime of a new monitor may change within a run."""
_APART, _ROUNDING = timedelta(seconds=4), timedelta(seconds=1)
_late = partial(group.clause, prerequisites=_MANY_REQUESTS)


@_late("unknown-key", "After hundreds of requests, an unknown key is still a 401.", needs=_TIME)
def still_refuses_unknown_key(context: Context) -> None:
    unknown = "Bearer verify-0-never-issued-0"
    expect_status(context.api.get("/monitors", authorization=unknown), 401)


@_late(
    "read-only-key",
    "After hundreds of requests, a read-only key still may not write.",
    needs=(Need.READ_ONLY_KEY, *_COSTLY),
)
def still_refuses_read_only_key(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    response = context.api.send("PUT", path, key=READ_ONLY, value={"tags": ["read-only"]})
    expect_status(response, 403)


@_late(
    "other-team",
    "After hundreds of requests, another team's monitor is still refused.",
    needs=(Need.OTHER_TEAM_KEY, *_COSTLY),
)
def still_hides_others(context: Context) -> None:
    path = f"/monitors/{context.other_teams_monitor()['id']}"
    expect_status(context.api.get(path), 403, 404)


@_late("pages", "After hundreds of requests, lists are still paged.", needs=_TIME)
def still_pages_lists(context: Context) -> None:
    response = context.api.get("/monitors", query={"limit": 1, "page": 2})
    expect_status(response, 200, 404)
    items = len(response.results)
    expect(items <= 1, f"{items} items", "one", response)
    if items:
        expect_equal(response.fields.get("page"), 2, "page", response)


@_late("filter", "After hundreds of requests, lists are still filtered.", needs=_TIME)
def still_filters_lists(context: Context) -> None:
    response = context.api.get("/monitors", query={"status": "down", "limit": 100})
    others = [item.get("status") for item in expect_list(response) if item.get("status") != "down"]
    expect(not others, f"monitors that are {others[:2]}", "monitors that are down", response)


@_late("log-filter", "After hundreds of requests, logs are still filtered and paged.", needs=_TIME)
def still_filters_logs(context: Context) -> None:
    with suppress(NotVerified):
        path, part, rows = second_page(context)
        expect_second_page(context.api.get(path, query=part), rows)
        return
    query = {"from": "2999-01-01T00:00:00Z", "to": "2999-01-02T00:00:00Z"}
    response = context.api.get(longest_log(context), query=query)
    expect_status(response, 200, 400)
    entries = len(response.results)
    expect(not entries, f"{entries} entries", "no entries", response)


@_late(
    "status",
    "After hundreds of requests, /status shows the uptime that it has shown before.",
    level=Level.INFERRED,
    section="Status, GET /monitors/{id}/status",
    needs=_TIME,
)
def still_shows_uptime(context: Context) -> None:
    monitor_id, before = next(iter(context.statuses().items()))
    now = context.api.get(f"/monitors/{monitor_id}/status")
    expect_status(now, 200)
    is_known = now.fields.get("status") in {"up", "down", "degraded"}
    expect(is_known, f"status {now.fields.get('status')!r}", "up, down or degraded", now)
    first, last = (each.fields.get("uptime_30d") for each in (before, now))
    if not isinstance(first, int | float) or not isinstance(last, int | float):
        raise NotVerified("/status has no uptime_30d")
    is_near = abs(first - last) <= _UPTIME_CHANGE
    expect(is_near, f"uptime_30d {last}, and {first} before", f"about {first}", now)


@_late("refusal", "After hundreds of requests, an invalid body is still a 400.", needs=_COSTLY)
def still_refuses_invalid_body(context: Context) -> None:
    body = {**context.body(name=f"{context.mark} refused"), "interval_seconds": 31}
    expect_status(context.api.send("POST", "/monitors", value=body), 400)


@shared
def _created(context: Context) -> dict[str, Any]:
    """A monitor created late in the run."""
    return context.read(str(context.create(name=f"{context.mark} late")["id"]))


@_late(
    "defaults",
    "The defaults of a new monitor are those of the first one, whatever was changed in between.",
    needs=_COSTLY,
    requests=2,
)
def still_has_defaults(context: Context) -> None:
    stored, response = _created(context), context.api.last_response
    regions = stored.get("regions")
    is_default = isinstance(regions, list) and sorted(map(str, regions)) == sorted(DEFAULT_REGIONS)
    expect(is_default, f"regions {regions!r}", repr(list(DEFAULT_REGIONS)), response)
    expect(not stored.get("tags"), f"tags {stored.get('tags')!r}", "no tags", response)
    expect_equal(stored.get("expected_status"), 200, "expected_status", response)


@_late(
    "write",
    "After hundreds of requests, a change is still stored, and what is deleted is gone.",
    needs=_COSTLY,
    requests=5,
)
def still_writes(context: Context) -> None:
    path = f"/monitors/{_created(context)['id']}"
    expect_status(context.api.send("PUT", path, value={"tags": ["late"]}), 200)
    response = context.api.get(path)
    expect_equal(response.fields.get("tags"), ["late"], "tags", response)
    emptied = context.api.send("PUT", path, value={"tags": []})
    expect_equal(emptied.fields.get("tags", []), [], "tags", emptied)
    expect_status(context.api.send("DELETE", path), 204)
    expect_status(context.api.get(path), 404, because="the monitor is deleted")


@_late(
    "updated-at",
    "updated_at of a monitor that is changed late is the time of the change.",
    level=Level.SAMPLE,
    needs=_COSTLY,
    requests=2,
)
def dates_late_change(context: Context) -> None:
    subject = context.scratch_monitor()
    old, now = (_born(each) for each in (subject, _created(context)))
    if old is None or now is None or now - old < _APART:
        raise NotVerified("no two monitors are known to be created some seconds apart")
    path = f"/monitors/{subject['id']}"
    response = context.api.send("PUT", path, value={"tags": ["changed", "late"]})
    expect_status(response, 200)
    changed = moment(response.fields.get("updated_at"))
    got = f"updated_at {changed}, where a monitor was created before it at {now}"
    expect(changed and changed >= now - _ROUNDING, got, "the time of the change", response)


def _born(monitor: Mapping[str, Any]) -> datetime | None:
    return moment(monitor.get("created_at")) or moment(monitor.get("updated_at"))


@_late(
    "first-monitor",
    "After hundreds of requests, the first monitor of the run is as it was created.",
    level=Level.INFERRED,
    needs=_COSTLY,
)
def still_has_first_monitor(context: Context) -> None:
    created = context.minimal_monitor()
    stored = context.read(str(created["id"]))
    for field in ("id", "name", "interval_seconds"):
        if field in created:
            expect_equal(stored.get(field), created[field], field, context.api.last_response)
    tags = stored.get("tags")
    expect(not tags, f"tags {tags!r}", "no tags", context.api.last_response)
