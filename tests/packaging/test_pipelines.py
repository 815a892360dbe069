"""The pipelines install the package themselves, as they do where it is not there yet."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mock_process import serving
from tests.packaging.conftest import ROOT, clean_environment
from tests.pipelines.composite import Runner


@pytest.fixture(scope="module")
def server():
    with serving("--rate-limit", "off") as served:
        yield served


@pytest.fixture
def environment(dist):
    """Return that of a job whose package index has the wheel."""
    return {
        **clean_environment(),
        "PIP_FIND_LINKS": str(dist.wheel.parent),
        "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }


def test_the_action_installs_its_own_version(server, environment, tmp_path):
    runner = Runner(folder=tmp_path, environment=environment)
    run = runner.run(ROOT / "action.yml", url=server.url, api_key="sp_test_ci", profile="quick")
    assert run.code == 0, run.log
    assert "statuspool-mock 0." in run.log
    assert "keeps what was verified of the contract" in run.summary


def test_the_generic_recipe_installs_judges_and_keeps_the_exit_code(server, environment, tmp_path):
    done = subprocess.run(
        [ROOT / "recipes" / "contract.sh"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
        env={
            **environment,
            "STATUSPOOL_URL": server.url.replace("/v1", "/v2"),
            "STATUSPOOL_API_KEY": "sp_test_ci",
        },
    )
    assert done.returncode == 2
    assert "the URL should be the API's base" in done.stderr
    reports = {path.name for path in (tmp_path / "statuspool-report").iterdir()}
    assert reports == {"junit.xml", "report.html", "report.json", "report.md"}
