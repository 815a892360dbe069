"""Separation of teams. Reference: Monitors; Error Codes, 403 and 404."""

from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, READ_ONLY
from statuspool_mock.conformance.active.sharing import once

group = ClauseGroup("teams", section="Error Codes, 403 and 404")
groups = (group,)
_BOTH = (Need.OTHER_TEAM_KEY, Need.WRITES)
_MONITORS, _INCIDENTS = "Monitors, GET /monitors", "Incidents, GET /incidents"
_MAX_PAGES = 5


@dataclass(frozen=True, slots=True)
class TeamList:
    """A list as one team sees it, and the response that was read last."""

    items: list[dict[str, Any]]
    response: ServerResponse


@once
def _monitors_of(context: Context, key: str) -> TeamList:
    """List the monitors of a team, after the other team has created one."""
    context.other_teams_monitor()
    return _list_monitors(context, key)


def _list_monitors(context: Context, key: str, **query: Any) -> TeamList:
    items: list[dict[str, Any]] = []
    for page in range(1, _MAX_PAGES + 1):
        paging = {**query, "page": page, "limit": 100}
        response = context.api.get("/monitors", key=key, query=paging)
        items += expect_list(response)
        total = response.fields.get("total_pages")
        if not isinstance(total, int) or page >= total:
            break
    return TeamList(items, response)


def _expect_closed(context: Context, response: ServerResponse) -> None:
    expect_status(response, 403, 404, because="it belongs to another team")
    if response.status == 404:
        context.note("Another team's monitor is a 404; the reference's text on 403 fits as well.")


def _hides(suffix: str, key: str) -> Check:
    def check(context: Context) -> None:
        path = f"/monitors/{context.other_teams_monitor()['id']}{suffix}"
        response = context.api.get(path, key=key)
        if response.status == 401 and key == READ_ONLY:
            raise NotVerified("the server does not know the read-only key (401)")
        _expect_closed(context, response)

    return check


for _name, _suffix in (("monitor", ""), ("status", "/status"), ("logs", "/logs")):
    group.clause(
        f"others-{_name}",
        f"GET /monitors/{{id}}{_suffix} of another team's monitor is refused.",
        needs=_BOTH,
        requests=2,
    )(named(_hides(_suffix, MAIN), f"hides_others_{_name}"))
    group.clause(
        f"others-{_name}-with-read-only-key",
        f"GET /monitors/{{id}}{_suffix} of another team's monitor with a read-only key is refused.",
        needs=(*_BOTH, Need.READ_ONLY_KEY, Need.TIME),
    )(named(_hides(_suffix, READ_ONLY), f"hides_others_{_name}_from_read_only_key"))


@group.clause(
    "others-logs-in-a-range",
    "GET /monitors/{id}/logs of another team's monitor is refused whatever the parameters.",
    needs=(*_BOTH, Need.TIME),
)
def hides_others_logs_in_a_range(context: Context) -> None:
    path = f"/monitors/{context.other_teams_monitor()['id']}/logs"
    query = {"from": "2025-01-14T00:00:00Z", "to": "2035-01-15T00:00:00Z", "limit": 5}
    _expect_closed(context, context.api.get(path, query=query))


@group.clause(
    "others-monitor-not-updated",
    "PUT to another team's monitor is refused and changes nothing.",
    needs=_BOTH,
    requests=2,
)
def updates_no_monitor_of_others(context: Context) -> None:
    monitor_id = context.other_teams_monitor()["id"]
    body = {"tags": ["intruder"]}
    _expect_closed(context, context.api.send("PUT", f"/monitors/{monitor_id}", value=body))
    stored = context.read(monitor_id, key=OTHER_TEAM)
    expect(stored.get("tags") != ["intruder"], "the change is stored", "an unchanged monitor")


@group.clause(
    "others-monitor-not-deleted",
    "DELETE of another team's monitor is refused and deletes nothing.",
    needs=_BOTH,
    requests=2,
)
def deletes_no_monitor_of_others(context: Context) -> None:
    path = f"/monitors/{context.other_teams_monitor()['id']}"
    _expect_closed(context, context.api.send("DELETE", path))
    expect_status(context.api.get(path, key=OTHER_TEAM), 200, because="its owner still has it")


@group.clause(
    "others-incident-not-recorded",
    "POST /incidents for another team's monitor is refused.",
    needs=(Need.OTHER_TEAM_KEY, Need.PERMANENT),
)
def records_no_incident_of_others(context: Context) -> None:
    monitor_id = context.other_teams_monitor()["id"]
    body = {"monitor_id": monitor_id, "title": f"{context.mark} intruder"}
    _expect_closed(context, context.api.send("POST", "/incidents", value=body))


@group.clause(
    "same-name",
    "A monitor may have the name and url of another team's monitor.",
    section=_MONITORS,
    needs=(*_BOTH, Need.TIME),
)
def creates_monitor_of_the_same_name(context: Context) -> None:
    first = context.minimal_monitor()
    body = context.body(name=f"{context.mark} minimal")
    response = context.api.send("POST", "/monitors", value=body, key=OTHER_TEAM)
    expect_status(response, 201, 200, because="the body is valid")
    is_new = response.fields.get("id") not in {None, first["id"]}
    expect(is_new, "the id of the other team's monitor", "a new monitor", response)


@group.clause(
    "list-holds-no-others",
    "GET /monitors lists the monitors of the authenticated team only.",
    section=_MONITORS,
    needs=_BOTH,
    requests=3,
)
def lists_own_monitors_only(context: Context) -> None:
    other_id = str(context.other_teams_monitor()["id"])
    own, other = _monitors_of(context, MAIN), _monitors_of(context, OTHER_TEAM)
    is_leaked = other_id in ids(own.items)
    expect(not is_leaked, f"another team's monitor {other_id}", "own monitors only", own.response)
    both = set(ids(own.items)) & set(ids(other.items))
    got = f"{sorted(both)[:3]} in both teams' lists"
    expect(not both, got, "no monitor in both", other.response)


@group.clause(
    "filtered-list-holds-no-others",
    "GET /monitors?status= lists the monitors of the authenticated team only.",
    section=_MONITORS,
    needs=_BOTH,
    requests=4,
)
def filters_own_monitors_only(context: Context) -> None:
    others = {
        str(context.other_teams_monitor()["id"]),
        *ids(_monitors_of(context, OTHER_TEAM).items),
    }
    for status in ("up",) if context.options.is_quick else ("up", "down", "paused"):
        own = _list_monitors(context, MAIN, status=status)
        leaked = others & set(ids(own.items))
        got = f"?status={status} lists another team's {sorted(leaked)[:2]}"
        expect(not leaked, got, "own monitors only", own.response)
