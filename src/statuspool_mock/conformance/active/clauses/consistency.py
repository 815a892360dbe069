"""What several answers say together. Reference: Status; Logs; Incidents; Monitors."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup, Level, Need
from statuspool_mock.conformance.active.context import REGIONS, Context, shared
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.results import NotVerified
from statuspool_mock.contract.tolerances import (
    CLOCK_SLACK_SECONDS,
    DURATION_ROUNDING_SECONDS,
    RATE_LIMIT_SLACK_SECONDS,
    UPTIME_ROUNDING,
)
from statuspool_mock.time_parsing import moment

chapter = ClauseGroup("meaning", section="Status, GET /monitors/{id}/status")
chapters = (chapter,)
_SLOWEST_INTERVAL_SECONDS = 300


def _rows(answer: ServerResponse) -> list[dict[str, Any]]:
    return [row for row in answer.results if isinstance(row, dict)]


def _slack_seconds(scene: Context) -> int:
    """Return how far answers may lie apart: a rate limit may have come between them."""
    return CLOCK_SLACK_SECONDS + (RATE_LIMIT_SLACK_SECONDS if scene.api.waited_seconds else 0)


def _some(scene: Context) -> list[dict[str, Any]]:
    return scene.sample()[: 2 if scene.options.is_quick else 5]


def _interval(monitor: dict[str, Any]) -> int:
    seconds = monitor.get("interval_seconds")
    return seconds if isinstance(seconds, int) else 300


@chapter.clause(
    "last-check-is-the-newest-row",
    "last_check_at of /status is the time of the newest log entry.",
    requests=4,
)
def _(scene: Context) -> None:
    compared = 0
    for monitor in _some(scene):
        path = f"/monitors/{monitor['id']}"
        status = scene.api.get(f"{path}/status")
        told = moment(status.fields.get("last_check_at"))
        if told is None:
            continue
        since = (told - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
        log = scene.api.get(f"{path}/logs", query={"from": since, "limit": 100})
        times = [time for row in _rows(log) if (time := moment(row.get("timestamp")))]
        expect(times, f"no log entry since {since}", f"one of {told}", status)
        apart = abs((max(times) - told).total_seconds())
        most = _interval(monitor) + _slack_seconds(scene)
        came = f"{told}, {apart:.0f} s from the newest entry, {max(times)}"
        expect(apart <= most, came, "the newest entry's time", status)
        compared += 1
    if not compared:
        raise NotVerified("no monitor tells of a check")


@chapter.clause(
    "last-check-alike",
    "GET /monitors/{id} tells the same last check as /status.",
    section="Monitors, GET /monitors/{id}",
    requests=0,
)
def _(scene: Context) -> None:
    compared = 0
    for monitor in scene.sample():
        one, other = scene.details()[monitor["id"]], scene.statuses()[monitor["id"]]
        first, second = (moment(a.fields.get("last_check_at")) for a in (one, other))
        if first is None or second is None:
            continue
        apart = abs((first - second).total_seconds())
        came = f"{first} and in /status {second}"
        expect(apart <= _interval(monitor) + _slack_seconds(scene), came, "the same check", one)
        compared += 1
    if not compared:
        raise NotVerified("no monitor tells of a check")


@chapter.clause(
    "status-alike",
    "The list, GET /monitors/{id} and /status tell one current status.",
    section="Monitors; Status",
    requests=4,
)
def _(scene: Context) -> None:
    listed: dict[str, Any] = {m["id"]: m.get("status") for m in scene.existing()}
    for monitor_id, detail in scene.details().items():
        told = {detail.fields.get("status"), listed.get(monitor_id) or detail.fields.get("status")}
        shown = scene.statuses()[monitor_id].fields.get("status")
        if "paused" not in told:
            told.add(shown)
        if len(told) > 1:  # it may have changed in between
            again = scene.api.get(f"/monitors/{monitor_id}")
            now = scene.api.get(f"/monitors/{monitor_id}/status")
            came = {again.fields.get("status"), now.fields.get("status")}
            expect(
                len(came) == 1 or "paused" in came, f"{sorted(map(str, came))}", "one status", now
            )
            if again.fields.get("status") == now.fields.get("status"):
                _relist(scene, monitor_id, again)


def _relist(scene: Context, monitor_id: str, detail: ServerResponse) -> None:
    for page in scene.pages("/monitors", limit=100, most=3):
        for item in page.results:
            if isinstance(item, dict) and item.get("id") == monitor_id:
                came, wanted = item.get("status"), detail.fields.get("status")
                expect(came == wanted, f"listed status {came!r}", repr(wanted), page)


@shared
def _shares(scene: Context) -> list[tuple[ServerResponse, int, int, int]]:
    """Of each sampled monitor: /status, good and bad entries seen, and how many there are."""
    found = []
    for monitor in scene.sample():
        path = f"/monitors/{monitor['id']}/logs"
        log = scene.logs()[monitor["id"]]
        total = log.fields.get("total_pages")
        if not isinstance(total, int) or not log.results:
            continue
        rows = _rows(log)
        last = scene.api.get(path, query={"limit": 100, "page": total}) if total > 1 else log
        if total > 1:
            rows += _rows(last)
        count = 100 * (total - 1) + len(last.results) if total > 1 else len(rows)
        bad = sum(row.get("error_message") is not None for row in rows)
        status = scene.statuses()[monitor["id"]]
        found.append((status, len(rows) - bad, bad, count))
    if not found:
        raise NotVerified("no log has entries")
    return found


@chapter.clause(
    "uptime-fits-the-log",
    "uptime_30d is the share of good checks: within what the log shows, and no fraction.",
    requests=4,
)
def _(scene: Context) -> None:
    for status, good, bad, count in _shares(scene):
        uptime = status.fields.get("uptime_30d")
        if not isinstance(uptime, int | float) or isinstance(uptime, bool) or not count:
            continue
        least = 100 * good / (count + 9)
        most = 100 * (count - bad) / count
        if bad and count - bad < count and count <= 9:
            most += 100 / count  # a check may have come in between
        came = f"uptime_30d {uptime} where {bad} of {good + bad} entries seen, of {count}, failed"
        expect(least - UPTIME_ROUNDING <= uptime, came, f"{least:.3f} or more", status)
        expect(uptime <= most + UPTIME_ROUNDING, came, f"{most:.3f} or less", status)
        is_fraction = 0 < uptime <= 1 and good > bad
        expect(not is_fraction, came, "a percentage, not a fraction", status)


@chapter.clause(
    "down-shows-in-the-log",
    "The log of a monitor that is down has failed checks.",
    section="Logs, GET /monitors/{id}/logs",
    requests=2,
)
def _(scene: Context) -> None:
    down = [m for m in scene.sample() if m.get("status") == "down"]
    if not down:
        raise NotVerified("no monitor is down")
    for monitor in down:
        status = scene.api.get(f"/monitors/{monitor['id']}/status")
        told = moment(status.fields.get("last_check_at"))
        if told is None or status.fields.get("status") != "down":
            continue
        since = (told - timedelta(seconds=_interval(monitor) + 1)).isoformat()
        query = {"from": since.replace("+00:00", "Z"), "limit": 100}
        log = scene.api.get(f"/monitors/{monitor['id']}/logs", query=query)
        bad = [row for row in _rows(log) if row.get("error_message") is not None]
        expect(bad, "no failed check since the last but one", "what took it down", log)


@chapter.clause(
    "regions-of-the-monitor",
    "Log entries come from regions of their monitor.",
    section="Logs; Monitors, POST /monitors",
    requests=0,
)
def _(scene: Context) -> None:
    for monitor_id, log in scene.logs().items():
        monitor = scene.details()[monitor_id].fields
        regions = monitor.get("regions")
        if not isinstance(regions, list):
            continue
        if monitor_id in scene.api.ledger.monitors:  # made with the defaults, and changed by us
            rows, allowed = _rows(log), {*map(str, regions), *REGIONS}
        else:
            rows, allowed = _since_its_change(log, monitor), set(map(str, regions))
        strangers = {str(row.get("region")) for row in rows} - allowed
        expect(not strangers, f"entries of {sorted(strangers)}", f"of {regions} only", log)
        if {str(row.get("region")) for row in _rows(log)} - allowed:
            scene.note("A log tells regions that its monitor no longer has, or never had.")


def _since_its_change(log: ServerResponse, monitor: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that a monitor's present configuration made, none where that is untold."""
    changed = moment(monitor.get("updated_at"))
    if changed is None:
        return []
    first = changed + timedelta(seconds=_SLOWEST_INTERVAL_SECONDS)
    return [row for row in _rows(log) if (at := moment(row.get("timestamp"))) and at > first]


