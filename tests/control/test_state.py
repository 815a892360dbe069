"""Worlds are reset, saved, rewound and shared, dice included."""

import json
import subprocess
import time

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspool_mock.client import Control, RequestRefused
from tests.mock_process import command
from tests.webhooks.receiver import Receiver

NEW = {"name": "Shop", "url": "https://shop.example.com/", "interval_seconds": 60}


def listing(api):
    return api.get("/monitors", params={"limit": 100}).json()


def test_reset_begins_again(world, api):
    world.faults.add(status=500, operation="listIncidents")
    world.clock.advance("2d")
    world.monitors.create("Gone soon")
    world.reset()
    assert "Gone soon" not in [monitor["name"] for monitor in listing(api)["results"]]
    assert world.clock.read()["mode"] == "live"
    assert world.faults.all() == []
    assert world.journal.count() == 1


def test_reset_takes_another_scenario_or_seed(world, api):
    world.reset(scenario="empty")
    assert listing(api)["results"] == []
    world.reset(seed=99)
    seeded = [monitor["id"] for monitor in listing(api)["results"]]
    world.reset()
    assert [monitor["id"] for monitor in listing(api)["results"]] != seeded
    with pytest.raises(RequestRefused, match="scenario: Must be one of: default"):
        world.reset(scenario="/etc/passwd")


def test_a_snapshot_brings_the_world_back_also_elsewhere(world, api, server):
    world.monitors.create("Kept")
    world.faults.add(operation="getMonitor", status=500, probability=0.5, seed=3)
    saved = json.loads(json.dumps(world.snapshot()))
    before = listing(api)
    world.clock.advance("3d")
    assert listing(api) != before
    assert world.restore(saved)["mode"] == "frozen"
    assert listing(api) == before
    with Control(server.control_url, api_key="sp_test_elsewhere") as other:
        other.restore(saved)
        headers = {"Authorization": "Bearer sp_test_elsewhere"}
        found = httpx.get(f"{server.url}/monitors?limit=100", headers=headers).json()
        assert found == before
        assert other.clock.advance("3d")["facts"] == world.clock.advance("3d")["facts"]
        assert other.snapshot() == world.snapshot()


def test_rewinding_brings_back_the_dice_too(world, api):
    world.faults.add(operation="listMonitors", status=500, probability=0.5, seed=8)
    [api.get("/monitors") for _ in range(7)]
    kept = world.keep("before the storm")
    assert [item["name"] for item in world.checkpoints()] == ["before the storm"]

    def luck():
        return [api.get("/monitors").status_code for _ in range(40)]

    first, facts = luck(), world.clock.advance("1d")["facts"]
    assert world.rewind("before the storm")["now"] == kept["now"]
    assert luck() == first
    assert world.clock.advance("1d")["facts"] == facts
    world.forget("before the storm")
    with pytest.raises(RequestRefused, match="Checkpoints: none"):
        world.rewind("before the storm")


def test_a_large_world_is_saved_and_restored_over_one_connection(world, api, server):
    world.reset(scenario="large")
    with httpx.Client(base_url=server.control_url, headers=api.headers) as client:
        saved = client.get("/_mock/snapshot")
        assert int(saved.headers["content-length"]) == len(saved.content) > 2_000_000
        assert client.put("/_mock/snapshot", content=saved.content).status_code == 200
        assert client.get("/_mock/snapshot").json()["world"] == saved.json()["world"]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"kind": "something else"},
        {"kind": "statuspool-mock snapshot", "version": 99},
        {"kind": "statuspool-mock snapshot", "version": 1},
        {"kind": "statuspool-mock snapshot", "version": 1, "world": {"version": 99}},
        {"kind": "statuspool-mock snapshot", "version": 1, "world": {"version": 1}},
    ],
)
def test_what_is_no_snapshot_changes_nothing(world, broken):
    before = world.snapshot()
    with pytest.raises(RequestRefused) as refused:
        world.restore(broken)
    assert refused.value.status == 400
    assert world.snapshot() == before


@pytest.mark.parametrize("name", ["clock", "faults", "rate_windows", "world"])
def test_a_snapshot_with_a_part_missing_or_bent_changes_nothing(world, name):
    before = world.snapshot()
    for value in (None, 7, "x", [7], {"version": 1, "monitors": [{}]}):
        with pytest.raises(RequestRefused) as refused:
            world.restore({**before, name: value})
        assert refused.value.status == 400
    assert world.snapshot() == before


