"""Endpoints receive what the reference promises: signed, in order, retried, logged."""

import base64
import hashlib
import hmac
import json
import subprocess
import threading
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mock_process import command
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import Receiver


def instant(text):
    return datetime.fromisoformat(text)


def seconds_between(tries):
    at = [instant(one["at"]) for one in tries]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(at)]


def test_an_outage_is_told_in_order_with_signatures_as_documented(world, shop, receiver):
    world.monitors.force_down(shop, lasting="10m")
    world.clock.advance("1h")
    assert receiver.events == ["status_change", "incident_created", "sla_breach", "status_change"]
    for sent in receiver.sent:
        expected = hmac.new(SECRET.encode(), sent.body, hashlib.sha256).hexdigest()
        assert sent.headers["X-Statuspool-Signature"] == expected
        assert sent.headers["Content-Type"] == "application/json"
        assert set(sent.payload) == {"id", "event", "created_at", "data"}
    down, incident, _, up = (sent.payload for sent in receiver.sent)
    assert down["data"]["monitor"]["name"] == "Shop — Zürich"
    assert (down["data"]["previous_status"], down["data"]["monitor"]["status"]) == ("up", "down")
    assert up["data"]["monitor"]["status"] == "up"
    assert incident["data"]["incident"]["monitor_id"] == shop["id"]
    assert len({sent.payload["id"] for sent in receiver.sent}) == 4


def test_advance_answers_after_everything_was_delivered(world, shop, receiver):
    world.monitors.force_down(shop, lasting="1m")
    facts = world.clock.advance("5m")["facts"]
    assert {fact["kind"] for fact in facts} >= {"status_changed", "incident_resolved"}
    assert receiver.events[-1] == "status_change"
    assert world.webhooks.all()[0]["waiting"] == 0


def test_only_what_an_endpoint_subscribed_to_arrives_and_only_its_teams(world, shop, server):
    with Receiver() as some, Receiver() as theirs:
        world.webhooks.register(some.url, secret="s", events=("incident_created",))
        key = world._http.headers["Authorization"].removeprefix("Bearer ")
        with Control(server.control_url, api_key=f"{key}.rival") as rival:
            rival.webhooks.register(theirs.url, secret="s")
            world.monitors.force_down(shop)
            world.clock.advance("10m")
            assert some.events == ["incident_created"]
            assert theirs.events == []
            assert rival.webhooks.deliveries() == []
            (mine,) = world.webhooks.deliveries()
            with pytest.raises(RequestRefused):
                rival.webhooks.delivery(mine["number"])


def test_an_incident_recorded_by_hand_is_told(world, shop, receiver):
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Planned work"})
    receiver.wait_for(1)
    assert receiver.sent[0].payload["data"]["incident"]["title"] == "Planned work"


def test_retries_come_on_the_worlds_clock_with_the_same_id_and_bytes(world, shop, receiver):
    receiver.responses += [500, 302, 404, 503, 500]
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Planned work"})
    receiver.wait_for(1)
    world.clock.advance("12h")
    assert len(receiver.sent) == 6
    assert len({sent.body for sent in receiver.sent}) == 1
    (delivery,) = world.webhooks.deliveries()
    assert delivery["outcome"] == "delivered"
    tries = world.webhooks.delivery(delivery["number"])["tries"]
    assert seconds_between(tries) == [5, 300, 1800, 7200, 18000]
    assert [one["status"] for one in tries] == [500, 302, 404, 503, 500, 200]


def test_the_sixth_failure_is_the_last_and_the_next_event_goes_on(world, shop, receiver):
    receiver.responses += [500] * 6
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "First"})
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Second"})
    world.clock.advance("1d")
    assert [row["outcome"] for row in world.webhooks.deliveries()] == ["delivered", "failed"]
    titles = [sent.payload["data"]["incident"]["title"] for sent in receiver.sent]
    assert titles == ["First"] * 6 + ["Second"]
    assert world.webhooks.redeliver() == 1
    assert receiver.sent[-1].payload["data"]["incident"]["title"] == "First"


