"""What clients asked and got can be looked at, counted, verified and exported, without secrets."""

import json

import httpx
import pytest

from statuspool_mock.client import RequestRefused

NEW = {"name": "Shop — Zürich", "url": "https://shop.example.com/", "interval_seconds": 60}
HOOK = {"url": "https://hooks.example.com/", "events": ["status_change"], "secret": "whsec_hush"}


def test_exchanges_are_found_by_operation_status_and_monitor(world, api):
    made = api.post("/monitors", json=NEW).json()
    api.get(f"/monitors/{made['id']}")
    api.get("/monitors", params={"limit": 0})
    api.get("/nowhere")
    assert [entry["operation"] for entry in world.journal.all()] == [
        None, "listMonitors", "getMonitor", "createMonitor",
    ]  # fmt: skip
    assert world.journal.count(operation="createMonitor") == 1
    assert world.journal.count(status=400) == 1
    assert world.journal.count(monitor_id=made["id"]) == 1
    assert [entry["error"] for entry in world.journal.all(status=400)] == ["INVALID_REQUEST"]


def test_exchanges_are_found_by_text_and_time(world, api):
    began = world.clock.read()["now"]
    api.get("/monitors", params={"tag": "Payments", "token": "hush"})
    world.clock.advance("1h")
    api.get("/incidents")
    assert world.journal.count(text="tag=payments") == 1
    assert world.journal.count(text="GET /v1") == 2
    assert world.journal.count(text="listincidents") == 1
    assert world.journal.count(text="hush") == 0
    assert [one["operation"] for one in world.journal.all(to=began)] == ["listMonitors"]
    later = world.clock.read()["now"]
    assert [one["operation"] for one in world.journal.all(**{"from": later})] == ["listIncidents"]
    with pytest.raises(RequestRefused, match="from"):
        world.journal.all(**{"from": "yesterday"})


def test_driving_the_world_is_not_in_it(world):
    world.monitors.create("Through the API")
    world.clock.advance("1h")
    assert [entry["operation"] for entry in world.journal.all()] == ["createMonitor"]


def test_dead_keys_and_read_only_keys_are_in_their_worlds_journal(world, server, key):
    for role in (".revoked", ".expired", ".ro"):
        headers = {"Authorization": f"Bearer {key}{role}"}
        httpx.post(f"{server.url}/monitors", json=NEW, headers=headers)
    found = [(entry["role"], entry["status"]) for entry in world.journal.all()]
    assert found == [("read-only", 403), ("expired", 401), ("revoked", 401)]


def test_what_the_api_ignores_is_warned_of(world, api):
    api.post("/monitors?colour=red", json={**NEW, "intervall": 30})
    assert world.journal.all()[0]["warnings"] == [
        'createMonitor has no query parameter "colour"',
        'createMonitor has no field "intervall"',
    ]


def test_verify_counts_what_was_asked(world, api):
    api.post("/monitors", json={**NEW, "tags": ["x", "y"]})
    api.post("/monitors", json={**NEW, "tags": ["x"]})
    world.journal.verify(operation="createMonitor", body={"tags": ["x"]}, times=2)
    world.journal.verify(operation="createMonitor", status=201)
    world.journal.verify(operation="deleteMonitor", times=0)
    world.journal.verify(operation="createMonitor", at_least=1, at_most=2)
    world.journal.verify(method="POST", body={"name": NEW["name"], "interval_seconds": 60})


def test_verify_tells_the_near_misses(world, api):
    api.post("/monitors", json={**NEW, "tags": ["staging"]})
    api.get("/monitors", params={"status": "up"})
    with pytest.raises(AssertionError) as failed:
        world.journal.verify(operation="createMonitor", body={"tags": ["x"]}, times=2)
    assert "Expected exactly 2" in str(failed.value)
    assert "found 0" in str(failed.value)
    assert "body.tags does not contain 'x'" in str(failed.value)
    with pytest.raises(AssertionError, match="query status is 'up', not 'down'"):
        world.journal.verify(operation="listMonitors", query={"status": "down"})


