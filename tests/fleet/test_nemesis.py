"""A server keeps its word while it is killed, and one that does not is found out."""

from dataclasses import replace

import pytest

from tests.fleet.nemesis.disturbances import SingleServer
from tests.fleet.nemesis.run import OPTIONS, Plan, run

pytestmark = pytest.mark.long
PLAN = Plan(seconds=8, kinds=("kill",), worlds=4, writes_per_second=200)


def test_a_single_server_that_is_killed_keeps_its_word(tmp_path):
    with SingleServer(tmp_path, "--data", str(tmp_path / "worlds"), *OPTIONS) as server:
        found = run(server, PLAN)
    assert found.is_clean, str(found)
    assert found.disturbances
    assert found.writes > 100
    assert found.deliveries > 10


def test_a_server_that_keeps_nothing_is_found_out(tmp_path):
    with SingleServer(tmp_path, *OPTIONS) as server:
        found = run(server, replace(PLAN, settle_seconds=2))
    assert found.lost_writes
    assert "is not linearizable" in str(found)
