"""A run sends no more requests than its budget allows, cleaning up included."""

import json
import re
import subprocess
from uuid import uuid4

import pytest
from tests.mock_process import command

from statuspool_mock.client import Control
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.process


def sent_by_verify(served, key, budget, report):
    done = subprocess.run(
        command(
            "verify", served.url, "--api-key", key,
            "--budget", str(budget), "--report", f"json={report}",
        ),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


@pytest.mark.parametrize("budget", [7, 40, 61])
def test_a_run_stays_within_its_budget(budget, tmp_path):
    report = tmp_path / "report.json"
    with RunningServer(Settings(port=0, rate_limit=None)) as served:
        sent = sent_by_verify(served, f"sp_test_{uuid4().hex}", budget, report)
    assert 0 < sent <= budget
    reasons = {item.get("reason", "") for item in json.loads(report.read_text("utf-8"))["results"]}
    assert f"the budget of {budget} requests is spent" in reasons


def test_a_run_that_is_limited_while_it_cleans_up_stays_within_its_budget(tmp_path):
    key = f"sp_test_{uuid4().hex}"
    with RunningServer(Settings(port=0, rate_limit=None)) as served:
        with Control(served.control_url, api_key=key) as world:
            for operation, times in (("createMonitor", 1), ("deleteMonitor", 2)):
                world.faults.add(operation=operation, status=429, times=times, retry_after=1)
        sent = sent_by_verify(served, key, 40, tmp_path / "report.json")
    assert 0 < sent <= 40
