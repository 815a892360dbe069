"""Values of another time, or of a part of it."""

from datetime import datetime, timedelta

from tests.mutants.bench import notices


@notices("uptime-of-a-day", "sla-uptime-is-the-target")
def the_uptime_is_the_share_of_good_checks_of_thirty_days(bench):
    for monitor in bench.listed(limit=100):
        summary = bench.get(f"/monitors/{monitor['id']}")["sla_30d"]
        uptime = bench.get(f"/monitors/{monitor['id']}/status")["uptime_30d"]
        good = 100 * (1 - summary["failed_checks"] / summary["checks"])
        assert abs(uptime - good) < 0.002
        assert summary["uptime"] == uptime


@notices("incidents-of-a-monitor-cut-to-one", "incidents-of-a-team-cut-to-20")
def the_incidents_of_a_team_are_those_of_its_monitors(bench):
    listed = {incident["id"] for incident in bench.listed("/incidents")}
    monitors = [monitor["id"] for monitor in bench.listed(limit=100)]
    of_each = [bench.listed("/incidents", monitor_id=monitor_id) for monitor_id in monitors]
    assert listed == {incident["id"] for incidents in of_each for incident in incidents}


@notices("incidents-in-the-future")
def incidents_are_past(bench):
    checks = [bench.get(f"/monitors/{m['id']}/status")["last_check_at"] for m in bench.listed()]
    now = max(map(datetime.fromisoformat, checks)) + timedelta(minutes=5)
    for incident in bench.listed("/incidents"):
        assert datetime.fromisoformat(incident["started_at"]) <= now


@notices("response-time-averaged")
def the_response_time_is_that_of_the_last_check(bench):
    monitor = bench.with_status("up")
    status = bench.get(f"/monitors/{monitor['id']}/status")
    log = bench.listed(f"/monitors/{monitor['id']}/logs", from_=status["last_check_at"])
    assert status["response_time_ms"] in {row["response_time_ms"] for row in log}