@pytest.mark.parametrize(
    "expected",
    [{"times": -1}, {"times": 1, "at_least": 1}, {"statuss": 1}, {"body": []}, {"query": {"a": 1}}],
)
def test_a_verification_that_makes_no_sense_is_refused(world, expected):
    with pytest.raises(RequestRefused) as refused:
        world.journal.verify(**expected)
    assert refused.value.status == 400


def test_keys_and_secrets_are_masked_everywhere(world, api, key):
    created = api.post("/webhooks", json=HOOK).json()
    api.post("/webhooks", content=b'{"secret": "whsec_hush", broken')
    api.post("/webhooks", json={**HOOK, "nested": [{"secret": "whsec_hush"}]})
    shown = [world.journal.get(entry["number"]) for entry in world.journal.all()]
    everything = json.dumps([shown, world.journal.har(), world.case()])
    assert "whsec_hush" not in everything
    assert created["verification_token"] not in everything
    assert key not in everything
    assert "Bearer ***" in everything


def test_the_archive_is_har(world, api):
    api.post("/monitors?a=b", json=NEW)
    log = world.journal.har()["log"]
    assert log["version"] == "1.2"
    (entry,) = log["entries"]
    assert entry["request"]["url"].endswith("/v1/monitors?a=b")
    assert entry["request"]["queryString"] == [{"name": "a", "value": "b"}]
    assert json.loads(entry["request"]["postData"]["text"]) == NEW
    assert entry["response"]["status"] == 201
    assert json.loads(entry["response"]["content"]["text"])["name"] == NEW["name"]
    assert entry["time"] == entry["timings"]["wait"] > 0
    for part in ("startedDateTime", "cache"):
        assert part in entry


def test_coverage_tells_what_was_never_seen(world, api):
    api.get("/monitors", params={"limit": 5})
    api.get("/monitors", params={"limit": 0})
    made = world.monitors.create("Degraded")
    world.monitors.force_degraded(made)
    api.get(f"/monitors/{made['id']}/status")
    cells = {
        (cell["operation"], cell["status"], cell["state"]): cell["count"]
        for cell in world.journal.coverage()["cells"]
    }
    assert cells["listMonitors", 200, None] == 1
    assert cells["listMonitors", 400, None] == 1
    assert cells["listMonitors", 200, "more pages"] > 0
    assert cells["getMonitorStatus", 200, "degraded"] > 0
    assert cells["getMonitorStatus", 200, "down"] == 0
    assert cells["listMonitors", 429, None] == 0
    coverage = world.journal.coverage()
    assert coverage["met"] + coverage["unmet"] == len(coverage["cells"])
    assert coverage["percent"] == round(100 * coverage["met"] / len(coverage["cells"]), 1)


def test_it_is_bounded_and_says_from_where_it_is_kept(world, api):
    for _ in range(1_050):
        api.get("/monitors?limit=1")
    response = world._call("GET", "/_mock/journal", limit=2000)
    assert response["total"] <= 1_000
    assert response["kept_from"] > 1
    with pytest.raises(RequestRefused, match="There is no exchange 1"):
        world.journal.get(1)


def test_large_bodies_do_not_fill_the_memory(world, api):
    body = json.dumps({**NEW, "tags": ["x" * 900_000]}).encode()
    headers = {"Content-Type": "application/json"}
    for _ in range(12):
        api.post("/monitors", content=body, headers=headers)
    assert world.journal.count() < 10


def test_it_can_be_forgotten(world, api):
    api.get("/monitors")
    world.journal.clear()
    assert world.journal.all() == []
    assert world.journal.coverage()["met"] == 0


def test_a_path_of_the_document_is_no_value_of_a_similar_one(world, api):
    api.get("/monitors")
    number = world.journal.all()[0]["number"]
    assert world.journal.get(number)["number"] == number
    assert world.journal.count() == 1
    with pytest.raises(RequestRefused) as refused:
        world.journal.get(number + 1)
    assert refused.value.status == 404
