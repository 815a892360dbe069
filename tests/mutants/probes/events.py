"""Incidents and webhooks."""

from uuid import UUID, uuid4

from tests.mutants.bench import notices, refused, wrong_fields

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
    "incident-titles-as-lists",
    "incidents-listed-for-each-region",
)
def a_recorded_incident_is_listed_in_full(bench):
    monitor, recorded = _record(bench, regions=["us-east-1", "eu-central-1"])
    (listed,) = [i for i in bench.listed("/incidents") if i["id"] == recorded["id"]]
    assert listed["monitor_id"] == monitor["id"]
    assert listed["resolved_at"] is None
    assert type(listed["duration_seconds"]) is int
    assert listed["started_at"].endswith("Z")
    assert listed["affected_regions"] == ["us-east-1", "eu-central-1"]
    assert listed["title"] == recorded["title"]


@notices("described-incidents-over-before-they-began", "described-incidents-in-local-time")
def a_recorded_incident_begins_now_and_is_open(bench):
    _, recorded = _record(bench)
    (listed,) = [i for i in bench.listed("/incidents") if i["id"] == recorded["id"]]
    assert listed["started_at"] <= bench.create()["created_at"]
    assert listed["resolved_at"] is None


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


def _refuses_of_incident(field, value):
    def probe(bench):
        body = {"monitor_id": bench.create()["id"], "title": "Work", field: value}
        assert wrong_fields(bench.own.post("/incidents", json=body)) == {field}

    return probe


def _refuses_of_webhook(field, value):
    def probe(bench):
        body = {"url": "http://127.0.0.1:9/", "events": BOTH, "secret": "whsec_hidden"}
        assert wrong_fields(bench.own.post("/webhooks", json={**body, field: value})) == {field}

    return probe


notices("null-title-accepted")(_refuses_of_incident("title", None))
notices("title-from-list")(_refuses_of_incident("title", ["Work"]))
notices("description-from-list")(_refuses_of_incident("description", ["Slow"]))
notices("null-monitor-accepted")(_refuses_of_incident("monitor_id", None))
notices("null-secret-accepted")(_refuses_of_webhook("secret", None))
notices("null-events-mean-all")(_refuses_of_webhook("events", None))
notices("numbers-accepted-as-events")(_refuses_of_webhook("events", [1]))
notices("null-url-accepted")(_refuses_of_webhook("url", None))
notices("webhook-url-without-host-accepted")(_refuses_of_webhook("url", "https://"))


@notices("incident-texts-cut-off")
def long_texts_are_kept(bench):
    body = {"monitor_id": bench.create()["id"], "title": "t" * 70, "description": "d" * 300}
    recorded = bench.own.post("/incidents", json=body).json()
    assert body.items() <= recorded.items()


@notices("incident-title-trimmed")
def spaces_around_a_title_are_kept(bench):
    body = {"monitor_id": bench.create()["id"], "title": "  Work  "}
    assert bench.own.post("/incidents", json=body).json()["title"] == body["title"]


@notices("third-incident-not-listed")
def every_incident_is_listed(bench):
    recorded = {_record(bench)[1]["id"] for _ in range(3)}
    assert recorded <= {incident["id"] for incident in bench.listed("/incidents")}


@notices("incidents-by-both-filters-empty")
def filters_apply_together(bench):
    monitor, recorded = _record(bench)
    found = bench.listed("/incidents", monitor_id=monitor["id"], resolved="false")
    assert [incident["id"] for incident in found] == [recorded["id"]]


@notices("third-webhook-not-listed", "webhook-of-a-url-returned-again")
def every_webhook_is_listed(bench):
    registered = [_register(bench)["id"] for _ in range(3)]
    assert [hook["id"] for hook in bench.listed("/webhooks")] == registered


@notices("open-incidents-by-default")
def resolved_incidents_are_listed_too(bench):
    resolved = {incident["id"] for incident in bench.listed("/incidents", resolved="true")}
    assert resolved
    assert resolved <= {incident["id"] for incident in bench.listed("/incidents")}


@notices("slash-added-to-webhook-url")
def a_url_without_a_path_is_kept(bench):
    body = {"url": "http://127.0.0.1:9", "events": BOTH, "secret": "whsec_hidden"}
    assert bench.own.post("/webhooks", json=body).json()["url"] == body["url"]
