"""A world that is replaced or closed while a delivery is under way."""

import json
import random
import threading

import pytest

from statuspool_mock.client import Control
from statuspool_mock.sandbox import registry
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.simulation import Team, Webhook
from statuspool_mock.webhooks import Attempt, Outbox, room
from statuspool_mock.webhooks.messages import Message
from statuspool_mock.webhooks.outbox import posted
from tests.webhooks.receiver import Receiver

KEY = "sp_test_kept"
SECRET = "whsec_a8f3k29d0s1lfj4m7xqwz"


class Held:
    """A response that waits until it is released."""

    def __init__(self, status=200):
        self.status = status
        self.arrived = threading.Event()
        self.released = threading.Event()

    def __call__(self, handler):
        self.arrived.set()
        assert self.released.wait(30)
        handler.send_response(self.status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@pytest.fixture
def settings(tmp_path):
    return Settings(port=0, data=tmp_path, scenario="empty", rate_limit=None)


def start_delivery(world, held):
    """Let a delivery get under way, and wait until the endpoint has it."""
    forcing = threading.Thread(target=lambda: world.webhooks.trigger("status_change"))
    forcing.start()
    assert held.arrived.wait(30)
    return forcing


REPLACEMENTS = {
    "reset": lambda world, _: world.reset(),
    "rewind": lambda world, _: world.rewind("before"),
    "restore": lambda world, snapshot: world.restore(snapshot),
}


@pytest.mark.slow
@pytest.mark.parametrize("status", [200, 410, 500])
@pytest.mark.parametrize("replace", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_a_delivery_of_a_replaced_world_changes_nothing(settings, replace, status):
    held = Held(status)
    with Receiver(held) as receiver:
        with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
            world.clock.freeze()
            world.monitors.create("Before")
            world.webhooks.register(receiver.url, secret=SECRET)
            world.keep("before")
            snapshot = world.snapshot()
            with Control(server.control_url, api_key=KEY) as other:
                forcing = start_delivery(other, held)
                replace(world, snapshot)
                world.clock.freeze()  # it waits for no delivery of the world that is gone
                after = world.snapshot()
                assert forcing.is_alive()
                held.released.set()
                forcing.join()
            assert world.snapshot() == after
            world.monitors.create("After")
            expected = world.snapshot()
        with RunningServer(settings) as server, Control(server.control_url, api_key=KEY) as world:
            assert world.snapshot() == expected
            assert "After" in [one["name"] for one in world.monitors.all()]
        assert len(receiver.sent) == 1


@pytest.mark.slow
def test_a_world_that_is_deleted_during_a_delivery_leaves_nothing_behind(settings, caplog):
    held = Held()
    with (
        Receiver(held) as receiver,
        RunningServer(settings) as server,
        Control(server.control_url, api_key=KEY) as world,
        Control(server.control_url, api_key=KEY) as other,
    ):
        world.monitors.create("Before")
        world.webhooks.register(receiver.url, secret=SECRET)
        forcing = start_delivery(other, held)
        world.close_sandbox("kept")
        held.released.set()
        forcing.join()
        assert world.monitors.all() == []
        assert world.webhooks.all() == []
        assert len(receiver.sent) == 1
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.slow
def test_a_world_that_is_sending_is_not_closed_to_make_room(caplog, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_IN_USE_SECONDS", 0)
    held = Held()
    settings = Settings(port=0, data=tmp_path, scenario="empty", most_sandboxes=2)
    with (
        Receiver(held) as receiver,
        RunningServer(settings) as server,
        Control(server.control_url, api_key=KEY) as world,
        Control(server.control_url, api_key=KEY) as other,
    ):
        world.monitors.create("Before")
        world.webhooks.register(receiver.url, secret=SECRET)
        forcing = start_delivery(other, held)
        for name in "abc":
            with Control(server.control_url, api_key=f"sp_test_{name}") as another:
                another.monitors.all()
        assert "kept" in [one["name"] for one in world.sandboxes()["results"]]
        held.released.set()
        forcing.join()
        assert [one["outcome"] for one in world.webhooks.deliveries()] == ["delivered"]
        assert len(receiver.sent) == 1
    assert not [record for record in caplog.records if record.exc_info]


def webhook(number):
    return Webhook(
        id=f"hook-{number}",
        team=Team.OWN,
        url="http://127.0.0.1/",
        events=("status_change",),
        secret="s",
        created_at=0,
        verification_token="t",
    )


@pytest.mark.parametrize("seed", range(30))
def test_stored_changes_make_the_same_outbox(seed):
    """Posts, attempts, overtaking and closed endpoints in any order, and records of the past."""
    chance = random.Random(seed)  # noqa: S311
    hooks = {one.id: one for one in map(webhook, range(3))}
    changes = [{"left": "nobody", "message": "none", "now": 1.0}, {"closed": "nobody"}]
    outbox = Outbox(keep=changes.append)
    now = 0.0
    for turn in range(200):
        now += chance.choice([0, 1, 400])
        action = chance.random()
        if action < 0.4:
            message = Message(f"m{turn}", "status_change", Team.OWN, "monitor", 0, b"{}")
            to = chance.sample(sorted(hooks.values(), key=lambda one: one.id), 2)
            outbox.made += 1
            told = outbox.post(message, to, now=now)
            changes.append(posted(message, told, now=now, made=outbox.made))
        elif action < 0.45:
            outbox.close(chance.choice(list(hooks.values())), "gone")
        else:
            for webhook_id in outbox.take_due(now=now):
                _, is_fresh = outbox.first(webhook_id)
                if is_fresh and chance.random() < 0.4:
                    outbox.postpone(webhook_id, now=now)
                    continue
                delivery = outbox.begin(hooks[webhook_id])
                attempt = Attempt(at=now, status=chance.choice([200, 500]))
                outbox.settle(delivery, attempt, now=now)
    again = Outbox()
    for change in json.loads(json.dumps(changes)):
        again.replay(change, hooks)
    assert contents(again) == contents(outbox)


def contents(outbox):
    """Return what waits for whom; overtaking changes the order, which may be forgotten."""
    return outbox.made, {
        line.webhook_id: (sorted(one.id for one in line.messages), line.tried)
        for line in outbox.image().lines
    }


@pytest.mark.slow
@pytest.mark.parametrize(("status", "outcome"), [(200, "delivered"), (500, "failed")])
def test_a_delivery_under_way_ends_as_it_ends_though_its_endpoint_is_deleted(
    settings, status, outcome
):
    held = Held(status)
    with (
        Receiver(held) as receiver,
        RunningServer(settings) as server,
        Control(server.control_url, api_key=KEY) as world,
        Control(server.control_url, api_key=KEY) as other,
    ):
        world.clock.freeze()
        world.monitors.create("Before")
        hook = world.webhooks.register(receiver.url, secret=SECRET)
        forcing = start_delivery(other, held)
        world.webhooks.delete(hook["id"])
        held.released.set()
        forcing.join()
        world.clock.advance("1d")
        (delivery,) = world.webhooks.deliveries()
        assert (delivery["outcome"], delivery["attempts"]) == (outcome, 1)
        assert len(receiver.sent) == 1


@pytest.mark.slow
def test_what_waits_for_room_is_not_sent_to_a_disabled_endpoint(settings, monkeypatch):
    monkeypatch.setattr(room, "MOST_TO_A_HOST", 1)
    held = Held()
    with (
        Receiver(held) as receiver,
        RunningServer(settings) as server,
        Control(server.control_url, api_key=KEY) as world,
        Control(server.control_url, api_key=KEY) as other,
    ):
        world.clock.freeze()
        world.monitors.create("Before")
        hooks = [world.webhooks.register(receiver.url, secret=SECRET)["id"] for _ in range(2)]
        forcing = start_delivery(other, held)
        for hook in hooks:
            world.webhooks.disable(hook)
        held.released.set()
        forcing.join()
        outcomes = {one["outcome"] for one in world.webhooks.deliveries()}
        assert outcomes == {"delivered", "failed"}
        assert len(receiver.sent) == 1
