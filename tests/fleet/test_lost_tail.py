"""A ledger that has lost its newest writes gets them again from the home, if that still runs."""

import shutil
import time

import pytest

from tests.fleet import monitor_model
from tests.fleet.linearizability import check
from tests.fleet.recorder import Recorder
from tests.fleet.replicas import Fleet
from tests.waiting import until

pytestmark = pytest.mark.long
OPTIONS = ("--scenario", "empty", "--rate-limit", "off")
SECONDS = 60
ATTEMPTS = 5
MOST_SECONDS_BACK = 2.0
"""A ledger that is set back further has also lost the lease, and no replica is the home."""


@pytest.fixture
def fleet(store, tmp_path):
    with Fleet.on(store, tmp_path, *OPTIONS, count=2) as fleet:
        yield fleet


def lose_tail(store, write):
    """Lose what `write` writes, as a failover to a replica does that has not got it yet.

    Return how long ago the ledger was as it is now, in seconds.
    """
    folder, copy = store.folder / "appendonlydir", store.folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    began = time.monotonic()
    shutil.copytree(folder, copy)
    write()
    store.kill()
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    store.start()
    return time.monotonic() - began


def test_a_home_writes_its_world_whole_where_the_ledger_lost_its_tail(store, fleet):
    for attempt in range(ATTEMPTS):
        world = Recorder(f"tail{attempt}")
        home, other = fleet.replicas
        done = [world.create(home, "shop", 1)]

        def write(world=world, home=home, done=done):
            done.append(world.create(home, "lost", 2))
            done.append(done[0] and world.edit(home, "shop", 3))

        if lose_tail(store, write) < MOST_SECONDS_BACK and all(done):
            break
    else:
        pytest.skip("this machine is too slow to lose less than a lease")
    world.edit_until_acknowledged(home, "shop", 4)
    home.kill()
    until(
        lambda: [world.get(other, name) for name in ("lost", "shop")],
        lambda values: None not in values,
        seconds=SECONDS,
    )
    verdict = check(world.calls, monitor_model)
    assert verdict.is_linearizable, verdict.explanation
