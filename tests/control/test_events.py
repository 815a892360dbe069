"""What happens can be followed as it happens, and resumed."""

import itertools
import signal
import threading

import pytest

from statuspool_mock.client import Control
from tests.mock_process import serving


def take(events, count):
    return list(itertools.islice(events, count))


def test_facts_and_exchanges_come_as_they_happen(world, server, key):
    with Control(server.control_url, api_key=key) as listener:
        stream = listener.events()
        first = []
        ready = threading.Thread(target=lambda: first.extend(take(stream, 3)))
        ready.start()
        made = None
        while ready.is_alive():  # the stream begins when the server has it; what follows is told
            made = made or world.monitors.create("Followed", "https://perfect.test/")
            world.monitors.force_down(made)
            world.monitors.release(made)
            ready.join(0.05)
        kinds = {event["event"] for event in first}
        assert kinds <= {"fact", "exchange", "control"}
        assert [event["id"] for event in first] == list(range(first[0]["id"], first[0]["id"] + 3))


def test_a_stream_is_resumed_after_the_last_event_seen(world, api):
    made = world.monitors.create("Followed", "https://perfect.test/")
    world.monitors.force_down(made)
    api.get("/monitors")
    every = take(world.events(last_event_id=0), 7)
    assert [event.get("kind", event["event"]) for event in every] == [
        "control", "exchange",
        "status_changed", "incident_opened", "sla_breached", "control", "exchange",
    ]  # fmt: skip
    assert [event["id"] for event in every] == [1, 2, 3, 4, 5, 6, 7]
    assert [event.get("operation") for event in every if event["event"] == "control"] == [
        "setClock", "forceStatus",
    ]  # fmt: skip
    assert every[1]["operation"] == "createMonitor"
    assert every[2]["monitor_name"] == "Followed"
    assert take(world.events(last_event_id=3), 4) == every[3:]


def test_a_live_world_goes_on_while_somebody_looks(world):
    world.clock.scale(600)
    facts = take((event for event in world.events(last_event_id=0) if event["event"] == "fact"), 3)
    assert [fact["id"] for fact in facts] == sorted(fact["id"] for fact in facts)


def test_resets_are_told(world):
    world.keep("x")
    world.rewind("x")
    world.reset()
    events = (event for event in world.events(last_event_id=0) if event["event"] != "control")
    assert [event["event"] for event in take(events, 2)] == ["rewound", "reset"]


@pytest.mark.process
def test_a_listener_does_not_hold_up_the_end_of_the_server():
    with serving("--scenario", "empty") as served, Control(served.control_url) as listener:
        stream = listener.events(last_event_id=0)
        listener.monitors.create("Heard")
        assert next(stream)["event"] == "exchange"
        ended = threading.Thread(target=lambda: list(stream))
        ended.start()
        served.process.send_signal(signal.SIGINT)
        _, said = served.process.communicate(timeout=30)
        ended.join(30)
        assert (served.process.returncode, said) == (0, "")
        assert not ended.is_alive()
