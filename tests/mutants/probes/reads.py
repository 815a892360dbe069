"""Shapes of monitors, status and logs, and what they mean together."""

import re
from datetime import datetime
from uuid import UUID, uuid4

from tests.mutants.bench import notices, refused

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CONFIGURATION = {
    "name": str,
    "url": str,
    "interval_seconds": int,
    "expected_status": int,
    "tags": list,
    "regions": list,
}


@notices("ids-with-prefix", "created-without-id")
def ids_are_uuids(bench):
    monitor_id = bench.create()["id"]
    assert str(UUID(monitor_id)) == monitor_id
    bench.get(f"/monitors/{monitor_id}")


@notices(
    "interval-as-text",
    "expected-status-as-text",
    "tags-as-text",
    "monitor-without-status",
    "monitor-without-last-check",
    "monitor-without-sla",
    "monitor-without-regions",
)
def a_monitor_is_told_in_full(bench):
    monitor = bench.get(f"/monitors/{bench.create()['id']}")
    for name, kind in CONFIGURATION.items():
        assert type(monitor[name]) is kind
    assert monitor["status"] == "up"
    assert INSTANT.fullmatch(monitor["last_check_at"])
    assert monitor["sla_30d"]["uptime"] == 100


@notices("json-called-html")
def json_is_called_json(bench):
    response = bench.own.get("/monitors")
    assert response.headers["content-type"].partition(";")[0] == "application/json"


@notices(
    "listed-without-names",
    "listed-regions-as-text",
    "listed-last-check-as-unix-time",
    "listed-urls-without-scheme",
)
def listed_monitors_are_told_alike(bench):
    monitor_id = bench.create()["id"]
    alone = bench.get(f"/monitors/{monitor_id}")
    (listed,) = [m for m in bench.listed(limit=100) if m["id"] == monitor_id]
    for name in ("name", "url", "regions", "last_check_at"):
        assert listed[name] == alone[name]


@notices("created-with-null-name", "created-with-regions-as-objects")
def what_is_created_is_told_as_it_is(bench):
    created = bench.create()
    stored = bench.get(f"/monitors/{created['id']}")
    assert {**stored, **created} == stored


def _status(bench, monitor):
    return bench.get(f"/monitors/{monitor['id']}/status")


@notices(
    "uptime-as-fraction",
    "uptime-as-text",
    "response-time-in-seconds",
    "response-time-as-text",
    "last-check-as-unix-time",
    "last-check-without-zone",
    "status-in-capitals",
    "status-without-response-time",
)
def status_has_its_four_parts(bench):
    told = _status(bench, bench.create())
    assert told["status"] == "up"
    assert type(told["response_time_ms"]) is int
    assert INSTANT.fullmatch(told["last_check_at"])
    assert told["uptime_30d"] == 100


@notices("status-says-paused")
def status_of_a_paused_monitor_is_its_last(bench):
    assert _status(bench, bench.with_status("paused"))["status"] in {"up", "down", "degraded"}


@notices("listed-status-always-up", "status-always-up", "monitor-last-check-stale")
def the_status_is_one_wherever_it_is_told(bench):
    monitor = bench.create(url="https://down.test/")
    whole, told = bench.get(f"/monitors/{monitor['id']}"), _status(bench, monitor)
    (listed,) = [m for m in bench.listed(limit=100) if m["id"] == monitor["id"]]
    assert listed["status"] == whole["status"] == told["status"] == "down"
    assert listed["last_check_at"] == whole["last_check_at"] == told["last_check_at"]


def _rows(bench, monitor, **query):
    return bench.listed(f"/monitors/{monitor['id']}/logs", limit=100, **query)


@notices(
    "row-without-region",
    "row-status-as-text",
    "row-response-time-in-seconds",
    "row-times-without-zone",
    "no-error-is-empty-text",
    "no-error-is-omitted",
)
def a_row_has_its_five_parts(bench):
    for row in _rows(bench, bench.create()):
        assert INSTANT.fullmatch(row["timestamp"])
        assert type(row["region"]) is str
        assert (type(row["status_code"]), type(row["response_time_ms"])) == (int, int)
        assert row["error_message"] is None


@notices("logs-of-another-monitor", "row-from-another-region")
def rows_come_from_the_monitors_regions(bench):
    monitor = bench.create(regions=["sa-east-1"])
    assert {row["region"] for row in _rows(bench, monitor)} == {"sa-east-1"}


@notices("logs-of-unknown-monitor-empty")
def unknown_monitors_have_no_log(bench):
    refused(bench.own.get(f"/monitors/{uuid4()}/logs"), 404, "NOT_FOUND")


@notices("last-check-stale", "last-check-in-the-future")
def the_last_check_is_the_newest_row(bench):
    monitor = bench.create()
    newest = max(row["timestamp"] for row in _rows(bench, monitor))
    assert _status(bench, monitor)["last_check_at"] == newest


@notices("uptime-always-100", "uptime-is-downtime", "logs-without-failures")
def uptime_is_what_the_log_shows(bench):
    for host, uptime in (("down.test", 0), ("perfect.test", 100)):
        monitor = bench.create(url=f"https://{host}/")
        rows = _rows(bench, monitor)
        assert len(rows) == 3
        assert all((row["error_message"] is None) is (uptime == 100) for row in rows)
        assert _status(bench, monitor)["uptime_30d"] == uptime


@notices("duration-disagrees", "duration-in-minutes", "resolved-incidents-look-open")
def an_incident_lasts_from_start_to_end(bench):
    incidents = bench.listed("/incidents", resolved="true")
    assert incidents
    for incident in incidents:
        started, resolved = (
            datetime.fromisoformat(incident[name]) for name in ("started_at", "resolved_at")
        )
        assert incident["duration_seconds"] == (resolved - started).total_seconds()


@notices("listed-status-in-capitals")
def listed_statuses_are_in_lower_case(bench):
    bench.create()
    assert {monitor["status"] for monitor in bench.listed()} <= {"up", "down", "degraded", "paused"}


@notices("updated-at-as-unix-time")
def changes_of_monitors_are_dated(bench):
    monitor = bench.create()
    bench.own.put(f"/monitors/{monitor['id']}", json={"tags": ["changed"]})
    monitor = bench.get(f"/monitors/{monitor['id']}")
    assert INSTANT.fullmatch(str(monitor["updated_at"]))


@notices("created-at-in-another-zone")
def a_new_monitor_is_as_old_as_its_last_change(bench):
    monitor = bench.create()
    assert monitor["created_at"] == monitor["updated_at"]


@notices("etag-is-the-id")
def a_change_is_read_with_an_old_etag(bench):
    path = f"/monitors/{bench.create()['id']}"
    etag = bench.own.get(path).headers.get("etag", '"none"')
    bench.own.put(path, json={"tags": ["changed"]})
    assert bench.own.get(path, headers={"If-None-Match": etag}).status_code == 200
