"""Each name opens a world of its own, on a clock of its own, as long as it is used."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wall import Wall

from statuspool_mock import contract
from statuspool_mock.sandbox import Clock, InitialWorld, KeyRejected, Sandboxes, TooManySandboxes
from statuspool_mock.simulation import CreateMonitor, Team, World

DOCUMENT = contract.load()
BEGAN = 1_700_000_000


def sandboxes(wall, *, rate=1.0, **options):
    def open_world(_scenario, _seed):
        return InitialWorld(World(seed=1, started_at=BEGAN), rate)

    return Sandboxes(open_world, document=DOCUMENT, wall=wall, **options)


def create(access, name="a monitor"):
    return access.sandbox.world.apply(
        CreateMonitor(team=access.team, name=name, url="https://a.test/", interval_seconds=60)
    )


@given(st.floats(0, 1e6), st.sampled_from((0.0, 0.5, 1.0, 60.0)))
def test_a_clock_is_a_function_of_the_walls(later, rate):
    clock = Clock(float(BEGAN), 1000.0, rate)
    assert clock.at(1000.0) == BEGAN
    assert clock.at(1000.0 + later) == pytest.approx(BEGAN + later * rate, abs=1e-5)
    assert clock.rate_at(1000.0 + later) == rate


@pytest.mark.parametrize(("rate", "seconds"), [(0.0, 0), (1.0, 30), (60.0, 1800)])
def test_the_world_follows_its_clock_in_whole_seconds(rate, seconds):
    wall = Wall()
    sandbox = sandboxes(wall, rate=rate).access("sp_test_x").sandbox
    wall.reading += 30.01
    sandbox.catch_up()
    assert sandbox.world.now == BEGAN + seconds
    assert sandbox.clock.now() == pytest.approx(BEGAN + 30.01 * rate, abs=1e-3)


def test_the_roles_of_a_name_share_one_world():
    opened = sandboxes(Wall())
    full, reader, rival = (opened.access(f"sp_test_x{role}") for role in ("", ".ro", ".rival"))
    assert full.sandbox is reader.sandbox is rival.sandbox
    assert (full.team, reader.team, rival.team) == (Team.OWN, Team.OWN, Team.RIVAL)
    assert (full.read_only, reader.read_only, rival.read_only) == (False, True, False)
    assert opened.access("sp_test_x") is full


def test_another_name_is_another_world():
    opened = sandboxes(Wall())
    create(opened.access("sp_test_x"))
    assert opened.access("sp_test_y").sandbox.world.monitors(team=Team.OWN).total == 0
    assert opened.access("sp_test_x").sandbox.world.monitors(team=Team.OWN).total == 1


@pytest.mark.parametrize(
    "key",
    [
        "",
        "sp_test_",
        "sp_live_x",
        "sp_test_x.revoked",
        "sp_test_x.expired",
        "sp_test_x.admin",
        "sp_test_x.ro.ro",
        "sp_test_x\n",
        "sp_test_" + "x" * 65,
        "sp_test_é",
        "sp_test_٣",
    ],
)
def test_other_keys_open_nothing(key):
    opened = sandboxes(Wall())
    with pytest.raises(KeyRejected):
        opened.access(key)
    assert len(opened) == 0


def test_a_scenarios_literal_key_opens_the_sandbox_it_names():
    opened = sandboxes(Wall(), keys={"YOUR_API_KEY": "demo"})
    assert opened.access("YOUR_API_KEY").sandbox is opened.access("sp_test_demo").sandbox


def test_what_was_idle_for_too_long_makes_room(caplog):
    wall = Wall()
    opened = sandboxes(wall, idle_seconds=1_000)
    create(opened.access("sp_test_old"))
    wall.reading += 600
    create(opened.access("sp_test_used"))
    wall.reading += 600
    opened.access("sp_test_used").sandbox.catch_up()
    opened.access("sp_test_new")
    assert len(opened) == 2
    assert opened.access("sp_test_used").sandbox.world.monitors(team=Team.OWN).total == 1
    assert opened.access("sp_test_old").sandbox.world.monitors(team=Team.OWN).total == 0
    assert "Closed 1 idle sandbox" in caplog.text


def test_the_longest_idle_world_goes_when_there_are_too_many():
    wall = Wall()
    opened = sandboxes(wall, most=3)
    for name in "abc":
        wall.reading += 1
        create(opened.access(f"sp_test_{name}"))
    wall.reading += 601
    opened.access("sp_test_a").sandbox.catch_up()
    opened.access("sp_test_d")
    assert len(opened) == 3
    assert opened.access("sp_test_a").sandbox.world.monitors(team=Team.OWN).total == 1
    assert opened.access("sp_test_b").sandbox.world.monitors(team=Team.OWN).total == 0


def test_a_world_that_was_just_used_is_never_closed_for_another_one():
    wall = Wall()
    opened = sandboxes(wall, most=2)
    create(opened.access("sp_test_a"))
    create(opened.access("sp_test_b"))
    wall.reading += 599
    with pytest.raises(TooManySandboxes, match="--max-sandboxes"):
        opened.access("sp_test_c")
    assert len(opened) == 2
    wall.reading += 2
    opened.access("sp_test_c")
    assert len(opened) == 2


def test_an_address_opens_only_so_many_worlds_in_a_minute():
    wall = Wall()
    opened = sandboxes(wall, new_per_minute=2)

    async def open_all(*names, address):
        for name in names:
            await opened.opened(f"sp_test_{name}", address=address)

    with pytest.raises(TooManySandboxes, match="--new-sandboxes") as refused:
        asyncio.run(open_all("a", "b", "a", "c", address="10.0.0.1"))
    assert refused.value.retry_after == 60
    asyncio.run(open_all("d", address="10.0.0.2"))
    wall.reading += 60
    asyncio.run(open_all("c", address="10.0.0.1"))
    assert len(opened) == 4