@chapter.clause(
    "log-of-one-monitor",
    "A new monitor's log has no entries from before it was created.",
    level=Level.INFERRED,
    section="Logs, GET /monitors/{id}/logs",
    requests=0,
)
def _(scene: Context) -> None:
    compared = 0
    for monitor_id in scene.api.ledger.monitors:
        if monitor_id not in scene.logs():
            continue
        created = moment(scene.details()[monitor_id].fields.get("created_at"))
        for row in _rows(scene.logs()[monitor_id]):
            at = moment(row.get("timestamp"))
            if created and at:
                compared += 1
                early = (created - at).total_seconds()
                came = f"an entry of {at}, made {created}"
                expect(
                    early <= CLOCK_SLACK_SECONDS, came, "later entries", scene.logs()[monitor_id]
                )
    if not compared:
        raise NotVerified("new monitors have no entries yet, or tell no created_at")


@chapter.clause(
    "duration",
    "duration_seconds of a resolved incident is resolved_at − started_at.",
    section="Incidents, GET /incidents",
    requests=0,
)
def _(scene: Context) -> None:
    compared = 0
    for item in scene.incidents().results:
        began, ended = moment(item.get("started_at")), moment(item.get("resolved_at"))
        told = item.get("duration_seconds")
        if began and ended and isinstance(told, int | float):
            lasted = (ended - began).total_seconds()
            came = f"duration_seconds {told} for {began} to {ended}"
            expect(
                abs(told - lasted) <= DURATION_ROUNDING_SECONDS,
                came,
                f"{lasted:.0f}",
                scene.incidents(),
            )
            compared += 1
    if not compared:
        raise NotVerified("no incident is resolved")


