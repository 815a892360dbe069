"""Outage scripts are played live, in time-lapse or step by step, over the chosen monitors."""

from datetime import datetime

import pytest

from statuspool_mock.client import RequestRefused
from statuspool_mock.simulation import monitor_updates
from statuspool_mock.web.control import outage_scripts


def test_every_script_is_listed_and_can_be_played(world):
    for script in world.outage_scripts():
        world.keep("before")
        play = world.play(script["name"], seed=4)
        assert play["steps"]
        facts = world.clock.set(play["end"])["facts"]
        changed = {fact["monitor_id"] for fact in facts if fact["kind"] == "status_changed"}
        assert len(changed) >= 6, script["name"]
        world.rewind("before")


def test_only_the_monitors_with_the_tag_play(world):
    world.reset(scenario="empty")
    world.clock.freeze()
    url = "https://perfect.test/"
    inside = [world.monitors.create(f"In {n}", url, tags=["shop"])["id"] for n in range(3)]
    outside = world.monitors.create("Out", url)["id"]
    play = world.play({"name": "global-outage", "tag": "shop"})
    facts = world.clock.set(play["end"])["facts"]
    down = {fact["monitor_id"] for fact in facts if fact.get("current") == "down"}
    assert down == set(inside)
    assert outside not in {fact["monitor_id"] for fact in facts}


def test_scripts_play_together_each_at_its_time(world):
    play = world.play(
        {"name": "single-region", "region": "us-east-1"}, {"name": "flapping", "after": "3h"}
    )
    start = datetime.fromisoformat(play["start"])
    last = max(datetime.fromisoformat(step["at"]) for step in play["steps"])
    assert play["scripts"] == ["single-region", "flapping"]
    assert (last - start).total_seconds() > 3 * 3600


def test_step_by_step_moves_from_cue_to_cue(world):
    play = world.play("deploy-brownout", pace="step")
    assert world.clock.read()["mode"] == "frozen"
    for step in play["steps"]:
        if datetime.fromisoformat(world.clock.read()["now"]) < datetime.fromisoformat(step["at"]):
            assert world.step()["now"] == step["at"]
    with pytest.raises(RequestRefused, match="last step") as refused:
        world.step()
    assert refused.value.status == 409


@pytest.mark.slow
def test_a_time_lapse_ends_with_the_play(world):
    play = world.play("single-region", pace="time-lapse", rate=400)
    assert world.clock.read()["until"] == play["end"]
    while world.clock.read()["mode"] == "scaled":
        pass  # twenty minutes pass in three seconds
    assert world.clock.read()["now"] == play["end"]
    assert world.clock.read()["mode"] == "frozen"


def test_a_play_is_broken_off(world):
    world.monitors.create("Star", "https://perfect.test/")
    world.play("global-outage")
    world.clock.advance("15m")
    star = world.monitors.find("Star")
    assert star["status"] == "down"
    with pytest.raises(RequestRefused, match="stop it first") as refused:
        world.play("flapping")
    assert refused.value.status == 409
    world.stop()
    assert world.monitors.find("Star")["status"] == "up"
    with pytest.raises(RequestRefused) as refused:
        world.stop()
    assert refused.value.status == 404


@pytest.mark.parametrize(
    "scene",
    [
        {"name": "hamlet"},
        {"name": "flapping", "tag": "nobody has this"},
        {"name": "flapping", "region": "mars-north-1"},
        {"name": "flapping", "after": "never"},
        {"name": "flapping", "monitor_ids": ["4f2a8c1e-0000-4000-8000-000000000000"]},
        {"name": "flapping", "monitor_ids": []},
        {},
    ],
)
def test_what_cannot_be_played_is_refused_and_changes_nothing(world, scene):
    before = world.snapshot()
    with pytest.raises(RequestRefused) as refused:
        world.play(scene)
    assert refused.value.status == 400
    assert world.snapshot() == before


def test_a_play_concerns_a_bounded_number_of_monitors(world, monkeypatch):
    monkeypatch.setattr(outage_scripts, "MOST_PLAYED", 20)
    with pytest.raises(RequestRefused, match="at most 20 monitors over all scripts") as refused:
        world.play("flapping", "recovery-storm")
    assert refused.value.status == 400
    assert world.play("flapping")["scripts"] == ["flapping"]


def test_a_monitor_has_a_bounded_number_of_outages(world, monkeypatch):
    monkeypatch.setattr(monitor_updates, "MOST_OVERLAYS", 2)
    monkeypatch.setattr(outage_scripts, "MOST_OVERLAYS", 2)
    made = world.monitors.create("Star", "https://perfect.test/")
    for _ in range(2):
        world.monitors.force_down(made)
    with pytest.raises(RequestRefused, match="2 outages and forced statuses"):
        world.monitors.force_down(made)
    with pytest.raises(RequestRefused, match="more than 2 outages"):
        world.play("global-outage")
    world.monitors.release(made)
    assert world.monitors.find("Star")["status"] == "up"


def test_the_list_has_what_is_being_played(world):
    assert "playing" not in world._call("GET", "/_mock/outage-scripts")
    play = world.play("global-outage")
    assert world._call("GET", "/_mock/outage-scripts")["playing"] == play
    world.stop()
    assert "playing" not in world._call("GET", "/_mock/outage-scripts")