def test_events_stay_in_order_while_one_is_retried(world, shop, receiver):
    receiver.responses += [500, 500]
    world.monitors.force_down(shop, lasting="2m")
    world.clock.advance("1h")
    ids = [sent.payload["id"] for sent in receiver.sent]
    assert ids[0] == ids[1] == ids[2]
    created = [sent.payload["created_at"] for sent in receiver.sent]
    assert created == sorted(created)
    assert len(set(ids)) == 4


@pytest.mark.parametrize(("told", "seconds"), [("900", 900), ("2", 5)])
def test_retry_after_is_honoured(world, shop, receiver, told, seconds):
    receiver.responses += [(429, ("Retry-After", told))]
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Busy"})
    world.clock.advance("1h")
    tries = world.webhooks.delivery(world.webhooks.deliveries()[0]["number"])["tries"]
    assert seconds_between(tries) == [seconds]


def test_410_disables_the_endpoint(world, shop, receiver):
    receiver.responses += [410]
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Gone"})
    world.clock.advance("1h")
    world.monitors.force_down(shop)
    world.clock.advance("1d")
    assert len(receiver.sent) == 1
    listed = world._call("GET", "/v1/webhooks")["results"]
    assert [webhook["active"] for webhook in listed] == [False]
    assert world._call("GET", "/v1/webhooks", active="true")["results"] == []
    assert world.webhooks.deliveries()[0]["reason"] == "the endpoint is gone (410)"


@pytest.mark.usefixtures("receiver")
def test_last_triggered_at_is_when_it_was_tried(world, shop):
    assert world._call("GET", "/v1/webhooks")["results"][0]["last_triggered_at"] is None
    world.clock.advance("3h")
    world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "Now"})
    world.clock.advance("1s")
    told = world._call("GET", "/v1/webhooks")["results"][0]["last_triggered_at"]
    assert instant(world.clock.read()["now"]) - instant(told) == timedelta(seconds=1)


def test_an_event_can_be_triggered(world, shop, receiver):
    for event in ("status_change", "incident_created", "sla_breach"):
        told = world.webhooks.trigger(event, monitor_id=shop["id"])
        assert receiver.sent[-1].payload["id"] == told["message_id"]
        assert receiver.sent[-1].payload["event"] == event
    assert [payload["event"] for payload in world.webhooks.received()] == receiver.events
    with pytest.raises(RequestRefused):
        world.webhooks.trigger("nonsense")


def test_triggering_without_anybody_to_tell_is_refused(world, shop):
    with pytest.raises(RequestRefused, match="No active webhook") as refused:
        world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    assert refused.value.status == 409


def test_a_delivery_shows_request_and_answer(world, shop, receiver):
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    row = world.webhooks.deliveries()[0]
    assert (row["outcome"], row["attempts"], row["status"]) == ("delivered", 1, 200)
    full = world.webhooks.delivery(row["number"])
    assert full["body"].encode() == receiver.sent[0].body
    headers = dict(full["tries"][0]["request_headers"])
    assert headers["X-Statuspool-Signature"] == receiver.sent[0].headers["X-Statuspool-Signature"]
    assert SECRET not in json.dumps([full, world.webhooks.all(), world.journal.har()])
    assert world.webhooks.redeliver(row["number"]) == 1
    assert receiver.sent[1].body == receiver.sent[0].body


def test_deliveries_are_lost_doubled_and_overtaken_on_demand(world, shop, receiver):
    world.faults.add(mishap="lost", times=1)
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    assert receiver.sent == []
    assert world.webhooks.deliveries()[0]["outcome"] == "lost"

    world.faults.add(mishap="twice", times=1)
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    assert len(receiver.sent) == 2
    assert receiver.sent[0].body == receiver.sent[1].body

    receiver.sent.clear()
    world.faults.add(mishap="out-of-order", times=1)
    first = world.webhooks.trigger("sla_breach", monitor_id=shop["id"])["message_id"]
    second = world.webhooks.trigger("status_change", monitor_id=shop["id"])["message_id"]
    world.clock.advance("5m")
    assert sorted(sent.payload["id"] for sent in receiver.sent) == sorted((first, second))


