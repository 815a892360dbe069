"""The recipes install what they need from a clone, and do what they are for."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.mock_process import serving
from tests.pipelines.composite import Runner
from tests.pipelines.test_recipes import CLIENT, GITHUB, GITLAB

HOSTS = ("https://github.com", "https://gitlab.com")
REPORTS = {"junit.xml", "report.html", "report.json", "report.md"}


@pytest.fixture(scope="module")
def server():
    with serving("--rate-limit", "off") as served:
        yield served


@pytest.fixture
def hosted(clone):
    """The variables by which git finds in the clone what your-organisation has pushed."""
    settings = {
        f"GIT_CONFIG_KEY_{number}": f"url.file://{clone}.insteadOf"
        for number in range(len(HOSTS) * 2)
    }
    urls = [f"{host}/your-organisation/statuspool-mock" for host in HOSTS]
    for number, url in enumerate([*urls, *(f"{url}.git" for url in urls)]):
        settings[f"GIT_CONFIG_VALUE_{number}"] = url
    return {**settings, "GIT_CONFIG_COUNT": str(len(HOSTS) * 2)}


@pytest.fixture
def job(machine):
    """A machine as the image python:3.13 is one: `python` has pip, and programs go to the PATH."""
    made = machine.run("python3 -m venv ../python")
    assert made.returncode == 0, made.stderr
    machine.find_first(machine.work.parent / "python" / "bin")
    return machine


def target(server, path="/v1"):
    return {
        "STATUSPOOL_URL": server.url.replace("/v1", path),
        "STATUSPOOL_API_KEY": "sp_test_recipe",
    }


def test_the_script_installs_the_clone_that_it_is_in(machine, clone, server):
    done = machine.run(f"{clone}/recipes/contract.sh", **target(server))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (machine.work / "statuspool-report").iterdir()} == REPORTS


def test_a_copy_of_the_script_installs_its_source_and_keeps_the_exit_code(
    machine, clone, server, hosted
):
    shutil.copy(clone / "recipes" / "contract.sh", machine.work)
    untold = machine.run("./contract.sh", **target(server))
    assert untold.returncode == 2
    assert "set SOURCE to one" in untold.stderr
    source = {"SOURCE": f"git+{HOSTS[0]}/your-organisation/statuspool-mock"}
    done = machine.run("./contract.sh", **target(server, "/v2"), **source, **hosted)
    assert done.returncode == 2
    assert "the URL should be the API's base" in done.stderr
    assert {path.name for path in (machine.work / "statuspool-report").iterdir()} == REPORTS


@pytest.mark.parametrize("name", ["server", "client"])
def test_a_job_for_gitlab_runs_from_its_first_line_to_its_last(name, job, hosted, server):
    (job.work / "Makefile").write_text(CLIENT)
    steps = GITLAB[name]
    script = "\n".join([*steps["before_script"], *steps["script"]])
    done = job.run(script, **target(server), **GITLAB["variables"], **hosted)
    assert done.returncode == 0, done.stdout + done.stderr
    if name == "server":
        assert (job.work / steps["artifacts"]["reports"]["junit"]).is_file()
    else:
        assert json.loads(done.stdout.splitlines()[-1])["results"]


def test_the_client_s_job_for_github_runs_from_its_first_line_to_its_last(job, hosted):
    (job.work / "Makefile").write_text(CLIENT)
    script = "\n".join(step["run"] for step in GITHUB["jobs"]["client"]["steps"] if "run" in step)
    assert f"git+{HOSTS[0]}/your-organisation/statuspool-mock" in script
    done = job.run(script, **hosted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["results"]


def test_the_action_installs_its_own_version(server, machine, clone):
    runner = Runner(folder=machine.work, environment=machine.environment)
    run = runner.run(clone / "action.yml", url=server.url, api_key="sp_test_ci", profile="quick")
    assert run.code == 0, run.log
    assert "statuspool-mock 0." in run.log
    assert "no findings in what was verified" in run.summary


def test_no_program_of_this_environment_is_on_the_path(machine):
    done = machine.run("command -v statuspool-mock pytest ruff || true; command -v python3")
    (python,) = done.stdout.split()
    assert Path(sys.prefix) not in Path(python).parents