PATHS = st.sampled_from(
    ["clock", "clock/advance", "monitors/x/status", "monitors/{id}/status", "monitors/{id}/outages",
     "play", "faults", "journal/verify", "snapshot"]
)  # fmt: skip
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["by", "to", "now", "mode", "rate", "status", "for", "regions", "from", "scenes",
             "name", "latency", "probability", "times", "ttl", "kind", "version", "world"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(method=st.sampled_from(["POST", "PUT", "DELETE"]), path=PATHS, body=JUNK)
def test_a_refused_command_changes_not_one_byte(world, method, path, body):
    monitor = world.monitors.all()[0]
    before = json.dumps(world.snapshot())
    status = 200
    try:
        world._call(method, f"/_mock/{path.format(id=monitor['id'])}", body)
    except RequestRefused as refused:
        status = refused.status
    assert status < 500
    assert status == 200 or json.dumps(world.snapshot()) == before


@pytest.mark.process
def test_a_case_file_replays_byte_for_byte_in_another_process(world, api, tmp_path):
    made = api.post("/monitors", json={**NEW, "tags": ["café"]}).json()
    world.clock.live()
    world.monitors.force_down(made, lasting="1h")
    world.faults.add(operation="listMonitors", status=500, probability=0.4, seed=5)
    world.faults.add(operation="getMonitor", breakage="truncated", times=1)
    for _ in range(20):
        api.get("/monitors")
    world.clock.advance("2h")
    api.get(f"/monitors/{made['id']}")
    api.get("/incidents")
    api.post("/monitors", content=b"\xff{", headers={"Content-Type": "application/json"})
    api.get("/monitors", headers={"Prefer": "code=500"})
    api.post(
        "/webhooks", json={"url": "https://a.example/", "events": ["sla_breach"], "secret": "s"}
    )
    api.delete(f"/monitors/{made['id']}")
    file = tmp_path / "case.json"
    case = world.case()
    file.write_text(json.dumps(case), "utf-8")
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No difference in 27 responses, byte for byte." in done.stdout

    told = next(step for step in case["exchanges"] if step["path"] == "/v1/incidents")
    told["content"] = told["content"].replace("is down", "is fine")
    file.write_text(json.dumps(case), "utf-8")
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "GET /v1/incidents" in done.stdout
    assert "is fine" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"kind": "statuspool-mock case", "version": 7}', "[" * 100_000]
)
def test_what_is_no_case_file_is_one_clear_line(tmp_path, text):
    file = tmp_path / "case.json"
    file.write_text(text)
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "case.json" in done.stderr


@pytest.mark.process
def test_a_truncated_case_file_is_refused(world, api, tmp_path):
    api.get("/monitors")
    case = world.case()
    del case["exchanges"][0]["content"]
    for text in (json.dumps(case), json.dumps(case)[:-40]):
        file = tmp_path / "case.json"
        file.write_text(text)
        done = subprocess.run(command("replay", str(file)), capture_output=True, check=False)
        assert done.returncode == 2


def replayed(case, tmp_path):
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), "utf-8")
    return subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)


def late(handler):
    time.sleep(1.5)
    handler.send_response(200)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.mark.process
@pytest.mark.parametrize("to_next", [False, True])
def test_a_slow_delivery_during_an_advance_moves_no_later_request(world, api, tmp_path, to_next):
    """While an advance waits for a delivery, a live world does not run on beside it."""
    made = api.post("/monitors", json=NEW).json()
    world.clock.live()
    world.monitors.force_down(made, lasting="5m")
    with Receiver(late, late) as receiver:
        hook = {"url": receiver.url, "events": ["status_change", "sla_breach"], "secret": "s"}
        api.post("/webhooks", json=hook).raise_for_status()
        world.webhooks.trigger("sla_breach", monitor_id=made["id"])
        world.clock.advance_to_next_event() if to_next else world.clock.advance("10m")
        api.post("/monitors", json={**NEW, "name": "Later"}).raise_for_status()
    done = replayed(world.case(), tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.process
@pytest.mark.parametrize("small", [1_000, 0])
def test_a_case_begins_where_everything_since_is_kept(world, api, tmp_path, small, monkeypatch):
    """After the journal was emptied, and after more than it holds, in small worlds and large."""
    monkeypatch.setattr("statuspool_mock.sandbox.sandbox._MOST_IN_A_SMALL_WORLD", small)
    api.post("/monitors", json=NEW)
    world.journal.clear()
    api.get("/monitors")
    case = world.case()
    assert [step["method"] for step in case["exchanges"]] == ["GET"]
    assert replayed(case, tmp_path).returncode == 0
    for number in range(1_600):
        api.put(
            f"/monitors/{case['state']['world']['monitors'][0]['id']}", json={"tags": [str(number)]}
        )
    case = world.case()
    assert 500 <= len(case["exchanges"]) <= 1_000
    assert replayed(case, tmp_path).returncode == 0


def test_where_too_much_was_said_there_is_no_case(world, api):
    body = json.dumps({**NEW, "tags": ["x" * 900_000]}).encode()
    for _ in range(6):
        api.post("/monitors", content=body, headers={"Content-Type": "application/json"})
    with pytest.raises(RequestRefused, match="too large to keep") as refused:
        world.case()
    assert refused.value.status == 409
