"""Commands that print what the package holds or generates: scenarios, spec, fixtures."""

import json
from pathlib import Path

import httpx
import pytest
import yaml

from tests.mock_process import serving

pytestmark = pytest.mark.process


def test_scenarios_lists_names_with_titles(run):
    done = run("scenarios")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split(maxsplit=1) == ["default", "A dozen monitors on a lively day"]
    assert len(lines) == 7


def test_spec_prints_the_document_in_both_notations(run):
    as_yaml, as_json = run("spec"), run("spec", "--json")
    assert as_yaml.returncode == as_json.returncode == 0
    assert yaml.safe_load(as_yaml.stdout)["openapi"] == "3.0.3"
    assert json.loads(as_json.stdout)["info"] == yaml.safe_load(as_yaml.stdout)["info"]


def test_fixtures_prints_a_file_that_serve_accepts(run, tmp_path: Path):
    file = tmp_path / "my.yaml"
    file.write_text(run("fixtures", "--monitors", "7", "--seed", "7").stdout, "utf-8")
    with serving("--scenario", str(file)) as served:
        headers = {"Authorization": "Bearer sp_test_demo"}
        answer = httpx.get(f"{served.url}/monitors?limit=1", headers=headers)
    assert (answer.status_code, answer.json()["total_pages"]) == (200, 7)


def test_fixtures_of_nothing_are_refused(run):
    done = run("fixtures", "--monitors", "0")
    assert done.returncode == 2
    assert "--monitors: expected an integer from 1 to 100000, got '0'" in done.stderr
