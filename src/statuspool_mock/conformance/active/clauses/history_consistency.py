"""Agreement of logs and incidents with their monitors. Reference: Logs; Incidents; Monitors."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from statuspool_mock.conformance.active.assertions import expect, expect_list
from statuspool_mock.conformance.active.clause import ClauseGroup
from statuspool_mock.conformance.active.clauses.incidents import shown_incidents
from statuspool_mock.conformance.active.clauses.log_shares import rows_of
from statuspool_mock.conformance.active.context import Context
from statuspool_mock.conformance.active.errors import NotVerified
from statuspool_mock.conformance.active.exchange import ServerResponse
from statuspool_mock.conformance.active.levels import Level, Need
from statuspool_mock.contract.reference import DEFAULT_REGIONS
from statuspool_mock.contract.tolerances import (
    CLOCK_SLACK_SECONDS,
    DURATION_ROUNDING_SECONDS,
    UPTIME_ROUNDING,
)
from statuspool_mock.time_parsing import moment

group = ClauseGroup("meaning", section="Logs, GET /monitors/{id}/logs")
groups = (group,)
_INCIDENTS = "Incidents, GET /incidents"
_SLOWEST_INTERVAL_SECONDS = 300
_UPTIME_SLACK = 2 * UPTIME_ROUNDING
"""A check may have happened in between."""
_FUTURE_SLACK = timedelta(minutes=45)
"""Less than the difference between two time zones, more than between two clocks."""


@group.clause(
    "regions-of-the-monitor",
    "Log entries are from regions of their monitor.",
    section="Logs; Monitors, POST /monitors",
    requests=0,
)
def logs_regions_of_monitor(context: Context) -> None:
    for monitor_id, log in context.logs().items():
        monitor = context.details()[monitor_id].fields
        regions = monitor.get("regions")
        if not isinstance(regions, list):
            continue
        if monitor_id in context.api.ledger.monitors:  # created with the defaults, then changed
            rows, allowed = rows_of(log), {*map(str, regions), *DEFAULT_REGIONS}
        else:
            rows, allowed = _since_last_change(log, monitor), set(map(str, regions))
        unknown = {str(row.get("region")) for row in rows} - allowed
        expect(not unknown, f"entries of {sorted(unknown)}", f"of {regions} only", log)
        if {str(row.get("region")) for row in rows_of(log)} - allowed:
            context.note("A log has regions that its monitor no longer has, or never had.")


def _since_last_change(log: ServerResponse, monitor: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries since a monitor was configured as it is; none where that is unknown."""
    changed = moment(monitor.get("updated_at"))
    if changed is None:
        return []
    first = changed + timedelta(seconds=_SLOWEST_INTERVAL_SECONDS)
    return [row for row in rows_of(log) if (at := moment(row.get("timestamp"))) and at > first]


@group.clause(
    "log-of-one-monitor",
    "A new monitor's log has no entries from before it was created.",
    level=Level.INFERRED,
    requests=0,
)
def logs_since_creation(context: Context) -> None:
    compared = 0
    logs = context.logs()
    for monitor_id in context.api.ledger.monitors:
        if monitor_id not in logs:
            continue
        created = moment(context.details()[monitor_id].fields.get("created_at"))
        for row in rows_of(logs[monitor_id]):
            at = moment(row.get("timestamp"))
            if created and at:
                compared += 1
                is_later = (created - at).total_seconds() <= CLOCK_SLACK_SECONDS
                got = f"an entry of {at} for a monitor created {created}"
                expect(is_later, got, "later entries", logs[monitor_id])
    if not compared:
        raise NotVerified("new monitors have no entries yet, or no created_at")


@group.clause(
    "sla-alike",
    "The SLA summary of GET /monitors/{id} and uptime_30d of /status show one uptime.",
    section="Monitors, GET /monitors/{id}; Status",
    level=Level.INFERRED,
    requests=0,
)
def shows_one_uptime(context: Context) -> None:
    compared = 0
    for monitor_id, read in context.details().items():
        detail = read
        found = _two_uptimes(detail, context.statuses()[monitor_id])
        if found is None:
            continue
        compared += 1
        if not _is_one_uptime(*found):  # a server that was stopped may have caught up in between
            detail, status = context.read_again(monitor_id)
            found = _two_uptimes(detail, status) or found
        shown, uptime = found
        got = f"uptime {shown} in the SLA summary"
        expect(_is_one_uptime(shown, uptime), got, f"{uptime}, as in /status", detail)
    if not compared:
        raise NotVerified("the SLA summaries have no field `uptime` or `uptime_30d`")


