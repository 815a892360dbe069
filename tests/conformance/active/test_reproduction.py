"""Each finding has the exchanges that show it, and a program that repeats them.

By default samples of the mutants are tried; `make sweep` tries all.
"""

import json
import os
import re
import subprocess
import sys
from uuid import uuid4

import httpx
import pytest
from tests.conformance.active.test_verify import verify

from statuspool_mock.conformance.active.evidence import ShownExchange
from statuspool_mock.conformance.active.options import Profile, options_for_mock
from statuspool_mock.conformance.active.reproduction import script
from statuspool_mock.conformance.active.request import Sending
from statuspool_mock.conformance.active.results import Verdict
from statuspool_mock.conformance.active.run import VerificationRun
from statuspool_mock.conformance.active.run import verify as run_clauses
from statuspool_mock.mutants.catalog import CATALOG
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

SAMPLE = (
    "parallel-delete-crashes",
    "put-not-stored",
    "null-crashes",
    "signature-over-other-bytes",
    "pages-overlap",
)
LIMITER = "rate limiter"  # found by hundreds of requests
MOST_SCRIPTS = 3
EVERY = 1 if os.environ.get("STATUSPOOL_SWEEP") else 40
REPEATED = [each.name for each in CATALOG if each.group != LIMITER][::EVERY]
UNCERTAIN = {"concurrency", "late"}
SENT_TOGETHER = re.compile(r"^    \([1-9]\d*, ", re.MULTILINE)
"""Groups of clauses about what shows in some of several attempts, or only after many requests."""
PERMANENT = ("--allow-permanent", "--webhook-listen", "127.0.0.1:0")


def mutated(*mutants):
    """Return a server with these mutants, and no limit."""
    return RunningServer(Settings(port=0, mutants=mutants, rate_limit=None))


def smallest_profile(mutant):
    """Return the profile with the fewest requests that finds a mutant of the sample."""
    return Profile.STANDARD if mutant.startswith("parallel-") else Profile.QUICK


