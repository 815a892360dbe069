"""Receivers that hang take the share of their own world, and nobody else's."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from statuspool_mock.webhooks import room as rooms
from statuspool_mock.webhooks.room import SendingRoom


@asynccontextmanager
async def hanging(room, deliveries):
    """Let deliveries hang in the block; yield those for which there was room."""
    began = []

    async def hang(world, host):
        async with room.for_one(world, host):
            began.append((world, host))
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hang(*delivery)) for delivery in deliveries]
    await asyncio.sleep(0)
    try:
        yield began
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("hosts", "admitted"), [(1, rooms.MOST_TO_A_HOST), (100, rooms.MOST_OF_A_WORLD)]
)
def test_a_world_has_a_share_and_each_of_its_hosts(hosts, admitted):
    async def scenario():
        room = SendingRoom()
        async with (
            hanging(room, [("a", f"host{number % hosts}") for number in range(100)]) as began,
            hanging(room, [("b", "host0")]) as other,
        ):
            assert len(began) == admitted
            assert other

    asyncio.run(scenario())


def test_a_world_finds_room_however_many_deliveries_of_others_hang():
    async def scenario():
        room = SendingRoom()
        crowd = [(number % 10, f"host{number % 100}") for number in range(1_000)]
        quiet = [("quiet", "host0")] * (rooms.ALWAYS_FREE + 1)
        async with hanging(room, crowd) as began, hanging(room, quiet) as other:
            assert len(began) == rooms.MOST_AT_ONCE
            assert len(other) == rooms.ALWAYS_FREE
        assert not room._of_world
        assert not room._waiting

    asyncio.run(scenario())


def test_worlds_that_wait_take_turns(monkeypatch):
    monkeypatch.setattr(rooms, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(rooms, "ALWAYS_FREE", 0)

    async def scenario():
        room, order = SendingRoom(), []

        async def deliver(world):
            async with room.for_one(world, "host"):
                order.append(world)
                await asyncio.sleep(0)

        await asyncio.gather(*[deliver(world) for world in ["a"] * 4 + ["b"] * 2 + ["c"]])
        return order

    assert asyncio.run(scenario()) == ["a", "a", "b", "c", "a", "b", "a"]
