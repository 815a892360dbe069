"""Monitors go down, up and slow because somebody says so, and the API tells it everywhere alike."""

from datetime import datetime, timedelta

import pytest

from statuspool_mock.client import Control, RequestRefused


@pytest.fixture
def shop(world):
    return world.monitors.create("Shop", "https://perfect.test/", interval_seconds=60)


def status(api, monitor):
    return api.get(f"/monitors/{monitor['id']}/status").json()["status"]


def incidents(api, monitor, **query):
    query = {"monitor_id": monitor["id"], **query}
    return api.get("/incidents", params=query).json()["results"]


def test_a_monitor_is_down_at_once_and_until_it_is_released(world, api, shop):
    world.monitors.force_down(shop)
    assert status(api, shop) == "down"
    (incident,) = incidents(api, shop, resolved="false")
    assert set(incident["affected_regions"]) == set(shop["regions"])
    world.clock.advance("3h")
    assert status(api, shop) == "down"
    world.monitors.release(shop)
    assert status(api, shop) == "up"
    (incident,) = incidents(api, shop)
    assert incident["resolved_at"] == world.clock.read()["now"]


def test_it_is_down_for_a_duration(world, api, shop):
    world.monitors.force_down(shop, lasting="10m")
    world.clock.advance("9m")
    assert status(api, shop) == "down"
    world.clock.advance("2m")
    assert status(api, shop) == "up"


def test_a_minority_of_regions_down_is_degraded(world, api, shop):
    world.monitors.force_down(shop, regions=["us-east-1"])
    assert status(api, shop) == "degraded"
    rows = api.get(f"/monitors/{shop['id']}/logs", params={"limit": 100}).json()["results"]
    failing = {row["region"] for row in rows if row["error_message"] is not None}
    assert failing == {"us-east-1"}


def test_degraded_is_slow_and_up_beats_bad_luck(world, api):
    bad = world.monitors.create("Bad", "https://down.test/")
    assert status(api, bad) == "down"
    world.monitors.force_up(bad)
    assert status(api, bad) == "up"
    world.monitors.force_degraded(bad)
    assert status(api, bad) == "degraded"


def test_a_paused_monitor_is_not_checked(world, api, shop):
    paused_at = world.clock.read()["now"]
    assert world.monitors.pause(shop)["next_check_at"] is None
    world.clock.advance("1h")
    listed = api.get("/monitors", params={"status": "paused", "limit": 100}).json()["results"]
    assert shop["id"] in [monitor["id"] for monitor in listed]
    assert world.monitors.find(shop["id"])["last_check_at"] == paused_at
    assert world.monitors.resume(shop)["last_check_at"] == world.clock.read()["now"]


def test_an_outage_of_the_future_comes_and_goes(world, api, shop):
    start = datetime.fromisoformat(world.clock.read()["now"]) + timedelta(hours=1)
    end = start + timedelta(minutes=20)
    world.monitors.add_outage(
        shop,
        start=start.isoformat(),
        end=end.isoformat(),
        status_code=503,
        error_message="Maintenance",
    )
    world.clock.set((start - timedelta(seconds=1)).isoformat())
    assert status(api, shop) == "up"
    world.clock.advance("2m")
    assert status(api, shop) == "down"
    rows = api.get(f"/monitors/{shop['id']}/logs", params={"from": start.isoformat()}).json()
    assert {(row["status_code"], row["error_message"]) for row in rows["results"]} == {
        (503, "Maintenance")
    }
    world.clock.set((end + timedelta(minutes=2)).isoformat())
    assert status(api, shop) == "up"


def test_an_outage_of_the_past_rewrites_history_and_tells_nobody(world, api, shop):
    world.clock.advance("2d")
    assert incidents(api, shop) == []
    now = datetime.fromisoformat(world.clock.read()["now"])
    start = (now - timedelta(days=1)).isoformat()
    world.monitors.add_outage(shop, start=start, lasting="30m")
    (incident,) = incidents(api, shop)
    assert 29 * 60 <= incident["duration_seconds"] <= 31 * 60
    assert incident["resolved_at"] is not None
    facts = world.clock.advance("1m")["facts"]
    assert shop["id"] not in [fact["monitor_id"] for fact in facts]
    sla = api.get(f"/monitors/{shop['id']}").json()["sla_30d"]
    assert sla["incidents"] == 1
    assert sla["failed_checks"] == 90


def test_scripted_outages_can_be_called_off(world, api, shop):
    world.monitors.add_outage(shop, lasting="5h")
    world.clock.advance("1h")
    assert status(api, shop) == "down"
    world.monitors.clear_outages(shop)
    assert status(api, shop) == "up"
    world.clock.advance("6h")
    assert status(api, shop) == "up"


@pytest.mark.parametrize(
    ("act", "status_code"),
    [
        (lambda w, m: w.monitors.force_down(m, regions=["mars-north-1"]), 400),
        (lambda w, m: w.monitors.force_down(m, regions=[]), 400),
        (lambda w, m: w.monitors.force_down(m, lasting="-5m"), 400),
        (
            lambda w, m: w._call("PUT", f"/_mock/monitors/{m['id']}/status", {"status": "paused"}),
            400,
        ),
        (lambda w, m: w._call("PUT", f"/_mock/monitors/{m['id']}/status", {}), 400),
        (lambda w, m: w.monitors.add_outage(m, start="x"), 400),
        (lambda w, m: w.monitors.add_outage(m, start="2001-01-01T00:00:00Z"), 400),
        (lambda w, m: w.monitors.add_outage(m, status_code=7), 400),
        (lambda w, m: w.monitors.add_outage(m, regions=["mars-north-1"]), 400),
        (lambda w, m: w.monitors.pause("4f2a8c1e-0000-4000-8000-000000000000"), 404),
        (lambda w, m: w.monitors.release("nonsense"), 404),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(world, shop, act, status_code):
    before = world.snapshot()
    with pytest.raises(RequestRefused) as refused:
        act(world, shop)
    assert refused.value.status == status_code
    assert world.snapshot() == before


def test_the_rival_team_drives_its_own_monitors_only(world, server, key, shop):
    with Control(server.control_url, api_key=f"{key}.rival") as rival:
        theirs = rival.monitors.create("Theirs")
        assert rival.monitors.force_down(theirs)["status"] == "down"
        with pytest.raises(RequestRefused) as refused:
            rival.monitors.force_down(shop)
        assert refused.value.status == 403
        with pytest.raises(RequestRefused):
            world.monitors.force_down(theirs)


def test_hostile_names_go_through_unharmed(world):
    name = '<img src=x onerror="alert(1)"> — \u202e 🦆'
    world.monitors.create(name)
    assert world.monitors.find(name)["name"] == name
