"""The fleet as its control plane shows it, worlds that are moved, and replicas that stop."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from tests.command_line import run
from tests.fleet.replicas import Fleet
from tests.fleet.test_one_world import Writer, client_of, control, create, names, wait_for
from tests.waiting import until

pytestmark = pytest.mark.process
OPTIONS = ("--scenario", "empty", "--rate-limit", "off")


@pytest.fixture
def fleet(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        yield fleet


def homes(replica):
    with control(replica) as world:
        replicas = world.fleet()["replicas"]
    return {one["name"]: each["address"] for each in replicas for one in each["worlds"]}


def address(replica):
    return replica.url.removeprefix("http://")


def test_a_world_is_moved_with_all_that_it_holds(fleet):
    first, second = fleet.replicas
    with control(first) as world, control(second) as other:
        world.clock.freeze()
        world.monitors.create("moved", "https://perfect.test/")
        assert homes(second)["one"] == address(first)
        before = world.snapshot()
        moved = other.move_world("one")
        assert moved == {"world": "one", "from": address(first), "to": address(second)}
        assert homes(first)["one"] == address(second)
        assert world.snapshot() == before
        assert world.move_world("one", to=address(first))["to"] == address(first)
        assert other.snapshot() == before


@pytest.mark.long
def test_what_cannot_be_moved_is_refused(fleet):
    with control(fleet.replicas[0]) as world:
        with pytest.raises(RequestRefused, match="has no home"):
            world.move_world("nobody")
        with pytest.raises(RequestRefused, match="Must be one of"):
            world.move_world("one", to="127.0.0.1:1")


def test_the_list_of_sandboxes_is_the_fleets(fleet):
    first, second = fleet.replicas
    names(first, "one")
    names(second, "two")
    for replica in fleet.replicas:
        with control(replica) as world:
            assert {"one", "two"} <= {one["name"] for one in world.sandboxes()["results"]}
    with control(first) as world:
        world.close_sandbox("two")
        assert [one["name"] for one in world.sandboxes()["results"]] == ["one"]


def test_a_journal_that_began_anew_verifies_nothing_until_it_is_cleared(fleet):
    with control(fleet.replicas[0]) as world:
        world.monitors.all()
        world.journal.verify(operation="listMonitors", at_least=0)
        world.move_world("one")
        with pytest.raises(RequestRefused, match="began anew"):
            world.journal.verify(operation="listMonitors", times=0)
        world.journal.clear()
        world.journal.verify(operation="listMonitors", times=0)


@pytest.mark.long
def test_an_event_stream_goes_on_at_the_next_home_and_says_what_is_missing(fleet):
    first, second = fleet.replicas
    with control(first) as world, control(second) as other:
        seen = []
        stream = other.events()
        reading = threading.Thread(target=lambda: seen.extend(stream), daemon=True)
        world.monitors.create("moved", "https://perfect.test/")
        reading.start()
        world.move_world("one")
        reading.join(60)
        assert not reading.is_alive()  # the stream of the home that it left has ended
    with (
        client_of(first) as api,
        api.stream("GET", "/_mock/events", headers={"Last-Event-ID": "1"}) as response,
    ):
        lines = response.iter_lines()
        assert any(line == "event: gap" for line in lines)


def test_what_would_concern_one_replica_only_is_refused_with_the_reason(fleet):
    """Over HTTP and by `ctl`."""
    with control(fleet.replicas[0]) as world:
        with pytest.raises(RequestRefused, match="all servers need the same"):
            world.reload()
        with pytest.raises(RequestRefused, match="switched on one server only") as refused:
            world._call("PUT", "/_mock/mutants", {"names": ["put-not-stored"]})
        assert world.mutants()["why_fixed"] == str(refused.value)
        assert "--switch-mutants" not in str(refused.value)
    assert refused.value.status == 409
    said = run("ctl", "reload", "--url", fleet.replicas[0].url)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert "all servers need the same" in said.stderr


def test_a_server_without_a_ledger_has_no_fleet():
    from statuspool_mock.server import RunningServer  # noqa: PLC0415
    from statuspool_mock.settings import Settings  # noqa: PLC0415

    refused = pytest.raises(RequestRefused, match="This server is alone")
    with RunningServer(Settings(port=0)) as server, Control(server.control_url) as world, refused:
        world.fleet()


def test_a_replica_that_stops_fails_no_request(fleet):
    """Its worlds move first; what still comes is forwarded until its connections are closed."""
    first, second = fleet.replicas
    writers = [Writer([second], world) for world in ("one", "two", "three")]
    for writer in writers:
        names(first, writer.world)
        writer.start()
    wait_for(writers, 5)
    assert set(homes(second).values()) >= {address(first)}
    assert first.terminate() == 0
    wait_for(writers, max(len(one.acknowledged) for one in writers) + 5)
    assert set(homes(second).values()) == {address(second)}
    for writer in writers:
        writer.is_over.set()
        writer.join()
        assert writer.refused == []
        assert writer.acknowledged <= names(second, writer.world)


@pytest.mark.long
def test_a_slow_request_that_is_under_way_when_its_replica_stops_is_answered(fleet):
    first, second = fleet.replicas
    slow = {"Prefer": "delay=3500"}
    with client_of(first) as api, ThreadPoolExecutor() as threads, control(second) as world:
        names(first)
        response = threads.submit(api.get, "/v1/monitors", headers=slow)
        until(world.journal.all)
        assert first.terminate() == 0
        assert response.result(60).status_code == 200


@pytest.mark.long
def test_readiness_goes_red_while_a_replica_hands_its_worlds_over(fleet):
    first = fleet.replicas[0]
    names(first)
    stopping = threading.Thread(target=first.terminate)
    stopping.start()
    while stopping.is_alive():
        with suppress(httpx.TransportError), client_of(first) as api:
            if api.get("/readyz").status_code == 503:
                assert create(api, "while it stops").status_code == 201
                break
    stopping.join()
    assert first.process.returncode == 0


@pytest.mark.long
def test_replicas_with_one_address_are_warned(store, tmp_path):
    """At least the one that began last is: the other may have looked before."""
    options = (*OPTIONS, "--advertise", "127.0.0.1:1")
    with Fleet.on(store, tmp_path, *options, count=2) as fleet:
        logs = [replica.log for replica in fleet.replicas]
        warning = "Another replica has the address 127.0.0.1:1 too"
        until(lambda: [log.read_text() for log in logs], lambda said: warning in "".join(said))


@pytest.mark.long
def test_a_replica_ends_although_the_ledger_does_not_respond(fleet, store):
    first = fleet.replicas[0]
    names(first)
    store.process.send_signal(signal.SIGSTOP)
    assert first.terminate() == 0
