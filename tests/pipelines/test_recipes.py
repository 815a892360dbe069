"""The recipes/ do what they say, run as their pipelines run them."""

import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.docs.test_written_code import blocks_of
from tests.mock_process import serving

ROOT = Path(__file__).parents[2]
GITLAB = yaml.safe_load((ROOT / "recipes" / "gitlab.yml").read_text("utf-8"))
GITHUB = yaml.safe_load((ROOT / "recipes" / "github.yml").read_text("utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
CLIENT = """test:
	curl -fsS https://api.statuspool.io/v1/monitors -H 'Authorization: Bearer sp_test_ci'
"""


def run(script, folder, environment, **variables):
    return subprocess.run(
        ["sh", "-e"],
        input=script,
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**environment, **variables},
    )


@pytest.mark.process
@pytest.mark.parametrize(("options", "code"), [((), 0), (("--mutant", "put-not-stored"), 1)])
def test_gitlabs_server_job_judges_and_reports(options, code, tmp_path, environment):
    job = GITLAB["server"]
    with serving("--rate-limit", "off", *options) as served:
        done = run(
            "\n".join(job["script"]),
            tmp_path,
            environment,
            STATUSPOOL_URL=served.url,
            STATUSPOOL_API_KEY="sp_test_gitlab",
        )
    assert done.returncode == code, done.stdout + done.stderr
    kept = job["artifacts"]
    junit = ET.parse(tmp_path / kept["reports"]["junit"]).find("testsuite")  # noqa: S314  (our own file)
    assert (int(junit.get("failures")) > 0) is bool(code)
    assert all((tmp_path / path).is_file() for path in kept["paths"])
    assert kept["when"] == "always"


@pytest.mark.process
@pytest.mark.parametrize(
    "script",
    [GITLAB["client"]["script"], [GITHUB["jobs"]["client"]["steps"][-1]["run"]]],
    ids=["gitlab", "github"],
)
def test_a_client_job_runs_its_tests_against_the_mock(script, tmp_path, environment):
    (tmp_path / "Makefile").write_text(CLIENT)
    done = run("\n".join(script), tmp_path, environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.partition("\n")[2])["results"]


def test_githubs_server_job_gives_the_action_inputs_that_it_has():
    (step,) = (step for step in GITHUB["jobs"]["server"]["steps"] if "with" in step)
    assert step["with"].keys() <= ACTION["inputs"].keys()
    needed = {name for name, spec in ACTION["inputs"].items() if spec.get("required")}
    assert needed <= step["with"].keys()


def test_the_step_that_the_page_shows_fits_the_action_and_its_table_tells_every_input():
    ((step,),) = (
        yaml.safe_load(b.code) for b in blocks_of("docs/pipelines.md") if b.language == "yaml"
    )
    assert step["with"].keys() == {n for n, i in ACTION["inputs"].items() if i.get("required")}
    page = (ROOT / "docs" / "pipelines.md").read_text("utf-8")
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([a-z-]+)`", row)} == set(
        ACTION["inputs"]
    )


def test_the_service_that_the_page_shows_waits_for_the_one_that_compose_starts():
    (shown,) = (
        yaml.safe_load(b.code) for b in blocks_of("docs/container.md") if b.language == "yaml"
    )
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    app = shown["services"]["app"]
    assert app["depends_on"].keys() == compose["services"].keys()
    assert app["environment"]["STATUSPOOL_URL"] == "http://statuspool:4747/v1"
