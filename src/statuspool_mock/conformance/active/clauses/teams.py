"""Separation of teams. Reference: Monitors; Error Codes, 403 and 404."""

from dataclasses import dataclass
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM
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


@once
def _incidents_of(context: Context, key: str) -> TeamList:
    """List the incidents of a team."""
    response = context.api.get("/incidents", key=key)
    return TeamList(expect_list(response), response)


def _expect_closed(context: Context, response: ServerResponse) -> None:
    expect_status(response, 403, 404, because="it belongs to another team")
    if response.status == 404:
        context.note("Another team's monitor is a 404; the reference's text on 403 fits as well.")


def _hides(suffix: str) -> Check:
    def check(context: Context) -> None:
        path = f"/monitors/{context.other_teams_monitor()['id']}{suffix}"
        _expect_closed(context, context.api.get(path))

    return check


for _name, _suffix in (("monitor", ""), ("status", "/status"), ("logs", "/logs")):
    group.clause(
        f"others-{_name}",
        f"GET /monitors/{{id}}{_suffix} of another team's monitor is refused.",
        needs=_BOTH,
        requests=2,
    )(named(_hides(_suffix), f"hides_others_{_name}"))


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


@group.clause(
    "incidents-hold-no-others",
    "GET /incidents lists incidents of the team's monitors only.",
    section=_INCIDENTS,
    needs=(Need.OTHER_TEAM_KEY,),
    requests=2,
)
def lists_own_incidents_only(context: Context) -> None:
    own, other = _incidents_of(context, MAIN), _incidents_of(context, OTHER_TEAM)
    both = set(ids(own.items)) & set(ids(other.items))
    got = f"{sorted(both)[:3]} in both teams' lists"
    expect(not both, got, "no incident in both", other.response)
    if not own.items and not other.items:
        raise NotVerified("neither team has incidents")


@group.clause(
    "others-incidents-by-monitor",
    "GET /incidents?monitor_id= of another team's monitor reveals nothing.",
    section=_INCIDENTS,
    level=Level.INFERRED,
    needs=(Need.OTHER_TEAM_KEY, Need.TIME),
)
def hides_incidents_of_others(context: Context) -> None:
    own = {str(monitor["id"]) for monitor in context.listed_monitors()}
    others = [
        item
        for item in _incidents_of(context, OTHER_TEAM).items
        if str(item.get("monitor_id")) not in own
    ]
    if not others and context.options.may_create_permanent:
        monitor_id = context.other_teams_monitor()["id"]
        body = {"monitor_id": monitor_id, "title": f"{context.mark} other team's"}
        recorded = context.api.send("POST", "/incidents", value=body, key=OTHER_TEAM)
        others = [{**body, **recorded.fields}] if recorded.is_success else []
    if not others:
        raise NotVerified("the other team has no incidents; --allow-permanent creates one")
    query = {"monitor_id": others[0].get("monitor_id")}
    response = context.api.get("/incidents", query=query)
    expect_status(response, 200, 403, 404, because="it is another team's monitor")
    incidents = len(response.results)
    expect(not incidents, f"{incidents} incidents", "no incidents", response)


@group.clause(
    "incidents-of-own-monitors",
    "Incidents are of the team's monitors.",
    section=_INCIDENTS,
    requests=2,
    needs=(Need.TIME,),
    prerequisites=("incidents.filters", "teams.others-incidents-by-monitor"),
)
def lists_incidents_of_own_monitors(context: Context) -> None:
    known = {str(monitor["id"]) for monitor in context.listed_monitors()}
    known |= {each for each, key in context.api.ledger.monitors.items() if key == MAIN}
    context.incident_list()
    unknown = {
        str(item["monitor_id"]): response
        for response in context.successes("listIncidents")
        if response.key == MAIN
        for item in response.results
        if isinstance(item, dict) and "monitor_id" in item and item["monitor_id"] not in known
    }
    for monitor_id, response in list(unknown.items())[-2:]:  # the newest may be another team's
        owned = context.api.get(f"/monitors/{monitor_id}")
        got = f"an incident of a monitor that is a {owned.status}"
        expect(owned.status != 403, got, "own monitors only", response)


@group.clause(
    "webhooks-hold-no-others",
    "GET /webhooks lists the webhooks of the team only.",
    section="Webhooks, GET /webhooks",
    needs=(Need.OTHER_TEAM_KEY, Need.PERMANENT),
    requests=3,
)
def lists_own_webhooks_only(context: Context) -> None:
    body = {
        "url": f"https://hooks.example.com/{context.mark}/other",
        "events": ["sla_breach"],
        "secret": f"whsec_{context.mark}",
    }
    registered = context.api.send("POST", "/webhooks", key=OTHER_TEAM, value=body)
    if not registered.is_success:
        raise NotVerified(f"the other team could not register one: {registered.summary()}")
    own = context.api.get("/webhooks")
    other = context.api.get("/webhooks", key=OTHER_TEAM)
    both = set(ids(expect_list(own))) & set(ids(expect_list(other)))
    urls = {item.get("url") for item in own.results if isinstance(item, dict)}
    leaked = both or body["url"] in urls
    expect(not leaked, f"another team's webhook {sorted(both)[:2]}", "own webhooks only", own)
