"""`statuspool-mock verify` as a process, against real servers."""

import json
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import httpx
import pytest
from tests.mock_process import command
from tests.providers.dialects import BUSY, DIALECTS
from tests.providers.serving import providing

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.process


def verify(*arguments, **environment):
    return subprocess.run(
        command("verify", *arguments),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=300,
    )


def keys(name):
    key = f"sp_test_{name}"
    given = ("--api-key", key, "--readonly-key", f"{key}.ro", "--other-team-key", f"{key}.rival")
    return (*given, "--revoked-key", f"{key}.revoked")


@pytest.fixture(scope="module")
def server():
    with RunningServer(Settings(port=0, rate_limit=None)) as served:
        yield served


def monitors_of(url, key):
    response = httpx.get(f"{url}/monitors?limit=100", headers={"Authorization": f"Bearer {key}"})
    return [monitor["name"] for monitor in response.json()["results"]]


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_the_mock_conforms_within_the_budget_and_nothing_is_left_behind(server, tmp_path, profile):
    report = tmp_path / "report.json"
    before = monitors_of(server.url, f"sp_test_clean-{profile}")
    done = verify(
        *(server.url, *keys(f"clean-{profile}"), "--profile", profile),
        *("--report", f"json={report}", "--allow-permanent", "--webhook-listen", "127.0.0.1:0"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    verified = json.loads(report.read_text())
    assert verified["requests"] <= {"quick": 240, "standard": 600}[profile]
    assert verified["verdicts"]["passed"] > 150
    assert monitors_of(server.url, f"sp_test_clean-{profile}") == before
    assert {text.split()[0] for text in verified["left_behind"]} == {"incident", "webhook"}


@pytest.mark.parametrize(
    "dialect",
    [pytest.param(d, marks=[pytest.mark.long] if d is BUSY else [], id=d.name) for d in DIALECTS],
)
def test_another_valid_reading_of_the_reference_has_no_finding(dialect):
    with providing(dialect, limit=None) as served:
        given = served.keys
        done = verify(
            *(served.url, "--api-key", given.full, "--readonly-key", given.read_only),
            *("--other-team-key", given.other_team, "--revoked-key", given.revoked),
            *("--allow-permanent", "--webhook-listen", "127.0.0.1:0", "--profile", "quick"),
        )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("profile", ["quick", pytest.param("standard", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("mutant", "clause"),
    [
        ("put-not-stored", "update.stores-changes"),
        ("status-filter-ignored", "filters.status-down"),
        ("pages-overlap", "pagination.monitors.no-overlap"),
        ("uptime-as-fraction", "meaning.uptime-fits-the-log"),
        ("signature-over-other-bytes", "deliveries.signature"),
        ("others-logs-readable", "teams.others-logs"),
    ],
)
def test_a_mutant_is_detected_by_its_clause(mutant, clause, profile, tmp_path):
    report = tmp_path / "report.json"
    with RunningServer(Settings(port=0, rate_limit=None, mutants=(mutant,))) as served:
        done = verify(
            *(served.url, *keys("m"), "--report", f"json={report}", "--profile", profile),
            *("--allow-permanent", "--webhook-listen", "127.0.0.1:0"),
        )
    assert done.returncode == 1, done.stdout + done.stderr
    results = json.loads(report.read_text())["results"]
    found = [each["clause"] for each in results if each["verdict"] == "finding"]
    assert clause in found
    assert clause in done.stdout
    assert "sp_test_m" not in done.stdout + report.read_text()


def test_a_server_that_cannot_be_tested_exits_with_2(server):
    unreachable = verify("http://127.0.0.1:9/v1", "--api-key", "k")
    assert unreachable.returncode == 2
    assert "cannot be reached" in unreachable.stderr
    unauthorised = verify(server.url, "--api-key", "nobody")
    assert unauthorised.returncode == 2
    assert "401" in unauthorised.stderr
    elsewhere = verify(server.url.removesuffix("/v1"), "--api-key", "sp_test_a")
    assert elsewhere.returncode == 2
    nothing = verify(server.url, "--api-key", "sp_test_a", "--only", "rate-limit")
    assert nothing.returncode == 2


def test_a_read_only_run_writes_nothing(server):
    assert verify(server.url, "--api-key", "sp_test_quiet", "--read-only").returncode == 0
    journal = httpx.get(
        f"{server.control_url}/_mock/journal?limit=1000",
        headers={"Authorization": "Bearer sp_test_quiet"},
    )
    assert {each["method"] for each in journal.json()["results"]} <= {"GET", "HEAD", "OPTIONS"}


def test_a_dry_run_prints_the_plan_and_sends_nothing():
    done = verify("http://127.0.0.1:9/v1", "--dry-run", "--profile", "quick")
    assert done.returncode == 0
    assert "never more than 240" in done.stdout
    scarce = verify("http://127.0.0.1:9/v1", "--dry-run", "--budget", "50")
    assert "50, the budget. All these clauses need about" in scarce.stdout


def test_reports_are_written_and_a_baseline_accepts_known_findings(tmp_path):
    paths = {name: tmp_path / f"report.{name}" for name in ("junit", "json", "html", "md")}
    only = ("--only", "update")
    with RunningServer(Settings(port=0, rate_limit=None, mutants=("put-not-stored",))) as served:
        reports = [f"--report={name}={path}" for name, path in paths.items()]
        assert verify(served.url, *keys("r"), *only, *reports).returncode == 1
        known = verify(served.url, *keys("r"), *only, "--baseline", str(paths["json"]))
    assert known.returncode == 0, known.stdout
    suite = ET.parse(paths["junit"]).getroot()[0]  # noqa: S314  (our own)
    assert int(suite.get("failures")) == len(suite.findall(".//failure")) > 0
    page = paths["html"].read_text()
    assert "update.stores-changes" in page
    assert "http-equiv" not in page
    assert "src=" not in page
    assert "### `update.stores-changes`" in paths["md"].read_text()


def test_the_suite_runs_under_plain_pytest(server):
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "--pyargs",
                "statuspool_mock.conformance.active",
                "-k",
                "create",
            ),
            *(f"--statuspool-url={server.url}", "--statuspool-api-key=sp_test_py", "-p"),
            *("no:cacheprovider", "-q"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_a_log_from_before_a_change_of_regions_is_no_finding():
    with providing(DIALECTS[0], limit=None) as served:
        headers = {"Authorization": f"Bearer {served.keys.full}"}
        with httpx.Client(base_url=served.url, headers=headers) as client:
            for monitor in client.get("/monitors?limit=100").json()["results"]:
                path = f"/monitors/{monitor['id']}"
                assert client.put(path, json={"regions": ["sa-east-1"]}).status_code == 200
        done = verify(served.url, "--api-key", served.keys.full, "--only", "meaning")
    assert done.returncode == 0, done.stdout
