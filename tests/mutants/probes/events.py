"""Incidents and webhooks."""

from uuid import UUID, uuid4

from tests.mutants.bench import notices, refused

BOTH = ["status_change", "incident_created"]


def _record(bench, **fields):
    monitor = bench.create(**fields)
    body = {"monitor_id": monitor["id"], "title": "Work", "description": "**Slow**"}
    response = bench.own.post("/incidents", json=body)
    assert response.status_code == 201
    return monitor, response.json()


@notices(
    "recorded-incident-not-listed",
    "incident-without-monitor",
    "open-incident-without-resolved-at",
    "open-incident-without-duration",
    "duration-as-text",
    "incident-times-without-zone",
    "affected-regions-as-text",
    "affected-regions-of-others",
    "incidents-as-bare-array",
    "incident-titles-null",
)
def a_recorded_incident_is_listed_in_full(bench):
    monitor, recorded = _record(bench, regions=["us-east-1"])
    (listed,) = [i for i in bench.listed("/incidents") if i["id"] == recorded["id"]]
    assert listed["monitor_id"] == monitor["id"]
    assert listed["resolved_at"] is None
    assert type(listed["duration_seconds"]) is int
    assert listed["started_at"].endswith("Z")
    assert listed["affected_regions"] == ["us-east-1"]
    assert listed["title"] == recorded["title"]


@notices("incident-ids-as-numbers")
def incidents_have_uuids(bench):
    _, recorded = _record(bench)
    assert str(UUID(str(recorded["id"]))) == recorded["id"]


@notices("resolved-at-in-another-zone")
def incidents_end_after_they_began(bench):
    resolved = bench.listed("/incidents", resolved="true")
    assert resolved
    assert all(incident["started_at"] <= incident["resolved_at"] for incident in resolved)


@notices("incident-of-unknown-monitor-accepted", "incident-of-unknown-monitor-crashes")
def incidents_need_a_monitor(bench):
    body = {"monitor_id": str(uuid4()), "title": "Work"}
    refused(bench.own.post("/incidents", json=body), 404, "NOT_FOUND")


def _register(bench, events=BOTH):
    body = {"url": "http://127.0.0.1:9/", "events": events, "secret": "whsec_hidden"}
    response = bench.own.post("/webhooks", json=body)
    assert response.status_code == 201
    assert "whsec_hidden" not in response.text
    return response.json()


@notices(
    "secret-echoed",
    "registered-webhook-not-listed",
    "verification-token-missing",
    "webhook-id-missing",
    "webhook-under-another-id",
    "active-as-number",
    "active-as-text",
    "listed-webhook-ids-as-numbers",
    "webhook-without-url",
    "only-first-event-stored",
    "last-triggered-at-omitted",
    "events-as-text",
)
def a_registered_webhook_is_listed_in_full(bench):
    hook = _register(bench)
    assert hook["verification_token"]
    (listed,) = [
        h for h in bench.listed("/webhooks") if h["id"] == hook["webhook_id"] == hook["id"]
    ]
    assert listed["active"] is True
    assert listed["url"] == "http://127.0.0.1:9/"
    assert (listed["events"], listed["last_triggered_at"]) == (BOTH, None)


@notices("secret-listed")
def secrets_are_not_listed(bench):
    _register(bench)
    assert all("secret" not in hook for hook in bench.listed("/webhooks"))
