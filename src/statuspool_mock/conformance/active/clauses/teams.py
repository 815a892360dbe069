"""What one team sees of another: nothing. Reference: Monitors; Error Codes, 403 and 404."""

from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list, expect_status, ids
from statuspool_mock.conformance.active.clause import Check, ClauseGroup
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.conformance.active.session import MAIN, OTHER_TEAM

chapter = ClauseGroup("teams", section="Error Codes, 403 and 404")
chapters = (chapter,)
_BOTH = (Need.OTHER_TEAM_KEY, Need.WRITES)


def _closed(scene: Context, answer: ServerResponse) -> None:
    expect_status(answer, 403, 404, because="it belongs to another team")
    if answer.status == 404:
        scene.note("Another team's monitor is a 404 here; the reference's text of 403 fits too.")


def _reading(suffix: str) -> Check:
    def check(scene: Context) -> None:
        _closed(scene, scene.api.get(f"/monitors/{scene.foreign()['id']}{suffix}"))

    return check


for _name, _suffix in (("monitor", ""), ("status", "/status"), ("logs", "/logs")):
    chapter.clause(
        f"others-{_name}",
        f"GET /monitors/{{id}}{_suffix} of another team's monitor is refused.",
        needs=_BOTH,
        requests=2,
    )(_reading(_suffix))


@chapter.clause(
    "others-monitor-not-updated",
    "PUT to another team's monitor is refused and changes nothing.",
    needs=_BOTH,
    requests=2,
)
def _(scene: Context) -> None:
    monitor = scene.foreign()
    path = f"/monitors/{monitor['id']}"
    _closed(scene, scene.api.send("PUT", path, value={"tags": ["intruder"]}))
    now = scene.read(monitor["id"], key=OTHER_TEAM)
    expect(now.get("tags") != ["intruder"], "the change is stored", "nothing is changed")


@chapter.clause(
    "others-monitor-not-deleted",
    "DELETE of another team's monitor is refused and deletes nothing.",
    needs=_BOTH,
    requests=2,
)
def _(scene: Context) -> None:
    path = f"/monitors/{scene.foreign()['id']}"
    _closed(scene, scene.api.send("DELETE", path))
    expect_status(scene.api.get(path, key=OTHER_TEAM), 200, because="its owner still has it")


@chapter.clause(
    "others-incident-not-recorded",
    "POST /incidents on another team's monitor is refused.",
    needs=(Need.OTHER_TEAM_KEY, Need.PERMANENT),
)
def _(scene: Context) -> None:
    body = {"monitor_id": scene.foreign()["id"], "title": f"{scene.mark} intruder"}
    answer = scene.api.send("POST", "/incidents", value=body)
    _closed(scene, answer)


