"""A fleet keeps its word while its replicas are killed, stopped and cut off."""

import pytest

from tests.fleet.nemesis.disturbances import KINDS, DisturbedFleet
from tests.fleet.nemesis.run import OPTIONS, Plan, run

pytestmark = pytest.mark.long
SECONDS = 60


def test_a_disturbed_fleet_keeps_its_word(store, thread, tmp_path):
    plan = Plan(seconds=SECONDS, kinds=KINDS, settle_seconds=180)
    with DisturbedFleet(store, tmp_path, thread, *OPTIONS) as fleet:
        found = run(fleet, plan)
    assert found.is_clean, str(found)
    assert found.writes > 500
    assert found.deliveries > 20
    assert len(found.disturbances) >= 2