@chapter.clause(
    "affected-regions",
    "affected_regions are regions of the incident's monitor.",
    section="Incidents, GET /incidents",
    requests=2,
)
def _(scene: Context) -> None:
    known = {m["id"]: m for m in scene.existing()}
    asked = 0
    compared = 0
    for item in scene.incidents().results:
        monitor_id = item.get("monitor_id")
        if monitor_id not in known:
            continue
        if not {"regions", "updated_at"} <= known[monitor_id].keys() and asked < 2:
            asked += 1
            known[monitor_id] = scene.read(str(monitor_id))
        regions, told = known[monitor_id].get("regions"), item.get("affected_regions")
        if not isinstance(regions, list) or not isinstance(told, list):
            continue
        if _is_older(item, known[monitor_id]):
            continue  # its monitor may have had other regions then
        strangers = set(map(str, told)) - set(map(str, regions))
        came = f"affected_regions {told}"
        expect(not strangers, came, f"some of {regions}", scene.incidents())
        compared += 1
    if not compared:
        raise NotVerified(
            "no incident is younger than the last change of its monitor, as far as told"
        )


def _is_older(incident: Mapping[str, Any], monitor: Mapping[str, Any]) -> bool:
    """Whether an incident may be older than its monitor's present configuration."""
    began, changed = moment(incident.get("started_at")), moment(monitor.get("updated_at"))
    return began is None or changed is None or began <= changed


@chapter.clause(
    "reads-repeat", "Asking twice for an old part of a log gets the same entries twice.",
    level=Level.INFERRED, section="Logs, GET /monitors/{id}/logs", requests=2,
    needs=(Need.TIME,),
)  # fmt: skip
def _(scene: Context) -> None:
    for monitor_id, log in scene.logs().items():
        times = sorted(str(t) for row in _rows(log) if (t := moment(row.get("timestamp"))))
        if len(times) < 4:
            continue
        stamp = [str(r["timestamp"]) for r in _rows(log) if str(moment(r["timestamp"])) in times]
        query = {"from": min(stamp), "to": max(stamp), "limit": 20}
        first, second = (
            expect_list(scene.api.get(f"/monitors/{monitor_id}/logs", query=query))
            for _ in range(2)
        )
        last = scene.api.exchanges[-1]
        expect(first == second, "other entries, or another order", "the same", last)
        return
    raise NotVerified("no log has four entries")
