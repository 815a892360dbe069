"""Keys, roles and teams."""

from base64 import b64encode

from tests.mutants.bench import NEW, notices, refused


@notices("key-not-needed", "unauthorized-as-403", "unauthorized-in-plain-text")
def a_key_is_needed(bench):
    bench.get("/monitors")
    refused(bench.client().get("/monitors"), 401, "UNAUTHORIZED")


@notices("status-needs-no-key")
def status_needs_a_key(bench):
    monitor = bench.create()
    refused(bench.client().get(f"/monitors/{monitor['id']}/status"), 401, "UNAUTHORIZED")


@notices("incidents-need-no-key")
def incidents_need_a_key(bench):
    bench.get("/incidents")
    refused(bench.client().get("/incidents"), 401, "UNAUTHORIZED")


@notices("unknown-key-accepted")
def the_key_must_be_known(bench):
    refused(bench.client("Bearer nobody-knows-me").get("/monitors"), 401, "UNAUTHORIZED")


@notices("unknown-key-reads-logs")
def the_key_must_be_known_for_logs(bench):
    path = f"/monitors/{bench.create()['id']}/logs"
    refused(bench.client("Bearer nobody-knows-me").get(path), 401, "UNAUTHORIZED")


@notices("revoked-key-accepted")
def a_revoked_key_is_none(bench):
    revoked = bench.client(f"Bearer {bench.key}.revoked")
    refused(revoked.get("/monitors"), 401, "UNAUTHORIZED")


@notices("scheme-not-checked")
def the_scheme_is_bearer(bench):
    encoded = b64encode(f"{bench.key}:".encode()).decode()
    for authorization in (f"Token {bench.key}", f"Basic {encoded}", f"Basic {bench.key}"):
        refused(bench.client(authorization).get("/monitors"), 401, "UNAUTHORIZED")


@notices("bare-key-accepted")
def a_bare_key_is_none(bench):
    refused(bench.client(bench.key).get("/monitors"), 401, "UNAUTHORIZED")


@notices("read-only-key-creates-monitors", "read-only-key-refused-as-401")
def a_reader_creates_nothing(bench):
    refused(bench.reader.post("/monitors", json=NEW), 403, "FORBIDDEN")


@notices("read-only-key-updates-monitors")
def a_reader_changes_nothing(bench):
    path = f"/monitors/{bench.create()['id']}"
    refused(bench.reader.put(path, json={"name": "Taken"}), 403, "FORBIDDEN")


@notices("read-only-key-deletes-monitors")
def a_reader_deletes_nothing(bench):
    refused(bench.reader.delete(f"/monitors/{bench.create()['id']}"), 403, "FORBIDDEN")


@notices("read-only-key-records-incidents")
def a_reader_records_nothing(bench):
    body = {"monitor_id": bench.create()["id"], "title": "Work"}
    refused(bench.reader.post("/incidents", json=body), 403, "FORBIDDEN")


@notices("read-only-key-registers-webhooks")
def a_reader_registers_nothing(bench):
    body = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}
    refused(bench.reader.post("/webhooks", json=body), 403, "FORBIDDEN")


@notices("read-only-key-cannot-read-logs", "read-only-key-reads-nothing")
def a_reader_reads_everything(bench):
    path = f"/monitors/{bench.create()['id']}"
    for readable in ("/monitors", path, f"{path}/status", f"{path}/logs", "/incidents"):
        bench.get(readable, bench.reader)


def _foreign(bench):
    return bench.create(bench.rival)["id"]


@notices("others-monitor-readable")
def others_monitors_are_hidden(bench):
    refused(bench.own.get(f"/monitors/{_foreign(bench)}"), 403, "FORBIDDEN")


@notices("others-status-readable")
def others_status_is_hidden(bench):
    refused(bench.own.get(f"/monitors/{_foreign(bench)}/status"), 403, "FORBIDDEN")


@notices("others-logs-readable")
def others_logs_are_hidden(bench):
    refused(bench.own.get(f"/monitors/{_foreign(bench)}/logs"), 403, "FORBIDDEN")


def _hides_from_reader(suffix):
    def probe(bench):
        path = f"/monitors/{_foreign(bench)}{suffix}"
        refused(bench.reader.get(path), 403, "FORBIDDEN")

    return probe


notices("others-details-readable-with-read-only-key")(_hides_from_reader(""))
notices("others-status-readable-with-read-only-key")(_hides_from_reader("/status"))
notices("others-logs-readable-with-read-only-key")(_hides_from_reader("/logs"))


@notices("others-monitor-updatable")
def others_monitors_stay_as_they_are(bench):
    monitor_id = _foreign(bench)
    refused(bench.own.put(f"/monitors/{monitor_id}", json={"name": "Taken"}), 403, "FORBIDDEN")
    assert bench.get(f"/monitors/{monitor_id}", bench.rival)["name"] == NEW["name"]


@notices("others-monitor-deletable")
def others_monitors_stay_where_they_are(bench):
    monitor_id = _foreign(bench)
    refused(bench.own.delete(f"/monitors/{monitor_id}"), 403, "FORBIDDEN")
    bench.get(f"/monitors/{monitor_id}", bench.rival)


@notices("others-incident-recordable")
def others_incidents_are_theirs_to_record(bench):
    body = {"monitor_id": _foreign(bench), "title": "Work"}
    refused(bench.own.post("/incidents", json=body), 403, "FORBIDDEN")


@notices("monitors-of-all-teams")
def the_list_holds_own_monitors_only(bench):
    monitor_id = _foreign(bench)
    assert monitor_id not in {monitor["id"] for monitor in bench.listed(limit=100)}


@notices("filtered-monitors-of-all-teams")
def the_filtered_list_holds_own_monitors_only(bench):
    monitor_id = _foreign(bench)
    assert monitor_id not in {m["id"] for m in bench.listed(limit=100, status="up")}


@notices("incidents-of-all-teams")
def incidents_are_the_teams_own(bench):
    body = {"monitor_id": _foreign(bench), "title": "Theirs"}
    recorded = bench.rival.post("/incidents", json=body).json()
    assert recorded["id"] not in {incident["id"] for incident in bench.listed("/incidents")}


@notices("others-incidents-by-monitor")
def others_incidents_cannot_be_asked_for(bench):
    response = bench.own.get("/incidents", params={"monitor_id": _foreign(bench)})
    refused(response, 403, "FORBIDDEN")


@notices("webhooks-of-all-teams")
def webhooks_are_the_teams_own(bench):
    body = {"url": "http://127.0.0.1:9/", "events": ["sla_breach"], "secret": "s"}
    hook = bench.rival.post("/webhooks", json=body).json()
    assert hook["id"] not in {listed["id"] for listed in bench.listed("/webhooks")}


@notices("read-only-key-reads-first-page-of-logs")
def a_reader_reads_pages(bench):
    path = f"/monitors/{bench.create()['id']}/logs"
    first, second = (bench.listed(path, bench.reader, limit=1, page=page) for page in (1, 2))
    assert first != second


@notices("read-only-key-reads-all-incidents")
def a_reader_filters_incidents(bench):
    listed = bench.listed("/incidents", bench.reader, resolved="true")
    assert listed
    assert all(incident["resolved_at"] for incident in listed)