def test_of_two_at_once_the_second_overtakes(world, shop, receiver):
    world.faults.add(mishap="out-of-order", times=1)
    world.monitors.force_down(shop)
    world.clock.advance("1m")
    assert receiver.events[:2] == ["incident_created", "status_change"]


def test_a_live_world_tells_without_being_asked(world, receiver):
    world.clock.scale(60)
    world.monitors.create("Flaps", "https://flapping.test/", interval_seconds=30)
    receiver.wait_for(3)
    assert "status_change" in receiver.events


def test_a_receiver_may_call_the_api_back_while_it_is_told(world, shop, server):
    responses = []
    key = world._http.headers["Authorization"]

    def look(handler):
        url = f"{server.url}/monitors/{shop['id']}/status"
        responses.append(httpx.get(url, headers={"Authorization": key}).json()["status"])
        handler.send_response(204)
        handler.end_headers()

    with Receiver(look) as receiver:
        world.webhooks.register(receiver.url, secret="s", events=("status_change",))
        world.monitors.force_down(shop, lasting="1h")
        world.clock.advance("10m")
        assert responses == ["down"]


def test_waiting_events_survive_a_restart(tmp_path):
    settings = Settings(port=0, scenario="empty", data=tmp_path / "worlds")
    with Receiver(500, 500) as receiver:
        with RunningServer(settings) as server, Control(server.control_url) as world:
            world.clock.freeze()
            made = world.monitors.create("Shop", "https://perfect.test/")
            world.webhooks.register(receiver.url, secret="s", events=("incident_created",))
            world._call("POST", "/v1/incidents", {"monitor_id": made["id"], "title": "One"})
            world._call("POST", "/v1/incidents", {"monitor_id": made["id"], "title": "Two"})
            receiver.wait_for(1)
        with RunningServer(settings) as server, Control(server.control_url) as world:
            assert world.webhooks.all()[0]["waiting"] == 2
            world.clock.advance("1h")
        titles = [sent.payload["data"]["incident"]["title"] for sent in receiver.sent]
        assert titles == ["One", "One", "One", "Two"]


@pytest.mark.process
def test_a_case_with_deliveries_replays_without_them(world, shop, receiver, tmp_path):
    world.monitors.force_down(shop)
    world.clock.advance("1h")
    world._call("GET", "/v1/webhooks")
    world._call("GET", f"/v1/monitors/{shop['id']}")
    sent = len(receiver.sent)
    file = tmp_path / "case.json"
    file.write_text(json.dumps(world.case()), "utf-8")
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(receiver.sent) == sent


RANDOM = base64.b64encode(bytes(range(200, 225))).decode()  # of 25 bytes: it ends with "=="


