"""A snapshot that was tampered with is refused whole, or gives a world that works.

Set HOSTILE_EXAMPLES for more examples, and HOSTILE_SEED for others.
"""

import copy
import json
import os
import random
import time

import httpx
import pytest

from statuspool_mock.client import Control
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "12"))
WRONG = (
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, -(2**63), 1e308, 0.5, "", "x", "a" * 70_000,
    [], {}, [[]], {"a": 1}, [None], "2026-01-01T00:00:00Z", "00000000-0000-4000-8000-000000000000",
)  # fmt: skip
MOST_SECONDS = 30
READS = (
    "/monitors",
    "/monitors?status=down",
    "/incidents",
    "/webhooks",
    "/incidents?resolved=false",
)


def places(value, path=()):
    """Return the path of every value in JSON data."""
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


def mangled(snapshot, chance):
    """Return a snapshot with something wrong in it, and what."""
    snapshot = copy.deepcopy(snapshot)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        path = chance.choice([path for path in places(snapshot) if path])
        owner = snapshot
        for key in path[:-1]:
            owner = owner[key]
        key = path[-1]
        how = chance.choice(["replace", "replace", "drop", "repeat", "swap", "shift"])
        if how == "drop":
            del owner[key]
        elif how == "repeat" and isinstance(owner, list):
            owner.append(copy.deepcopy(owner[key]))
        elif how == "swap" and isinstance(owner, list):
            owner[key], owner[0] = owner[0], owner[key]
        elif how == "shift" and isinstance(owner[key], int | float):
            owner[key] += chance.choice([-1, 1, 60, -86_400, 86_400 * 365, 10**9])
        else:
            owner[key] = copy.deepcopy(chance.choice(WRONG))
    return snapshot


@pytest.fixture(scope="module")
def busy():
    """A server, and the snapshot of a world in which a lot is going on."""
    with (
        RunningServer(Settings(port=0, scenario="docs", rate_limit=None)) as server,
        Control(server.control_url, api_key="sp_test_source") as world,
    ):
        first = world.monitors.all()[0]["id"]
        world.faults.add(operation="getMonitor", latency={"fixed_ms": 0}, times=1)
        world.webhooks.register("https://elsewhere.example/", secret="s" * 16)
        world.monitors.force_down(first)
        world.play("global-outage")
        world.clock.advance("10m")
        yield server, world.snapshot()


def works(server, key):
    """Use a world in every way; nothing may fail or take long."""
    headers = {"Authorization": f"Bearer {key}"}
    began = time.monotonic()
    with httpx.Client(base_url=server.url, headers=headers, timeout=MOST_SECONDS) as client:
        answers = [client.get(path) for path in READS]
        for one in answers[0].json().get("results", [])[:3]:
            path = f"/monitors/{one['id']}"
            answers += [client.get(f"{path}{part}") for part in ("", "/status", "/logs")]
        control = f"{server.control_url}/_mock"
        answers += [
            client.get(f"{control}/clock"),
            client.post(f"{control}/clock/advance", json={"by": "1h"}),
            client.get(f"{control}/board"),
            client.get(f"{control}/faults"),
            client.get(f"{control}/snapshot"),
        ]
        if answers[-1].status_code == 200:
            answers.append(client.put(f"{control}/snapshot", json=answers[-1].json()))
        answers.append(client.post(f"{control}/reset", json={}))
    for answer in answers:
        assert answer.status_code < 500, (answer.request.url, answer.text)
    assert answers[-1].status_code == 200
    assert time.monotonic() - began < MOST_SECONDS


def try_one(server, snapshot, seed):
    chance = random.Random(seed)  # noqa: S311
    broken = mangled(snapshot, chance)
    key = f"sp_test_target{seed % 8}"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    url = f"{server.control_url}/_mock/snapshot"
    with Control(server.control_url, api_key=key) as world:
        world.reset()
        world.clock.freeze()
        before = world.snapshot()
        answer = httpx.put(url, content=json.dumps(broken), headers=headers, timeout=MOST_SECONDS)
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 400:
            assert answer.json()["details"], answer.text
            assert world.snapshot() == before  # all or nothing
            return False
    works(server, key)
    return True


def test_what_is_mangled_is_refused_or_works(busy):
    server, snapshot = busy
    accepted = 0
    first = int(os.environ.get("HOSTILE_SEED", "0"))
    for seed in range(first, first + EXAMPLES):
        try:
            accepted += try_one(server, snapshot, seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    assert accepted < EXAMPLES / 2


def test_a_whole_snapshot_is_accepted_and_works(busy):
    server, snapshot = busy
    with Control(server.control_url, api_key="sp_test_whole") as world:
        world.restore(snapshot)
        assert world.snapshot()["world"]["monitors"]
    works(server, "sp_test_whole")