def _two_uptimes(detail: ServerResponse, status: ServerResponse) -> tuple[float, float] | None:
    """Return the uptimes of the SLA summary and of /status; None where one is not there."""
    shown, uptime = _uptime_of_summary(detail.fields), status.fields.get("uptime_30d")
    if shown is None or not isinstance(uptime, int | float):
        return None
    return shown, uptime


def _is_one_uptime(shown: float, uptime: float) -> bool:
    return min(abs(shown - uptime), abs(100 * shown - uptime)) <= _UPTIME_SLACK


def _uptime_of_summary(monitor: Mapping[str, Any]) -> float | None:
    """Return the uptime in the summary, whatever the summary's name."""
    for name, summary in monitor.items():
        if isinstance(summary, dict) and ("sla" in name.lower() or "30d" in name.lower()):
            for field in ("uptime", "uptime_30d"):
                value = summary.get(field)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    return float(value)
    return None


@group.clause(
    "duration",
    "duration_seconds of a resolved incident is resolved_at − started_at.",
    section=_INCIDENTS,
    requests=0,
)
def computes_duration(context: Context) -> None:
    compared = 0
    for item, response in shown_incidents(context):
        began, ended = moment(item.get("started_at")), moment(item.get("resolved_at"))
        seconds = item.get("duration_seconds")
        if began and ended and isinstance(seconds, int | float):
            expected = (ended - began).total_seconds()
            got = f"duration_seconds {seconds} for {began} to {ended}"
            expect(
                abs(seconds - expected) <= DURATION_ROUNDING_SECONDS,
                got,
                f"{expected:.0f}",
                response,
            )
            compared += 1
    if not compared:
        raise NotVerified("no incident is resolved")


@group.clause(
    "incidents-are-past",
    "No incident began or ended in the future.",
    section=_INCIDENTS,
    requests=0,
)
def dates_incidents_before_now(context: Context) -> None:
    now = _latest_now(context)
    for item, response in shown_incidents(context):
        for name in ("started_at", "resolved_at"):
            at = moment(item.get(name))
            is_past = at is None or at <= now + _FUTURE_SLACK
            expect(is_past, f"{name} {at}, while it is about {now}", "a time before", response)


def _latest_now(context: Context) -> datetime:
    """Return the time on the server, or here if that is later: its clock may be its own."""
    shown = [
        moment(response.fields.get(name))
        for responses in (context.statuses(), context.details())
        for response in responses.values()
        for name in ("last_check_at", "created_at", "updated_at")
    ]
    return max([datetime.now(UTC), *(at for at in shown if at)])


@group.clause(
    "affected-regions",
    "affected_regions are regions of the incident's monitor.",
    section=_INCIDENTS,
    requests=2,
)
def affects_regions_of_monitor(context: Context) -> None:
    known = {m["id"]: m for m in context.listed_monitors()}
    reads = 0
    compared = 0
    response = context.incident_list()
    for item in response.results:
        monitor_id = item.get("monitor_id")
        if monitor_id not in known:
            continue
        if not {"regions", "updated_at"} <= known[monitor_id].keys() and reads < 2:
            reads += 1
            known[monitor_id] = context.read(str(monitor_id))
        regions, affected = known[monitor_id].get("regions"), item.get("affected_regions")
        if not isinstance(regions, list) or not isinstance(affected, list):
            continue
        if _may_be_older(item, known[monitor_id]):
            continue  # its monitor may have had other regions then
        is_subset = set(map(str, affected)) <= set(map(str, regions))
        expect(is_subset, f"affected_regions {affected}", f"some of {regions}", response)
        compared += 1
    if not compared:
        raise NotVerified("no incident is known to be younger than its monitor's last change")


def _may_be_older(incident: Mapping[str, Any], monitor: Mapping[str, Any]) -> bool:
    """Whether an incident may be older than its monitor's present configuration."""
    began, changed = moment(incident.get("started_at")), moment(monitor.get("updated_at"))
    return began is None or changed is None or began <= changed


@group.clause(
    "reads-repeat",
    "The same old part of a log requested twice has the same entries.",
    level=Level.INFERRED,
    requests=2,
    needs=(Need.TIME,),
)
def repeats_reads(context: Context) -> None:
    for monitor_id, log in context.logs().items():
        times = [str(row["timestamp"]) for row in rows_of(log) if moment(row.get("timestamp"))]
        if len(times) < 4:
            continue
        path = f"/monitors/{monitor_id}/logs"
        query = {"from": min(times), "to": max(times), "limit": 20}
        first, second = (context.api.get(path, query=query) for _ in range(2))
        is_same = expect_list(first) == expect_list(second)
        expect(is_same, "other entries, or another order", "the same entries", second)
        return
    raise NotVerified("no log has four entries")
