"""Work is counted, not timed: what a question costs does not grow with history or neighbours."""

from collections import Counter

import pytest

from statuspool_mock.simulation import (
    CreateMonitor,
    ScriptOutage,
    Status,
    Team,
    World,
    block_evaluation,
    outage_generator,
    prng,
    timeline,
)

START = 1_700_000_000
MONTH = 30 * 86_400


@pytest.fixture
def work(monkeypatch):
    """Counts hashes drawn and blocks made."""
    counts = Counter()
    five, draws, draw_block = prng.five, prng.draws, outage_generator.draw_block

    def counted_five(*args):
        counts["digests"] += 1
        return five(*args)

    def counted_draws(*args):
        drawn = draws(*args)

        def counted(counter):
            counts["digests"] += 1
            return drawn(counter)

        return counted

    def counted_draw(*args):
        counts["blocks"] += 1
        return draw_block(*args)

    monkeypatch.setattr(prng, "five", counted_five)
    monkeypatch.setattr(prng, "draws", counted_draws)

    def counted_block(*args, **values):
        counts["stretches"] += 1
        return block_evaluation.evaluate(*args, **values)

    monkeypatch.setattr(timeline, "draw_block", counted_draw)
    monkeypatch.setattr(timeline, "evaluate", counted_block)
    return counts


def old_world(behaviour="stable"):
    world = World(seed=3, started_at=START)
    monitor = world.apply(
        CreateMonitor(name="API", url="https://a.example", interval_seconds=30, behaviour=behaviour)
    )
    world.advance(to=START + 12 * MONTH)
    return world, monitor


def test_the_last_page_of_a_year_costs_what_the_first_does(work):
    world, monitor = old_world()
    costs = []
    for page in (1, world.logs(monitor, limit=100).total_pages - 1):
        work.clear()
        assert len(world.logs(monitor, page=page, limit=100).items) == 100
        costs.append(work["digests"])
    assert max(costs) < 60  # 34 checks of three regions, a block or two


def test_uptime_draws_blocks_of_30_days_once_and_then_none(work):
    world, monitor = old_world()
    work.clear()
    world.reading(monitor)
    assert work["blocks"] <= 6
    work.clear()
    world.reading(monitor)
    assert work["blocks"] == 0


def test_a_year_passes_at_the_cost_of_its_changes(work):
    """A million checks, a few dozen draws."""
    old_world()
    assert work["digests"] < 500


def test_a_new_monitor_draws_the_block_it_is_in_and_no_other(work):
    """Not even to know when its next change or breach will be."""
    world = World(seed=3, started_at=START)
    for number in range(100):
        world.apply(CreateMonitor(name=f"M{number}", url="https://a.example", interval_seconds=60))
    world.advance(to=START + 120)
    assert work["blocks"] <= 102  # one of them may begin its next block just now


@pytest.mark.slow
def test_outages_scripted_for_later_are_not_looked_at_now(work):
    world, monitor = old_world("flapping")
    work.clear()
    for number in range(300):
        start = world.now + 60 + 120 * number
        world.apply(ScriptOutage(monitor_id=monitor.id, start=start, end=start + 60))
    assert not work
    world.advance(to=world.now + 120)
    assert work["stretches"] <= 5  # the past is not counted again


def test_a_page_touches_only_its_own_monitors(monkeypatch):
    """With a status filter, too: the other thousands are not even looked up."""
    world = World(seed=3, started_at=START)
    for number in range(3_000):
        host = "down.test" if number % 100 == 0 else "perfect.test"
        world.apply(CreateMonitor(name=f"M{number}", url=f"https://{host}", interval_seconds=60))
    looked_up = Counter()

    class Counted(dict):
        def __getitem__(self, key):
            looked_up["monitors"] += 1
            return super().__getitem__(key)

    monkeypatch.setattr(world._scheduler, "tracked", Counted(world._scheduler.tracked))
    assert len(world.monitors(team=Team.OWN, page=100, limit=20).items) == 20
    assert len(world.monitors(team=Team.OWN, status=Status.DOWN, page=2, limit=20).items) == 10
    assert looked_up["monitors"] == 30


@pytest.mark.parametrize(
    ("behaviour", "low", "high"),
    [("stable", 99.9, 100), ("flaky", 99.0, 99.8), ("flapping", 50, 90), ("perfect", 100, 100)],
)
def test_behaviours_have_the_uptime_they_promise(behaviour, low, high):
    """Mean over monitors and months, not one lucky draw."""
    world = World(seed=11, started_at=START)
    count = 5 if behaviour == "flapping" else 60
    monitors = [
        world.apply(
            CreateMonitor(
                name=f"M{n}", url="https://a.example", interval_seconds=60, behaviour=behaviour
            )
        )
        for n in range(count)
    ]
    world.advance(to=START + MONTH)
    mean = sum(world.reading(monitor).uptime_30d for monitor in monitors) / count
    assert low <= mean <= high