def play(script, url, key, tmp_path):
    """Run a script in a sandbox; return its output and the statuses that it got."""
    path = tmp_path / "repeat.py"
    path.write_text(script, "utf-8")
    keys = {
        "STATUSPOOL_API_KEY": key,
        "READONLY_KEY": f"{key}.ro",
        "OTHER_TEAM_KEY": f"{key}.rival",
        "REVOKED_KEY": f"{key}.revoked",
        "STATUSPOOL_WAIT_SECONDS": "0.5",
    }
    done = subprocess.run(
        [sys.executable, str(path), url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **keys, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if " -> " in line[:400]]
    statuses = [int(line.rpartition(" -> ")[2]) for line in lines if line[:1].isalpha()]
    return done.stdout, statuses


def names_of_monitors(url, key):
    response = httpx.get(f"{url}/monitors?limit=100", headers={"Authorization": f"Bearer {key}"})
    results = response.json().get("results", [])
    return [monitor.get("name", "") for monitor in results if isinstance(monitor, dict)]


def assert_repeats(mutant, tmp_path, *, profile=Profile.STANDARD):
    """The scripts get the same statuses in a sandbox of their own, and leave no monitor behind."""
    with mutated(mutant) as server:
        run = run_clauses(options_for_mock(server.url, f"sp_test_{uuid4().hex}", profile=profile))
        found = [r for r in run.results if r.verdict is Verdict.FINDING]
        assert found
        for result in found[:MOST_SCRIPTS]:
            key = f"sp_test_{uuid4().hex}"
            _, statuses = play(result.script, server.url, key, tmp_path)
            expected = [exchange.status for exchange in result.exchanges]
            if result.clause.group in UNCERTAIN or SENT_TOGETHER.search(result.script):
                assert len(statuses) == len(expected), (result.clause.id, result.script)
            else:
                assert statuses == expected, (result.clause.id, result.script)
        for result in found:
            assert result.exchanges or "no response" in result.got, result.clause.id


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("mutant", SAMPLE)
def test_a_script_repeats_its_finding(mutant, tmp_path):
    assert_repeats(mutant, tmp_path, profile=smallest_profile(mutant))


@pytest.mark.long
@pytest.mark.process
@pytest.mark.parametrize("mutant", REPEATED)
def test_the_scripts_of_more_mutants_repeat_their_findings(mutant, tmp_path):
    assert_repeats(mutant, tmp_path)


def test_requests_that_were_sent_together_are_sent_together_again():
    with mutated() as server:
        session = VerificationRun(options_for_mock(server.url, "sp_test_together")).session
        sendings = [Sending(method="GET", path="/webhooks") for _ in range(3)]
        alone, together = session.get("/monitors"), session.send_together(sendings)
        session.close()
    assert alone.group == 0
    assert len({each.group for each in together} - {0}) == 1
    text = script("about", [alone, *together], base=session.base, receiver=None)
    group = together[0].group
    assert text.count(f"    ({group}, 'GET', '/webhooks'") == 3
    assert text.count("    (0, 'GET', '/monitors'") == 1


@pytest.mark.process
def test_a_script_creates_what_it_needs_shows_deliveries_and_cleans_up(tmp_path):
    with mutated("signature-over-other-bytes") as server:
        key = f"sp_test_{uuid4().hex}"
        run = run_clauses(options_for_mock(server.url, key, only=("deliveries.signature",)))
        (result,) = run.results
        before = names_of_monitors(server.url, key)
        output, _ = play(result.script, server.url, key, tmp_path)
        assert names_of_monitors(server.url, key) == before
    assert "signature WRONG" in output
    assert "POST /webhooks -> 201" in output
    assert result.curl == ""  # it would ask for a monitor that is deleted


@pytest.mark.process
def test_reports_hold_exchanges_and_scripts_but_no_key_and_no_secret(tmp_path):
    paths = {name: tmp_path / f"report.{name}" for name in ("junit", "json", "html", "md")}
    reports = [f"--report={name}={path}" for name, path in paths.items()]
    key = "sp_test_masked"
    with mutated("signature-over-other-bytes") as served:
        done = verify(
            served.url, "--api-key", key, *PERMANENT, *reports, "--only", "deliveries.signature"
        )
    assert done.returncode == 1, done.stderr
    for path in paths.values():
        text = path.read_text("utf-8")
        assert "/webhooks" in text
        assert "whsec — " not in text
        assert key not in text
        assert "Repeat a finding" in text
    (result,) = json.loads(paths["json"].read_text("utf-8"))["results"]
    assert [ShownExchange(**each).method for each in result["exchanges"]].count("POST") >= 3


@pytest.mark.process
def test_a_literal_key_in_a_request_is_masked(tmp_path):
    report = tmp_path / "report.json"
    with mutated("bare-key-accepted") as served:
        done = verify(
            *(served.url, "--api-key", "sp_test_bare", "--only", "auth.bare-key"),
            f"--report=json={report}",
        )
    assert done.returncode == 1
    assert "sp_test_bare" not in done.stdout + report.read_text("utf-8")


@pytest.mark.process
@pytest.mark.parametrize("mutant", [pytest.param(SAMPLE[0], marks=pytest.mark.long), SAMPLE[1]])
def test_a_finding_is_replayed_from_the_report(mutant, tmp_path):
    assert_replays(mutant, tmp_path, "--profile", smallest_profile(mutant))


@pytest.mark.long
@pytest.mark.process
@pytest.mark.parametrize("mutant", REPEATED)
def test_the_findings_of_more_mutants_are_replayed(mutant, tmp_path):
    assert_replays(mutant, tmp_path)


def assert_replays(mutant, tmp_path, *more):
    report = tmp_path / "report.json"
    with mutated(mutant) as served:
        first = verify(served.url, *keys(), *PERMANENT, *more, f"--report=json={report}")
        assert first.returncode == 1, first.stderr
        again = verify(served.url, *keys(), *PERMANENT, f"--replay={report}")
    assert again.returncode in ({0, 1} if mutant.startswith("parallel-") else {1}), again.stdout
    if not mutant.startswith("parallel-"):  # which show in some of several attempts
        assert "not found again" not in again.stdout, again.stdout


def keys():
    key = f"sp_test_{uuid4().hex}"
    return (
        *("--api-key", key, "--readonly-key", f"{key}.ro"),
        *("--other-team-key", f"{key}.rival", "--revoked-key", f"{key}.revoked"),
    )


@pytest.mark.process
def test_a_finding_that_is_gone_is_not_found_again(tmp_path):
    report = tmp_path / "report.json"
    with mutated("put-not-stored") as served:
        verify(served.url, *keys(), "--only", "update", f"--report=json={report}")
    with mutated() as served:
        again = verify(served.url, *keys(), f"--replay={report}:update.stores-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "not found again: update.stores-changes" in again.stdout


@pytest.mark.process
@pytest.mark.parametrize("text", ["missing.json", "missing.json:update"])
def test_a_report_that_cannot_be_read_is_refused(text):
    done = verify("http://127.0.0.1:9/v1", "--api-key", "k", f"--replay={text}")
    assert done.returncode == 2
    assert "--replay" in done.stderr