def test_headers_of_standard_webhooks_come_only_where_asked_for(world, shop, receiver):
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    assert not any(name.lower().startswith("webhook-") for name in receiver.sent[0].headers)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (f"whsec_{RANDOM}", RANDOM),
        (RANDOM, RANDOM),
        (f"whsec_{RANDOM.rstrip('=')}", RANDOM),
        (RANDOM.rstrip("="), RANDOM),
        ("no base64!", base64.b64encode(b"no base64!").decode()),
    ],
)
def test_a_library_of_standard_webhooks_accepts_deliveries(receiver, secret, key):
    """Also of a sandbox whose clock is years away: the library compares with its own clock."""
    settings = Settings(port=0, scenario="empty", standard_webhooks=True)
    with RunningServer(settings) as server, Control(server.control_url) as other:
        other.clock.freeze()
        other.clock.set("2031-01-01T00:00:00Z")
        made = other.monitors.create("Shop", "https://perfect.test/")
        other.webhooks.register(receiver.url, secret=secret)
        other.webhooks.trigger("sla_breach", monitor_id=made["id"])
    sent = receiver.sent[-1]
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert Webhook(key).verify(sent.body, headers) == sent.payload
    assert headers["webhook-id"] == sent.payload["id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(sent.body + b" ", headers)


def test_a_hanging_receiver_harms_nobody_else(world, shop, receiver):
    released = threading.Event()

    def hang(handler):
        released.wait(30)
        handler.send_response(200)
        handler.end_headers()

    with Receiver(hang) as slow:
        world.webhooks.register(slow.url, secret="s", events=("incident_created",))
        world._call("POST", "/v1/incidents", {"monitor_id": shop["id"], "title": "One"})
        slow.wait_for(1)
        receiver.wait_for(1)  # while the other still hangs
        assert not released.is_set()
        released.set()


@pytest.mark.slow
def test_a_large_outage_is_told_to_many_without_loss(world):
    """Forty monitors go down at once; fifty endpoints hear of every one, in order, once."""
    made = [world.monitors.create(f"m {n}", "https://perfect.test/")["id"] for n in range(40)]
    with Receiver() as receiver:
        for number in range(50):
            url = f"{receiver.url}/{number}"
            world.webhooks.register(url, secret="s", events=("incident_created",))
        for monitor_id in made:
            world.monitors.force_down(monitor_id)
        while not world.clock.advance("1s")["complete"]:
            pass
        assert len(receiver.sent) == 40 * 50
        heard = [sent.payload["data"]["incident"]["monitor_id"] for sent in receiver.sent]
        assert {monitor_id: heard.count(monitor_id) for monitor_id in made} == dict.fromkeys(
            made, 50
        )
        assert {row["waiting"] for row in world.webhooks.all()} == {0}


def test_what_left_stays_told_when_its_world_goes_back_in_time(world, shop, receiver):
    """No delivery's number is given twice; one that was still to be tried again is given up."""
    world.keep("before")
    receiver.responses += [200, 500]
    for _ in range(2):
        world.webhooks.trigger("status_change", monitor_id=shop["id"])
    receiver.wait_for(2)
    world.rewind("before")
    assert [
        (one["number"], one["outcome"], one["reason"]) for one in world.webhooks.deliveries()
    ] == [(2, "failed", "the world was rewound"), (1, "delivered", None)]
    world.webhooks.trigger("status_change", monitor_id=shop["id"])
    receiver.wait_for(3)
    assert world.webhooks.deliveries()[0]["number"] == 3


@pytest.mark.parametrize(("status", "previous"), [("up", "down"), ("down", "up")])
def test_a_test_event_tells_of_a_change(world, shop, receiver, status, previous):
    if status == "down":
        world.monitors.force_down(shop)
        world.clock.advance("1s")
    world.webhooks.trigger("status_change", monitor_id=shop["id"])
    told = receiver.sent[-1].payload["data"]
    assert (told["previous_status"], told["monitor"]["status"]) == (previous, status)


@pytest.mark.usefixtures("receiver")
def test_deliveries_are_found_by_monitor_and_time(world, shop):
    other = world.monitors.create("Other", "https://perfect.test/")
    began = world.clock.read()["now"]
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    world.clock.advance("1h")
    world.webhooks.trigger("sla_breach", monitor_id=other["id"])
    (first,) = world.webhooks.deliveries(monitor_id=shop["id"])
    assert first["monitor_id"] == shop["id"]
    assert world.webhooks.deliveries(to=began) == [first]
    (second,) = world.webhooks.deliveries(**{"from": world.clock.read()["now"]})
    assert second["monitor_id"] == other["id"]


def test_a_disabled_endpoint_is_sent_nothing_until_it_is_enabled(world, shop, receiver):
    receiver.responses += [500]
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    (hook,) = world.webhooks.all()
    disabled = world.webhooks.disable(hook["id"])
    assert (disabled["active"], disabled["waiting"]) == (False, 0)
    assert world._call("GET", "/v1/webhooks", active="true")["results"] == []
    world.monitors.force_down(shop)
    world.clock.advance("1d")
    assert len(receiver.sent) == 1
    (delivery,) = world.webhooks.deliveries()
    assert (delivery["outcome"], delivery["reason"]) == ("failed", "the webhook was disabled")
    for again in (
        lambda: world.webhooks.trigger("sla_breach", webhook_id=hook["id"]),
        lambda: world.webhooks.redeliver(delivery["number"]),
    ):
        with pytest.raises(RequestRefused, match="is disabled; enable it first"):
            again()
    assert world.webhooks.redeliver() == 0
    assert world.webhooks.enable(hook["id"])["active"]
    assert world.webhooks.redeliver() == 1
    world.monitors.release(shop)
    world.clock.advance("5m")
    assert receiver.events == ["sla_breach", "sla_breach", "status_change"]


def test_a_deleted_endpoint_is_gone_and_its_deliveries_stay_in_the_log(world, shop, receiver):
    receiver.responses += [500]
    world.webhooks.trigger("sla_breach", monitor_id=shop["id"])
    (hook,) = world.webhooks.all()
    world.webhooks.delete(hook["id"])
    world.clock.advance("1d")
    assert len(receiver.sent) == 1
    assert world._call("GET", "/v1/webhooks")["results"] == []
    (delivery,) = world.webhooks.deliveries()
    assert (delivery["outcome"], delivery["reason"]) == ("failed", "the webhook was deleted")
    for gone in (
        lambda: world.webhooks.delete(hook["id"]),
        lambda: world.webhooks.enable(hook["id"]),
        lambda: world.webhooks.redeliver(delivery["number"]),
    ):
        with pytest.raises(RequestRefused, match="not found"):
            gone()


@pytest.mark.usefixtures("shop", "receiver")
def test_another_teams_endpoint_is_unknown(world, server):
    (hook,) = world.webhooks.all()
    key = world._http.headers["Authorization"].removeprefix("Bearer ")
    with Control(server.control_url, api_key=f"{key}.rival") as rival:
        for call in (rival.webhooks.disable, rival.webhooks.enable, rival.webhooks.delete):
            with pytest.raises(RequestRefused, match="not found"):
                call(hook["id"])
    assert world.webhooks.all() == [hook]


def test_disabled_and_deleted_endpoints_survive_restart_snapshot_and_rewind(tmp_path):
    settings = Settings(port=0, scenario="empty", data=tmp_path / "worlds")
    with RunningServer(settings) as server, Control(server.control_url) as world:
        world.clock.freeze()
        world.monitors.create("Shop", "https://perfect.test/")
        off, gone, on = (
            world.webhooks.register(f"http://192.0.2.1/{name}", secret="s")["id"] for name in "abc"
        )
        world.keep("before")
        world.webhooks.disable(off)
        world.webhooks.delete(gone)
        world.webhooks.disable(on)
        world.webhooks.enable(on)
        expected = world.webhooks.all()
        assert [(one["id"], one["active"]) for one in expected] == [(off, False), (on, True)]
        snapshot = world.snapshot()
    with RunningServer(settings) as server, Control(server.control_url) as world:
        assert world.webhooks.all() == expected
        world.rewind("before")
        assert [one["active"] for one in world.webhooks.all()] == [True, True, True]
        world.restore(snapshot)
        assert world.webhooks.all() == expected


@pytest.mark.process
def test_a_case_in_which_endpoints_are_disabled_and_deleted_replays(world, tmp_path):
    for name in "ab":
        world.webhooks.register(f"http://192.0.2.1/{name}", secret="s")
    first, second = world.webhooks.all()
    world.webhooks.disable(first["id"])
    world.webhooks.delete(second["id"])
    world._call("GET", "/v1/webhooks")
    world.webhooks.enable(first["id"])
    world._call("GET", "/v1/webhooks")
    file = tmp_path / "case.json"
    file.write_text(json.dumps(world.case()), "utf-8")
    done = subprocess.run(command("replay", str(file)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
