"""Incidents and webhooks of other teams. Reference: Incidents; Webhooks."""

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup, named
from statuspool_mock.conformance.active.clauses.teams import TeamList
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM, OWN_KEYS
from statuspool_mock.conformance.active.sharing import once, shared

group = ClauseGroup("teams", section="Error Codes, 403 and 404")
groups = (group,)
_INCIDENTS = "Incidents, GET /incidents"


@once
def _incidents_of(context: Context, key: str) -> TeamList:
    """List the incidents of a team, after the other team has recorded one where it may."""
    if context.options.may_create_permanent and not context.options.is_quick:
        _recorded_by_others(context)
    response = context.api.get("/incidents", key=key)
    return TeamList(expect_list(response), response)


@once
def _recorded_by_others(context: Context) -> ServerResponse:
    """Record an incident of the other team."""
    monitor_id = context.other_teams_monitor()["id"]
    body = {"monitor_id": monitor_id, "title": f"{context.mark} other team's"}
    return context.api.send("POST", "/incidents", value=body, key=OTHER_TEAM)


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


def _holds_no_others(text: str) -> Check:
    def check(context: Context) -> None:
        others = set(ids(_incidents_of(context, OTHER_TEAM).items))
        response = context.api.get("/incidents", query={"resolved": text})
        leaked = others & set(ids(expect_list(response)))
        got = f"another team's {sorted(leaked)[:2]}"
        expect(not leaked, got, "own incidents only", response)
        if not others:
            raise NotVerified("the other team has no incidents")

    return named(check, f"filters_own_incidents_resolved_{text}")


for _text in ("true", "false"):
    group.clause(
        f"incidents-resolved-{_text}-hold-no-others",
        f"GET /incidents?resolved={_text} lists incidents of the team's monitors only.",
        section=_INCIDENTS,
        needs=(Need.OTHER_TEAM_KEY, Need.TIME),
    )(_holds_no_others(_text))


@group.clause(
    "others-incidents-by-monitor",
    "GET /incidents?monitor_id= of another team's monitor reveals nothing.",
    section=_INCIDENTS,
    level=Level.INFERRED,
    needs=(Need.OTHER_TEAM_KEY, Need.TIME),
    requests=2,
)
def hides_incidents_of_others(context: Context) -> None:
    own = {str(monitor["id"]) for monitor in context.listed_monitors()}
    others = [
        item
        for item in _incidents_of(context, OTHER_TEAM).items
        if str(item.get("monitor_id")) not in own
    ]
    if not others and context.options.may_create_permanent:
        recorded = _recorded_by_others(context)
        others = (
            [{"monitor_id": context.other_teams_monitor()["id"]}] if recorded.is_success else []
        )
    if not others:
        raise NotVerified("the other team has no incidents; --allow-permanent creates one")
    query = {"monitor_id": others[0].get("monitor_id")}
    is_open = others[0].get("resolved_at") is None
    for more in ({}, {"resolved": "false" if is_open else "true"}):
        response = context.api.get("/incidents", query={**query, **more})
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
        if response.key in OWN_KEYS
        for item in response.results
        if isinstance(item, dict) and "monitor_id" in item and item["monitor_id"] not in known
    }
    for monitor_id, response in list(unknown.items())[-2:]:  # the newest may be another team's
        owned = context.api.get(f"/monitors/{monitor_id}")
        got = f"an incident of a monitor that is a {owned.status}"
        expect(owned.status != 403, got, "own monitors only", response)


@shared
def _webhook_of_others(context: Context) -> ServerResponse:
    """The list of webhooks of the other team, after it registered one."""
    body = {
        "url": f"https://hooks.example.com/{context.mark}/other",
        "events": ["sla_breach"],
        "secret": f"whsec_{context.mark}",
    }
    registered = context.api.send("POST", "/webhooks", key=OTHER_TEAM, value=body)
    if not registered.is_success:
        raise NotVerified(f"the other team could not register one: {registered.summary()}")
    return context.api.get("/webhooks", key=OTHER_TEAM)


def _lists_no_webhooks_of_others(query: dict[str, str]) -> Check:
    def check(context: Context) -> None:
        others = expect_list(_webhook_of_others(context))
        own = context.api.get("/webhooks", query=query)
        both = set(ids(expect_list(own))) & set(ids(others))
        urls = {item.get("url") for item in own.results if isinstance(item, dict)}
        leaked = both or f"https://hooks.example.com/{context.mark}/other" in urls
        got = f"another team's webhook {sorted(both)[:2]}"
        expect(not leaked, got, "own webhooks only", own)

    return named(check, f"lists_own_webhooks_only_{len(query)}")


for _name, _query in (
    ("webhooks-hold-no-others", {}),
    ("active-webhooks-hold-no-others", {"active": "true"}),
):
    group.clause(
        _name,
        f"GET /webhooks{'?active=true' if _query else ''} lists the webhooks of the team only.",
        section="Webhooks, GET /webhooks",
        needs=(Need.OTHER_TEAM_KEY, Need.PERMANENT, *((Need.TIME,) if _query else ())),
        requests=1 if _query else 3,
    )(_lists_no_webhooks_of_others(_query))
