"""The eleven operations, through the front door."""

import pytest

NEW = {"name": "Checkout — 🚀 e\u0301", "url": "https://perfect.test", "interval_seconds": 30}


def test_a_created_monitor_has_the_documented_defaults(client):
    """Reference, POST /monitors: three regions, status 200."""
    response = client.post("/monitors", json=NEW)
    assert response.status_code == 201
    body = response.json()
    assert body["name"] == NEW["name"]
    assert body["regions"] == ["eu-central-1", "us-east-1", "ap-northeast-1"]
    assert (body["expected_status"], body["tags"]) == (200, [])
    assert response.headers["Location"] == f"/v1/monitors/{body['id']}"
    assert client.get(f"/monitors/{body['id']}").json()["name"] == NEW["name"]


def test_an_update_changes_what_is_sent_and_nothing_else(client, monitor):
    path = f"/monitors/{monitor['id']}"
    body = client.put(path, json={"interval_seconds": 30, "tags": ["a", "b"]}).json()
    assert body == {**monitor, "interval_seconds": 30, "tags": ["a", "b"]}
    assert client.get(path).json()["tags"] == ["a", "b"]
    assert client.put(path, json={}).json() == body


def test_a_deleted_monitor_is_gone_everywhere(client, monitor):
    path = f"/monitors/{monitor['id']}"
    response = client.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert "content-type" not in response.headers
    for method, below in [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/status"),
        ("GET", "/logs"),
    ]:
        again = client.request(method, path + below, json={} if method == "PUT" else None)
        assert again.status_code == 404
        assert again.json() == {
            "error": "NOT_FOUND",
            "message": f"Monitor {monitor['id']} not found",
        }
    listed = client.get("/monitors", params={"limit": 100}).json()["results"]
    assert monitor["id"] not in [item["id"] for item in listed]


def test_status_and_details_agree_with_the_log(client, monitor):
    path = f"/monitors/{monitor['id']}"
    status = client.get(f"{path}/status").json()
    details = client.get(path).json()
    rows = client.get(f"{path}/logs").json()["results"]
    assert status["last_check_at"] == details["last_check_at"] == rows[-1]["timestamp"]
    assert status["response_time_ms"] == rows[-1]["response_time_ms"]
    assert status["uptime_30d"] == details["sla_30d"]["uptime"] == 100
    assert details["sla_30d"]["checks"] == len(rows) == 3


def test_a_filter_shows_exactly_that_status(client):
    for host in ("down.test", "degraded.test"):
        client.post("/monitors", json={**NEW, "url": f"https://{host}"})
    for status in ("up", "down", "paused"):
        page = client.get("/monitors", params={"status": status, "limit": 100}).json()
        assert {item["status"] for item in page["results"]} <= {status}
    everyone = client.get("/monitors", params={"limit": 100, "page": 2}).json()["results"]
    assert {"down", "degraded"} <= {item["status"] for item in everyone}


def test_incidents_are_found_recorded_and_filtered(client, monitor):
    down = client.post("/monitors", json={**NEW, "url": "https://down.test"}).json()
    body = {"monitor_id": monitor["id"], "title": "Planned", "description": "**Tonight**"}
    recorded = client.post("/incidents", json=body)
    assert recorded.status_code == 201
    mine = client.get("/incidents", params={"monitor_id": monitor["id"]}).json()
    assert mine == {"results": [recorded.json()], "page": 1, "total_pages": 1}
    still_open = client.get("/incidents", params={"resolved": "false"}).json()["results"]
    assert {down["id"], monitor["id"]} <= {item["monitor_id"] for item in still_open}
    ended = client.get("/incidents", params={"resolved": "true"}).json()["results"]
    assert ended
    assert all(item["resolved_at"] and item["duration_seconds"] > 0 for item in ended)


def test_an_incident_of_nothing_is_a_404(client):
    unknown = "00000000-0000-4000-8000-000000000000"
    response = client.post("/incidents", json={"monitor_id": unknown, "title": "x"})
    assert (response.status_code, response.json()["error"]) == (404, "NOT_FOUND")


def test_a_webhook_has_both_ids_and_never_shows_its_secret(client):
    body = {"url": "https://hooks.example.com/x", "events": ["sla_breach"], "secret": "s3cr3t-key"}
    created = client.post("/webhooks", json=body)
    webhook = created.json()
    assert webhook["id"] == webhook["webhook_id"]
    assert webhook["active"] is True
    listed = client.get("/webhooks", params={"active": "true"})
    assert [item["id"] for item in listed.json()["results"]] == [webhook["id"]]
    assert client.get("/webhooks", params={"active": "false"}).json()["results"] == []
    assert "s3cr3t-key" not in created.text + listed.text


def test_a_page_past_the_end_is_empty_however_far(client):
    for page in (99, 10**30):
        body = client.get("/monitors", params={"page": page}).json()
        assert (body["results"], body["page"]) == ([], page)


def test_a_log_window_includes_its_bounds_and_needs_a_zone(client):
    path = "/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907/logs"
    window = {"from": "2025-01-14T19:31:00+01:00", "to": "2025-01-14T18:32:00.999Z"}
    times = {row["timestamp"] for row in client.get(path, params=window).json()["results"]}
    assert times == {"2025-01-14T18:31:00Z", "2025-01-14T18:32:00Z"}
    for wrong in ("2025-01-14T18:31:00", "2025-02-30T00:00:00Z", "yesterday"):
        details = client.get(path, params={"from": wrong}).json()["details"]
        assert details == [{"field": "from", "message": "Must be an ISO 8601 timestamp"}]
    turned = client.get(path, params={"from": window["to"], "to": "2025-01-14T18:31:00Z"})
    assert turned.json()["details"] == [{"field": "from", "message": "Must not be later than to"}]


def test_unknown_fields_and_parameters_are_ignored(client):
    response = client.post("/monitors?colour=blue", json={**NEW, "colour": "blue"})
    assert response.status_code == 201
    assert "colour" not in response.json()


@pytest.mark.parametrize("key", ["sp_test_{}", "sp_test_{}.rival"])
def test_two_sandboxes_never_see_each_other(client_for, name, key):
    one, other = client_for(key.format(name)), client_for(key.format(f"{name}x"))
    made = one.post("/monitors", json=NEW).json()
    assert other.get(f"/monitors/{made['id']}").status_code in {403, 404}
    before = other.get("/monitors", params={"limit": 1}).json()["total_pages"]
    assert one.get("/monitors", params={"limit": 1}).json()["total_pages"] == before + 1
