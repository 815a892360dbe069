"""What is kept between requests is always what a world without anything kept answers."""

import random
from functools import partial

import pytest

from statuspool_mock.simulation import (
    UPTIME_WINDOW_SECONDS,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
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
from statuspool_mock.web.vendor.serializers import MonitorSerializer

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


def answers(world, serializer):
    """Return what is asked of each monitor, and pages of them."""
    monitors = world.monitors(team=Team.OWN).items
    pages = [
        world.summaries(team=Team.OWN, status=status, page=page, limit=1)
        for status in (None, Status.UP, Status.DOWN, Status.PAUSED)
        for page in (1, 2)
    ]
    return (
        [world.reading(monitor) for monitor in monitors],
        [world.sla(monitor) for monitor in monitors],
        [log(world, serializer, monitor, wanted) for monitor in monitors for wanted in WANTED],
        pages,
        [serializer.page(page)[1] for page in pages],
    )


WANTED = [(None, 1, 3), (None, 2, 5), (START + 1_000, 1, 4)]
"""Pages of a log: since when, which page, how many rows."""


def log(world, serializer, monitor, wanted):
    since, page, limit = wanted
    read = partial(world.logs, monitor, since=since, page=page, limit=limit)
    _, content = serializer.log(read, at=world.reading(monitor), wanted=wanted)
    return content


def read(world, serializer):
    """Return all answers twice: with what is kept, and those of a world that keeps nothing yet."""
    fresh = World.from_image(world.image())
    return answers(world, serializer), answers(fresh, MonitorSerializer())


def commands(monitor_id, now):
    yield ForceStatus(monitor_id=monitor_id, status=Status.DOWN)
    yield ReleaseMonitor(monitor_id=monitor_id)
    yield PauseMonitor(monitor_id=monitor_id)
    yield ResumeMonitor(monitor_id=monitor_id)
    yield EditMonitor(monitor_id=monitor_id, interval_seconds=901)
    yield ScriptOutage(monitor_id=monitor_id, start=now - 1_000, end=now + 1_000)
    yield EditMonitor(monitor_id=monitor_id, name="Another")
    yield CreateIncident(monitor_id=monitor_id, title="By hand")
    yield CreateMonitor(name="new", url="https://api.example.com", interval_seconds=30)
    yield DeleteMonitor(monitor_id=monitor_id)


@pytest.mark.parametrize("interval", [60, 777, 3_600])
def test_nothing_is_kept_when_a_row_comes_or_leaves(interval):
    steps = random.Random(interval)  # noqa: S311 (of no consequence)
    world = World(seed=3, started_at=START)
    make(world, "one", interval)
    make(world, "two", interval * 2 + 1)
    world.advance(to=START + UPTIME_WINDOW_SECONDS - 2_000)
    serializer = MonitorSerializer()
    for _ in range(400):
        kept, made = read(world, serializer)
        assert kept == made
        world.advance(to=world.now + steps.choice((0, 1, 1, 2, 7, 30, 311)))


def test_nothing_is_kept_after_a_command():
    world = World(seed=3, started_at=START)
    monitor = make(world, "one", 60)
    world.advance(to=START + 100_030)
    serializer = MonitorSerializer()
    for command in commands(monitor.id, world.now):
        kept, made = read(world, serializer)
        assert kept == made
        world.apply(command)
        kept, made = read(world, serializer)
        assert kept == made
        world.advance(to=world.now + 1)


def test_logs_of_worlds_that_read_alike_are_told_apart():
    serializer, logs = MonitorSerializer(), []
    worlds = [World(seed=3, started_at=START) for _ in range(2)]
    for world, outage in zip(worlds, (200, 500), strict=True):
        monitor = make(world, "one", 60)
        world.advance(to=START + 1_000)
        start = START + outage
        world.apply(ScriptOutage(monitor_id=monitor.id, start=start, end=start + 120))
        logs.append(log(world, serializer, monitor, (None, 1, 100)))
    assert worlds[0].reading(monitor) == worlds[1].reading(monitor)
    assert logs[0] != logs[1]
