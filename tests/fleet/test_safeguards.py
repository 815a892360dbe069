"""Each safeguard of the fleet prevents something that the checker finds out without it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fleet import monitor_model
from tests.fleet.linearizability import check
from tests.fleet.nemesis.disturbances import DisturbedFleet
from tests.fleet.recorder import Recorder
from tests.fleet.replicas import MODULE
from tests.waiting import until

pytestmark = pytest.mark.long
OPTIONS = ("--scenario", "empty", "--rate-limit", "off")
SECONDS = 60
ATTEMPTS = 5


@pytest.fixture
def fleet_without(store, thread, tmp_path):
    """Return two replicas, without one of their safeguards if it is named."""

    def build(part):
        program = ("-m", "tests.fleet.weakened", part) if part else MODULE
        return DisturbedFleet(store, tmp_path, thread, *OPTIONS, count=2, program=program)

    return build


def read_until_served(world, replica):
    """Read from a replica until it responds with a monitor; return the value."""
    return until(
        lambda: world.get(replica, "shop"), lambda value: value is not None, seconds=SECONDS
    )


def answer_before_it_is_stored(fleet, world):
    """Write while the home is cut off from the store, kill it, and read elsewhere."""
    home, other = fleet.replicas
    world.create(home, "shop", 1)
    fleet.links[home.name][0].stall()
    world.edit(home, "shop", 2)
    home.kill()
    read_until_served(world, other)


def answer_after_the_lease(fleet, world):
    """Read from a home that was stopped until another replica took its place."""
    home, other = fleet.replicas
    world.create(home, "shop", 1)
    home.pause()
    world.edit_until_acknowledged(other, "shop", 2)
    read = world.begin_get(home, "shop")
    home.resume()
    read()


def store_after_another_claim(fleet, world):
    """Let an append of the former home arrive once another replica is the home."""
    home, other = fleet.replicas
    world.create(home, "shop", 1)
    fleet.links[home.name][0].stall()
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(world.create, home, "late", 2)
        read_until_served(world, other)
        fleet.links[home.name][0].heal()
        writing.result()
    read_until_served(world, home)
    world.edit_until_acknowledged(other, "shop", 3)
    other.kill()
    read_until_served(world, home)


SCENES = {
    "gate": answer_before_it_is_stored,
    "lease": answer_after_the_lease,
    "fence": store_after_another_claim,
}


@pytest.mark.parametrize("part", SCENES)
def test_a_fleet_with_all_safeguards_keeps_its_word(part, fleet_without):
    world = Recorder(part)
    with fleet_without(None) as fleet:
        SCENES[part](fleet, world)
    verdict = check(world.calls, monitor_model)
    assert verdict.is_linearizable, verdict.explanation


@pytest.mark.parametrize("part", SCENES)
def test_without_one_safeguard_the_checker_finds_what_it_prevents(part, fleet_without):
    """A machine that stalls for seconds may spoil a scene, so there are several attempts."""
    for attempt in range(ATTEMPTS):
        world = Recorder(f"{part}{attempt}")
        with fleet_without(part) as fleet:
            SCENES[part](fleet, world)
        if check(world.calls, monitor_model).is_linearizable is False:
            return
    pytest.fail(f"without the {part} nothing was found")
