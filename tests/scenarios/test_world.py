"""Worlds built from scenarios: the fold of their commands, and the shipped ones' promises."""

from itertools import pairwise

import pytest

from statuspool_mock import scenarios
from statuspool_mock.simulation import Incident, Status, StatusChanged, Team, World, snapshot

NOON = 1_764_072_000
PRODUCTION_API = "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
LATER = scenarios.instant("2025-01-15T10:05:33Z")


def opened(name: str, *, seed: int = 1, now: int | None = None) -> World:
    scenario = scenarios.load(name)
    at = scenario.starts_at if now is None and scenario.starts_at is not None else now or NOON
    return scenarios.build_world(scenario, seed=seed, now=at)


def build(text: str, *, now: int = NOON) -> World:
    scenario = scenarios.parse(f"name: mine\ntitle: Mine\n{text}", source="my.yaml")
    return scenarios.build_world(scenario, seed=1, now=now)


def statuses(world: World) -> list[Status]:
    page = world.monitors(team=Team.OWN, limit=5_000)
    return [world.status(monitor) for monitor in page.items]


def incidents_of(world: World) -> list[Incident]:
    return list(world.incidents(team=Team.OWN))


@pytest.mark.parametrize("name", ["default", "docs", "outage"])
def test_same_scenario_seed_and_instant_give_the_same_world(name):
    assert snapshot(opened(name, seed=3)) == snapshot(opened(name, seed=3))


def test_another_seed_gives_another_history():
    assert snapshot(opened("default", seed=3)) != snapshot(opened("default", seed=4))


def test_a_world_opened_earlier_and_advanced_equals_one_opened_later():
    earlier = opened("docs")
    earlier.advance(to=LATER)
    assert snapshot(earlier) == snapshot(opened("docs", now=LATER))


def test_before_its_monitors_exist_a_world_is_empty():
    world = opened("docs", now=scenarios.instant("2024-01-01T00:00:00Z"))
    assert world.monitors(team=Team.OWN).total == 0
    assert world.now == scenarios.instant("2024-01-01T00:00:00Z")


def test_an_empty_scenario_stands_at_its_opening():
    world = opened("empty")
    assert world.now == NOON
    assert statuses(world) == []


def test_pauses_and_outages_happen_when_the_file_says():
    world = build(
        """
monitors:
  - name: Shop
    url: https://shop.example/
    behaviour: perfect
    interval_seconds: 60
    age: 3h
    pauses: [{from: -2h, to: -1h}]
    outages: [{from: -30m, to: -20m, status_code: 503, response_time_ms: 250}]
"""
    )
    (shop,) = world.monitors(team=Team.OWN).items
    rows = world.logs(shop, limit=10_000).items
    times = sorted({row.timestamp - NOON for row in rows})
    assert [gap for gap in pairwise(times) if gap[1] - gap[0] > 60] == [(-7_200, -3_600)]
    failed = [row for row in rows if row.error_message]
    assert {row.timestamp - NOON for row in failed} == set(range(-1_800, -1_200, 60))
    assert {(row.status_code, row.response_time_ms) for row in failed} == {(503, 250)}
    assert [(i.started_at - NOON, i.resolved_at) for i in incidents_of(world)] == [
        (-1_800, NOON - 1_200)
    ]


def test_incidents_and_webhooks_of_the_file_are_there():
    world = build(
        """
monitors: [{name: Shop, url: 'https://shop.example/', behaviour: perfect, age: 1h}]
incidents: [{monitor: Shop, title: Move, at: -10m}]
webhooks: [{url: 'https://hooks.example/', events: [sla_breach], secret: s, team: rival}]
"""
    )
    assert [(i.title, i.started_at) for i in incidents_of(world)] == [("Move", NOON - 600)]
    assert world.webhooks(team=Team.OWN) == []
    assert [hook.url for hook in world.webhooks(team=Team.RIVAL)] == ["https://hooks.example/"]