def _whole_list(scene: Context, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
    found = []
    for page in range(1, 6):
        paging = {"page": page, "limit": 100} if path == "/monitors" else {}
        answer = scene.api.get(path, key=key, query={**query, **paging})
        found += expect_list(answer)
        total = answer.fields.get("total_pages")
        if not paging or not isinstance(total, int) or page >= total:
            break
    return found


@chapter.clause(
    "list-holds-no-others",
    "GET /monitors lists the monitors of the authenticated team only.",
    section="Monitors, GET /monitors",
    needs=_BOTH,
    requests=3,
)
def _(scene: Context) -> None:
    foreign = str(scene.foreign()["id"])
    own = _whole_list(scene, "/monitors", "main")
    theirs = _whole_list(scene, "/monitors", OTHER_TEAM)
    last = scene.api.exchanges[-1]
    expect(foreign not in ids(own), f"another team's monitor {foreign}", "own monitors only", last)
    both = set(ids(own)) & set(ids(theirs))
    expect(not both, f"{sorted(both)[:3]} in both teams' lists", "no monitor in both", last)
    scene.kept["theirs"] = theirs


@chapter.clause(
    "filtered-list-holds-no-others",
    "GET /monitors?status= lists the monitors of the authenticated team only.",
    section="Monitors, GET /monitors",
    needs=_BOTH,
    requests=4,
)
def _(scene: Context) -> None:
    scene.foreign()
    for status in ("up",) if scene.options.is_quick else ("up", "down", "paused"):
        own = _whole_list(scene, "/monitors", "main", status=status)
        theirs = {str(m["id"]) for m in scene.kept.get("theirs", ()) if "id" in m}
        theirs.add(str(scene.foreign()["id"]))
        strangers = theirs & set(ids(own))
        expect(
            not strangers,
            f"?status={status} lists another team's {sorted(strangers)[:2]}",
            "own monitors only",
            scene.api.exchanges[-1],
        )


@chapter.clause(
    "incidents-hold-no-others",
    "GET /incidents lists incidents across the team's monitors only.",
    section="Incidents, GET /incidents",
    needs=(Need.OTHER_TEAM_KEY,),
    requests=2,
)
def _(scene: Context) -> None:
    own = expect_list(scene.api.get("/incidents"))
    theirs = expect_list(scene.api.get("/incidents", key=OTHER_TEAM))
    scene.kept["their incidents"] = theirs
    both = set(ids(own)) & set(ids(theirs))
    last = scene.api.exchanges[-1]
    expect(not both, f"{sorted(both)[:3]} in both teams' lists", "no incident in both", last)
    if not own and not theirs:
        raise NotVerified("neither team has incidents")


@chapter.clause(
    "others-incidents-by-monitor",
    "GET /incidents?monitor_id= of another team's monitor tells nothing of it.",
    section="Incidents, GET /incidents",
    level=Level.INFERRED,
    needs=(Need.OTHER_TEAM_KEY, Need.TIME),
)
def _(scene: Context) -> None:
    theirs = scene.kept.get("their incidents")
    if theirs is None:
        theirs = expect_list(scene.api.get("/incidents", key=OTHER_TEAM))
    own = {str(monitor["id"]) for monitor in scene.existing()}
    theirs = [item for item in theirs if str(item.get("monitor_id")) not in own]
    if not theirs and scene.options.allow_permanent and not scene.options.read_only:
        body = {"monitor_id": scene.foreign()["id"], "title": f"{scene.mark} other team's"}
        made = scene.api.send("POST", "/incidents", value=body, key=OTHER_TEAM)
        theirs = [dict(made.fields)] if made.is_success else []
    if not theirs:
        raise NotVerified("the other team has no incidents; --allow-permanent makes one")
    answer = scene.api.get("/incidents", query={"monitor_id": theirs[0].get("monitor_id")})
    expect_status(answer, 200, 403, 404, because="another team's monitor")
    expect(not answer.results, f"{len(answer.results)} incidents", "none", answer)


@chapter.clause(
    "incidents-of-own-monitors",
    "Incidents are those of the team's monitors.",
    section="Incidents, GET /incidents",
    requests=2,
    needs=(Need.TIME,),
)
def _(scene: Context) -> None:
    known = {str(monitor["id"]) for monitor in scene.existing()}
    known |= {monitor_id for monitor_id, key in scene.api.ledger.monitors.items() if key == MAIN}
    told = [scene.incidents(), *(a for a in scene.seen("listIncidents") if a.key == MAIN)]
    strange = {
        str(item["monitor_id"]): answer
        for answer in told
        for item in answer.results
        if isinstance(item, dict) and "monitor_id" in item and item["monitor_id"] not in known
    }
    for monitor_id, answer in list(strange.items())[-2:]:  # the newest may be another team's
        owned = scene.api.get(f"/monitors/{monitor_id}")
        came = f"an incident of a monitor that is a {owned.status}"
        expect(owned.status != 403, came, "own monitors only", answer)


@chapter.clause(
    "webhooks-hold-no-others",
    "GET /webhooks lists the webhooks of the team only.",
    section="Webhooks, GET /webhooks",
    needs=(Need.OTHER_TEAM_KEY, Need.PERMANENT),
    requests=3,
)
def _(scene: Context) -> None:
    body = {
        "url": f"https://hooks.example.com/{scene.mark}/other",
        "events": ["sla_breach"],
        "secret": f"whsec_{scene.mark}",
    }
    made = scene.api.send("POST", "/webhooks", key=OTHER_TEAM, value=body)
    if not made.is_success:
        raise NotVerified(f"the other team could not register one: {made.summary()}")
    own = scene.api.get("/webhooks")
    theirs = scene.api.get("/webhooks", key=OTHER_TEAM)
    both = set(ids(expect_list(own))) & set(ids(expect_list(theirs)))
    urls = {item.get("url") for item in own.results if isinstance(item, dict)}
    leaked = both or body["url"] in urls
    expect(not leaked, f"another team's webhook {sorted(both)[:2]}", "own webhooks only", own)
