"""One clock for everything, moved in order and told in full."""

from datetime import datetime, timedelta

import pytest

from statuspool_mock.client import RequestRefused
from statuspool_mock.sandbox import advancing


def instant(text):
    return datetime.fromisoformat(text)


def test_a_frozen_clock_stands_still_and_everything_reads_it(world, api):
    now = world.clock.read()["now"]
    made = world.monitors.create("Here and now")
    assert made["created_at"] == made["last_check_at"] == now
    stands = {"now": now, "mode": "frozen", "rate": 0, "until": None, "lag_seconds": 0}
    assert world.clock.read() == stands
    assert api.get(f"/monitors/{made['id']}/status").json()["last_check_at"] == now


def test_advancing_moves_checks_and_tells_what_happened_in_order(world, api):
    made = world.monitors.create("Down soon", "https://flapping.test/", interval_seconds=30)
    before = instant(world.clock.read()["now"])
    moved = world.clock.advance("2h")
    assert instant(moved["from"]) == before
    assert instant(moved["now"]) == before + timedelta(hours=2)
    assert moved["complete"] is True
    times = [instant(fact["at"]) for fact in moved["facts"]]
    assert times == sorted(times)
    mine = [fact for fact in moved["facts"] if fact["monitor_id"] == made["id"]]
    assert {fact["kind"] for fact in mine} >= {"status_changed", "incident_opened"}
    opened = [fact for fact in mine if fact["kind"] == "incident_opened"]
    found = api.get("/incidents", params={"monitor_id": made["id"]}).json()["results"]
    since = [item["started_at"] for item in reversed(found) if instant(item["started_at"]) > before]
    assert [fact["at"] for fact in opened] == since  # it may have been down from its first check


def test_the_next_event_is_the_first_thing_that_happens(world):
    before = instant(world.clock.read()["now"])
    moved = world.clock.advance_to_next_event()
    assert moved["facts"]
    assert {fact["at"] for fact in moved["facts"]} == {moved["now"]}
    assert instant(moved["now"]) > before


def test_where_nothing_happens_the_next_event_is_the_end_of_the_look_ahead(world):
    world.reset(scenario="empty")
    world.clock.freeze()
    before = instant(world.clock.read()["now"])
    moved = world.clock.advance_to_next_event(within="3h")
    assert moved["facts"] == []
    assert instant(moved["now"]) == before + timedelta(hours=3)


def test_time_goes_on_at_the_rate_that_was_asked_for(world):
    assert world.clock.scale(3600)["mode"] == "scaled"
    first = instant(world.clock.read()["now"])
    while instant(world.clock.read()["now"]) < first + timedelta(hours=1):
        pass  # an hour of the world takes a second
    assert world.clock.live()["mode"] == "live"
    assert world.clock.freeze()["mode"] == "frozen"


def test_setting_the_clock_lets_what_falls_due_happen(world):
    made = world.monitors.create("Checked", interval_seconds=60)
    target = instant(world.clock.read()["now"]) + timedelta(minutes=10)
    moved = world.clock.set(target.isoformat())
    assert instant(moved["now"]) == target
    assert moved["mode"] == "frozen"
    assert instant(world.monitors.find(made["id"])["last_check_at"]) == target


def test_the_clock_does_not_go_back(world):
    now = world.clock.read()["now"]
    with pytest.raises(RequestRefused, match="rewind to a checkpoint") as refused:
        world.clock.set("2020-01-01T00:00:00Z")
    assert refused.value.status == 409
    assert world.clock.read()["now"] == now


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"by": "5x"}, "by"),
        ({"by": "-5m"}, "by"),
        ({"by": "0s"}, "by"),
        ({"by": 5}, "by"),
        ({"by": "5m", "to": "2030-01-01T00:00:00Z"}, "body"),
        ({"to": "soon"}, "to"),
        ({"to_next_event": "yes"}, "to_next_event"),
        ({"by": "99999d"}, "by"),
        ({"to": "9999-06-01T00:00:00Z"}, "to"),
    ],
)
def test_moves_that_make_no_sense_are_refused_by_name(world, body, field):
    with pytest.raises(RequestRefused) as refused:
        world._call("POST", "/_mock/clock/advance", body)
    assert refused.value.status == 400
    assert [item["field"] for item in refused.value.details] == [field]


def test_one_move_does_a_bounded_amount_of_work_and_says_so(world, monkeypatch):
    monkeypatch.setattr(advancing, "MOST_CHANGES", 1_000)
    moved = world.clock.advance("4d")
    assert moved["complete"] is False
    assert "Advance again" in moved["note"]
    assert instant(moved["now"]) < instant(moved["from"]) + timedelta(days=4)
    monkeypatch.undo()
    assert world.clock.set((instant(moved["from"]) + timedelta(days=4)).isoformat())["complete"]


def test_time_ends_before_the_calendar_does(world):
    world.reset(scenario="empty")
    world.clock.freeze()
    world.clock.set("9998-12-31T00:00:00Z")
    with pytest.raises(RequestRefused, match="9999-01-01"):
        world.clock.advance("30d")
    with pytest.raises(RequestRefused, match="9999-01-01"):
        world.clock.advance_to_next_event(within="30d")
    world.clock.scale(1_000_000)
    while world.clock.read()["now"] < "9999":
        pass  # a day passes in a tenth of a second
    made = world.monitors.create("Late", "https://perfect.test/")
    world.monitors.force_down(made, lasting="3000d")
    assert world.clock.read()["now"] == "9999-01-01T00:00:00Z"
    assert world.clock.read()["lag_seconds"] == 0
