"""The rate limit of a key goes along with its world, wherever that has its home."""

import pytest

from statuspool_mock.fleet import homes
from statuspool_mock.fleet.fleet import FleetSettings
from statuspool_mock.fleet.ledger_url import LedgerAddress
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.control.test_state import NEW, late, replayed
from tests.fleet.replicas import Fleet
from tests.fleet.test_one_world import SECONDS, client_of, control
from tests.waiting import until
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.process
LIMIT = 60
OPTIONS = ("--scenario", "empty", "--rate-limit", str(LIMIT), "--clock", "2026-01-15T09:42:11Z")
"""The clock stands still, so no minute of the limit ends while a test runs."""


@pytest.fixture
def fleet(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        yield fleet


def accepted(replica, most=2 * LIMIT):
    """Make requests until one is refused, or so many are accepted; return how many were."""
    count = 0
    with client_of(replica) as api:
        while count < most:
            status = api.get("/v1/monitors").status_code
            if status == 429:
                break
            assert status in {200, 500}  # on a busy machine there may be no home in time
            count += status == 200
    return count


def test_a_moved_world_counts_on_where_it_was(fleet):
    first, second = fleet.replicas
    assert accepted(first, most=40) == 40
    with control(first) as world:
        world.move_world("one")
    assert accepted(first, most=10) == 10
    assert accepted(second) == LIMIT - 50
    assert accepted(first) == 0


def wait_until_counted(store, count):
    """Wait until the ledger knows of so many requests."""
    wanted = f'"full":[1768470131.0,{count}]'.encode()
    newest = ("XREVRANGE", "statuspool:{one}:log", "+", "-", "COUNT", "1")
    until(lambda: store.ask(*newest), lambda said: wanted in said, seconds=SECONDS)


@pytest.mark.long
def test_after_a_kill_no_more_is_accepted_than_was_not_stored_yet(fleet, store):
    """Counts are stored once a second, so what came since then may be accepted again."""
    first, second = fleet.replicas
    assert accepted(first, most=40) == 40
    wait_until_counted(store, 40)
    assert accepted(first, most=10) == 10
    first.kill()
    assert LIMIT - 50 <= accepted(second) <= LIMIT - 40


def test_counts_are_stored_during_an_advance_without_moving_its_instant(
    store, tmp_path, monkeypatch
):
    """The advance waits for a slow delivery; replayed, it begins when it began."""
    monkeypatch.setattr(homes, "SECONDS_BETWEEN_LOOKS", 0.02)
    always_used = property(lambda _: 0.0, lambda *_: None)
    monkeypatch.setattr(homes.Home, "used_at", always_used)
    fleet = FleetSettings(LedgerAddress.of(store.url), None, None)
    with (
        RunningServer(Settings(port=0, scenario="empty", fleet=fleet)) as server,
        control(server) as world,
        client_of(server) as api,
        Receiver(late, late) as receiver,
    ):
        made = api.post("/monitors", json=NEW).json()
        world.monitors.force_down(made, lasting="5m")
        hook = {"url": receiver.url, "events": ["status_change", "sla_breach"], "secret": "s"}
        api.post("/webhooks", json=hook).raise_for_status()
        world.webhooks.trigger("sla_breach", monitor_id=made["id"])
        world.clock.advance_to_next_event()
        api.post("/monitors", json={**NEW, "name": "Later"}).raise_for_status()
        done = replayed(world.case(), tmp_path)
    assert done.returncode == 0, done.stdout
