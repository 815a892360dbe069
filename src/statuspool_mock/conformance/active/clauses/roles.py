"""Permissions of a read-only key. Reference: Error Codes, 403."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.incidents import unfiltered_incidents
from statuspool_mock.conformance.active.clauses.log_filters import expect_second_page, second_page
from statuspool_mock.conformance.active.clauses.pagination import longest_log
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.routes import ROUTES, Route
from statuspool_mock.conformance.active.session import MAIN, READ_ONLY

group = ClauseGroup("roles", section="Error Codes, 403")
groups = (group,)
_WHOLE = {"list-monitors": {"limit": 100}}


def _read(context: Context, path: str, query: Mapping[str, Any]) -> ServerResponse:
    response = context.api.get(path, key=READ_ONLY, query=query)
    if response.status == 401:
        raise NotVerified("the server does not know the read-only key (401)")
    expect_status(response, 200)
    return response


def _expect_paged_log(context: Context) -> None:
    path, query, rows = second_page(context)
    expect_second_page(_read(context, path, query), rows)


def _expect_filtered_incidents(context: Context) -> None:
    still_open = [i for i in unfiltered_incidents(context) if i.get("resolved_at") is None]
    if not still_open:
        raise NotVerified("no incident is open")
    monitor_id = still_open[0].get("monitor_id")
    response = _read(context, "/incidents", {"monitor_id": monitor_id, "resolved": "false"})
    for item in expect_list(response):
        is_match = item.get("monitor_id") == monitor_id and item.get("resolved_at") is None
        expect(is_match, f"{item!r:.90}", f"of {monitor_id}, resolved=false", response)


_FILTERED = {"list-logs": _expect_paged_log, "list-incidents": _expect_filtered_incidents}
"""Lists that are read with all their parameters, where that is possible."""
_PLAIN = ("get-monitor", "get-status", "list-webhooks")
"""Reads without such parameters, which other clauses send with the read-only key too."""


def _reads(route: Route) -> Check:
    def check(context: Context) -> None:
        if route.name in _FILTERED and not context.options.is_quick:
            with suppress(NotVerified):
                _FILTERED[route.name](context)
                return
        if route.name in _PLAIN and _was_read(context, route):
            return
        path = _path(context, route)
        response = _read(context, path, _WHOLE.get(route.name, {}))
        if route.name == "list-monitors":
            _expect_own_monitors(context, response)

    return named(check, f"read_only_key_reads_{route.name}")


def _was_read(context: Context, route: Route) -> bool:
    """Whether other clauses have read it with the read-only key, and checked the responses."""
    return any(each.key == READ_ONLY for each in context.successes(route.operation))


def _path(context: Context, route: Route) -> str:
    """Read a log of many entries where there is one: nobody else reads it without a limit."""
    if route.name == "list-logs" and not context.options.is_quick:
        with suppress(NotVerified):
            return longest_log(context)
    if route.is_of_monitor:
        return route.path.replace("{id}", str(_monitor_of_the_team(context)["id"]))
    return route.path


def _monitor_of_the_team(context: Context) -> Mapping[str, Any]:
    if context.options.read_only:
        return context.any_listed_monitor()
    return context.minimal_monitor()


def _expect_own_monitors(context: Context, response: ServerResponse) -> None:
    """Expect what this run created with the other key of the team."""
    own = [each for each, key in context.api.ledger.monitors.items() if key == MAIN]
    known = {str(each["id"]) for each in context.listed_monitors()}
    if (response.fields.get("total_pages") or 0) > 1:
        return
    for monitor_id in sorted({*own, *known} - set(ids(response.results)))[:2]:
        still_there = context.api.get(f"/monitors/{monitor_id}").status == 200
        got = f"a list without {monitor_id}"
        expect(not still_there, got, "the monitors of the team", response)


for _route in ROUTES:
    if _route.is_read:
        group.clause(
            f"read-only-key-reads.{_route.name}",
            f"A read-only key may GET {_route.path} and sees what its team has; only POST, PUT "
            "and DELETE are refused.",
            needs=(Need.READ_ONLY_KEY, *(() if _route.name == "list-logs" else (Need.TIME,))),
            requests=int(_route.name not in _PLAIN),
        )(_reads(_route))


def _expect_refused(context: Context, method: str, path: str, **more: Any) -> None:
    response = context.api.send(method, path, key=READ_ONLY, **more)
    expect_status(response, 403, because="a read-only key may not write")


@group.clause(
    "read-only-key-creates-no-monitor",
    "POST /monitors with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
)
def read_only_key_creates_no_monitor(context: Context) -> None:
    body = context.body(name=f"{context.mark} read-only")
    _expect_refused(context, "POST", "/monitors", value=body)


@group.clause(
    "read-only-key-updates-no-monitor",
    "PUT /monitors/{id} with a read-only key is a 403 and changes nothing.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
    requests=2,
)
def read_only_key_updates_no_monitor(context: Context) -> None:
    monitor_id = context.scratch_monitor()["id"]
    _expect_refused(context, "PUT", f"/monitors/{monitor_id}", value={"tags": ["read-only"]})
    stored = context.read(monitor_id)
    expect(stored.get("tags") != ["read-only"], "the change is stored", "an unchanged monitor")


@group.clause(
    "read-only-key-updates-nothing",
    "PUT /monitors/{id} with a read-only key is refused, also where nothing would change.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES, Need.TIME),
)
def read_only_key_updates_nothing(context: Context) -> None:
    path = f"/monitors/{context.scratch_monitor()['id']}"
    response = context.api.send("PUT", path, key=READ_ONLY, value={})
    expect_status(response, 403, 400, because="a read-only key may not write")


@group.clause(
    "read-only-key-deletes-no-monitor",
    "DELETE /monitors/{id} with a read-only key is a 403 and deletes nothing.",
    needs=(Need.READ_ONLY_KEY, Need.WRITES),
    requests=3,
)
def read_only_key_deletes_no_monitor(context: Context) -> None:
    path = f"/monitors/{context.create(name=f'{context.mark} to be kept')['id']}"
    _expect_refused(context, "DELETE", path)
    expect_status(context.api.get(path), 200, because="the monitor still exists")


@group.clause(
    "read-only-key-records-no-incident",
    "POST /incidents with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.PERMANENT),
)
def read_only_key_records_no_incident(context: Context) -> None:
    monitor_id = context.scratch_monitor()["id"]
    body = {"monitor_id": monitor_id, "title": f"{context.mark} read-only"}
    _expect_refused(context, "POST", "/incidents", value=body)


@group.clause(
    "read-only-key-registers-no-webhook",
    "POST /webhooks with a read-only key is a 403.",
    needs=(Need.READ_ONLY_KEY, Need.PERMANENT),
)
def read_only_key_registers_no_webhook(context: Context) -> None:
    body = {
        "url": f"https://hooks.example.com/{context.mark}/read-only",
        "events": ["status_change"],
        "secret": f"whsec_{context.mark}",
    }
    _expect_refused(context, "POST", "/webhooks", value=body)