def test_the_default_world_shows_every_kind_of_status():
    found = statuses(opened("default"))
    assert len(found) == 12
    assert {Status.UP, Status.DOWN, Status.PAUSED} <= set(found)
    assert opened("default").monitors(team=Team.RIVAL).total == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_default_world_is_never_quiet_for_long(seed):
    """Something changes every minute or two on average, and early in the first minutes."""
    world = opened("default", seed=seed)
    changes = [
        fact.at - NOON
        for fact in world.advance(to=NOON + 3_600)
        if isinstance(fact, StatusChanged) and fact.team is Team.OWN
    ]
    assert len(changes) >= 30
    assert len([at for at in changes if at <= 240]) >= 4


def test_in_the_outage_every_public_service_is_down_and_recovers():
    world = opened("outage")
    assert statuses(world).count(Status.DOWN) == 6
    world.advance(to=NOON + 30 * 60)
    assert set(statuses(world)) == {Status.UP}


def test_in_the_sla_breach_one_is_under_its_target_and_one_soon_will_be():
    world = opened("sla-breach")
    payments, checkout, search = world.monitors(team=Team.OWN).items
    assert world.sla(payments).uptime < world.sla(payments).target
    assert world.sla(checkout).uptime >= world.sla(checkout).target
    assert world.sla(search).uptime == 100
    world.advance(to=NOON + 10 * 60)
    assert world.sla(checkout).uptime < world.sla(checkout).target


@pytest.mark.slow
def test_the_large_world_has_the_believable_mix():
    world = opened("large")
    monitors = world.monitors(team=Team.OWN, limit=5_000).items
    assert len(monitors) == 2_000
    well = [monitor for monitor in monitors if world.reading(monitor).uptime_30d >= 99.9]
    assert 0.8 <= len(well) / 2_000 <= 0.95
    assert statuses(world).count(Status.PAUSED) == 40


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_the_docs_world_is_what_the_reference_prints_whatever_the_seed(seed):
    world = opened("docs", seed=seed)
    monitor = world.monitor(PRODUCTION_API, team=Team.OWN)
    assert world.reading(monitor) == (
        Status.UP,
        scenarios.instant("2025-01-15T09:42:11Z"),
        143,
        99.972,
    )
    page = world.monitors(team=Team.OWN, status=Status.UP, limit=50)
    assert page.total_pages == 3
    assert [listed.name for listed in page.items[:3]] == [
        "Production API — api.example.com",
        "Checkout Service — checkout.example.com",
        "CDN Edge — cdn.example.com",
    ]


def test_the_docs_worlds_uptime_comes_out_of_its_rows():
    world = opened("docs")
    monitor = world.monitor(PRODUCTION_API, team=Team.OWN)
    since = world.now - 30 * 86_400 + 1
    first = world.logs(monitor, since=since, limit=1_000)
    rows = [
        row
        for number in range(1, first.total_pages + 1)
        for row in world.logs(monitor, since=since, page=number, limit=1_000).items
    ]
    good = sum(row.status_code == 200 for row in rows)
    assert 100_000 * good // len(rows) / 1000 == 99.972


def test_a_past_worked_out_at_once_is_the_one_that_time_brings(monkeypatch):
    """Ids of incidents too, which are numbered over all monitors."""
    text = """
monitors:
  - {name: Shop, url: 'https://shop.example/', behaviour: flaky, age: 9d, pauses: [{from: -5d}]}
  - {name: Down, url: 'https://down.test/', age: 8d}
  - {name: Slow, url: 'https://a.example/', behaviour: degrading, team: rival, age: 7d}
  - {name: Late, url: 'https://b.example/', behaviour: flapping, age: 1h}
incidents: [{monitor: Shop, title: Move, at: -4d}]
generate: {monitors: 60, seed: 5}
"""
    at_once = build(text)
    monkeypatch.setattr(World, "create_with_past", lambda world, command, **_: world.apply(command))
    assert snapshot(build(text)) == snapshot(at_once)
    monkeypatch.setattr(World, "fast_forward", lambda world, *, to: world.advance(to=to))
    in_time = build(text)
    assert snapshot(in_time) == snapshot(at_once)
    for team in Team:
        for monitor in at_once.monitors(team=team, limit=100).items:
            assert at_once.reading(monitor) == in_time.reading(monitor)
            assert at_once.sla(monitor) == in_time.sla(monitor)
    assert at_once.advance(to=NOON + 86_400) == in_time.advance(to=NOON + 86_400)
