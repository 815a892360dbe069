"""The rate limit tells the truth, on the world's clock."""

import httpx
from hypothesis import given
from hypothesis import strategies as st
from tests.wall import Wall

from statuspool_mock.sandbox import Access, InitialWorld, RateLimit, Sandbox
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.simulation import World


def access(wall, *, limit, rate=1.0):
    sandbox = Sandbox("x", InitialWorld(World(seed=1, started_at=1_700_000_000), rate), wall)
    return Access(sandbox, role="full", limit=limit)


def ask(access):
    access.sandbox.catch_up()
    return access.take()


@given(st.lists(st.floats(0, 30), max_size=40), st.integers(1, 6), st.sampled_from((1.0, 0.5, 60)))
def test_after_the_told_seconds_the_next_request_passes(pauses, per_minute, rate):
    """And not more than the limit pass in any minute that a key begins."""
    wall = Wall()
    mine = access(wall, limit=RateLimit(per_minute), rate=rate)
    for pause in pauses:
        wall.reading += pause
        told = ask(mine)
        if told is not None:
            assert 1 <= told <= 60
            wall.reading += told / rate
            assert ask(mine) is None


def test_exactly_the_limit_passes_in_a_minute():
    wall = Wall()
    mine = access(wall, limit=RateLimit(120))
    assert [ask(mine) for _ in range(120)] == [None] * 120
    wall.reading += 47.5
    assert ask(mine) == 13
    wall.reading += 12.5
    assert ask(mine) is None


def test_a_frozen_world_has_no_limit_unless_it_was_asked_for():
    wall = Wall()
    resting = access(wall, limit=RateLimit(1), rate=0)
    assert [ask(resting) for _ in range(5)] == [None] * 5
    asked = access(wall, limit=RateLimit(1, even_frozen=True), rate=0)
    assert [ask(asked) for _ in range(2)] == [None, 60]


def test_the_answer_says_the_same_three_times_and_each_key_has_its_own():
    settings = Settings(port=0, rate_limit=RateLimit(3), strict=True)
    with RunningServer(settings) as server, httpx.Client(base_url=server.url) as client:
        mine = {"Authorization": "Bearer sp_test_limited"}
        responses = [client.get("/monitors", headers=mine) for _ in range(4)]
        last = responses[-1]
        assert [response.status_code for response in responses] == [200, 200, 200, 429]
        seconds = int(last.headers["Retry-After"])
        assert 1 <= seconds <= 60
        assert last.json() == {
            "error": "RATE_LIMITED",
            "message": f"Too many requests. Try again in {seconds} seconds.",
            "retry_after": seconds,
        }
        bad = client.get("/monitors?limit=0", headers=mine)
        assert bad.status_code == 429
        for other in ("sp_test_limited.ro", "sp_test_else"):
            headers = {"Authorization": f"Bearer {other}"}
            assert client.get("/monitors", headers=headers).status_code == 200
