"""Readings are kept between requests; they are always those of a world without any kept."""

import random

import pytest

from statuspool_mock.simulation import (
    UPTIME_WINDOW_SECONDS,
    CreateMonitor,
    EditMonitor,
    ForceStatus,
    PauseMonitor,
    ReleaseMonitor,
    ResumeMonitor,
    ScriptOutage,
    Status,
    Team,
    World,
)

START = 1_736_900_000


def make(world, name, interval):
    return world.apply(
        CreateMonitor(
            name=name,
            url="https://api.example.com",
            interval_seconds=interval,
            behaviour="flaky",
            regions=("a", "b", "c"),
        )
    )


def read(world):
    """Return all readings twice: kept ones, and those of a world that has none."""
    fresh = World.from_image(world.image())
    kept = [world.reading(monitor) for monitor in world.monitors(team=Team.OWN).items]
    made = [fresh.reading(monitor) for monitor in fresh.monitors(team=Team.OWN).items]
    return kept, made


def commands(monitor_id, now):
    yield ForceStatus(monitor_id=monitor_id, status=Status.DOWN)
    yield ReleaseMonitor(monitor_id=monitor_id)
    yield PauseMonitor(monitor_id=monitor_id)
    yield ResumeMonitor(monitor_id=monitor_id)
    yield EditMonitor(monitor_id=monitor_id, interval_seconds=901)
    yield ScriptOutage(monitor_id=monitor_id, start=now - 1_000, end=now + 1_000)


@pytest.mark.parametrize("interval", [60, 777, 3_600])
def test_a_reading_ends_with_a_row_that_comes_or_leaves(interval):
    steps = random.Random(interval)  # noqa: S311 (of no consequence)
    world = World(seed=3, started_at=START)
    make(world, "one", interval)
    make(world, "two", interval * 2 + 1)
    world.advance(to=START + UPTIME_WINDOW_SECONDS - 2_000)
    for _ in range(400):
        kept, made = read(world)
        assert kept == made
        world.advance(to=world.now + steps.choice((0, 1, 1, 2, 7, 30, 311)))


def test_a_reading_ends_with_each_command():
    world = World(seed=3, started_at=START)
    monitor = make(world, "one", 60)
    world.advance(to=START + 100_030)
    for command in commands(monitor.id, world.now):
        kept, made = read(world)
        assert kept == made
        world.apply(command)
        kept, made = read(world)
        assert kept == made
        world.advance(to=world.now + 1)
