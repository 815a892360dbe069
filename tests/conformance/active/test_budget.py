"""A run sends no more requests than its budget allows, cleaning up included."""

import json
import re
import subprocess
from uuid import uuid4

import pytest
from tests.mock_process import command

from statuspool_mock.server import RunningServer, Settings

pytestmark = pytest.mark.process


@pytest.mark.parametrize("budget", [7, 40, 61])
def test_a_run_stays_within_its_budget(budget, tmp_path):
    report = tmp_path / "report.json"
    with RunningServer(Settings(port=0, rate_limit=None)) as served:
        done = subprocess.run(
            command(
                "verify", served.url, "--api-key", f"sp_test_{uuid4().hex}",
                "--budget", str(budget), "--report", f"json={report}",
            ),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = int(re.search(r"(\d+) requests in", done.stdout)[1])
    assert 0 < sent <= budget
    reasons = {item.get("reason", "") for item in json.loads(report.read_text("utf-8"))["results"]}
    assert f"the budget of {budget} requests is spent" in reasons
