"""`statuspool-mock seed-from`: a mock that looks like the account it was made from."""

import httpx
import pytest
from tests.command_line import run
from tests.conformance.passive.conftest import proxied
from tests.providers.dialects import DIALECTS
from tests.providers.serving import providing

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.slow

TOLD = ("name", "url", "interval_seconds", "tags", "regions", "expected_status", "status")


def seed_from(source, *arguments, key="sp_test_demo"):
    return run("seed-from", str(source), "--rate", "100000", *arguments, STATUSPOOL_API_KEY=key)


def account(url, key="sp_test_demo"):
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as api:
        monitors = api.get("/monitors?limit=100").json()["results"]
        incidents = api.get("/incidents").json()["results"]
    return {one["id"]: {name: one[name] for name in TOLD} for one in monitors}, incidents


def served(text, tmp_path, **more):
    path = tmp_path / "likeness.yaml"
    path.write_text(text, "utf-8")
    return RunningServer(Settings(port=0, scenario=str(path), rate_limit=None, **more))


@pytest.mark.parametrize("scenario", ["outage", "docs"])
def test_the_likeness_of_a_server_shows_the_same_monitors_in_the_same_state(scenario, tmp_path):
    settings = Settings(port=0, scenario=scenario, rate_limit=None)
    with RunningServer(settings) as original:
        result = seed_from(original.url)
        assert result.returncode == 0, result.stderr
        monitors, incidents = account(original.url)
    with served(result.stdout, tmp_path) as likeness:
        drawn, redrawn = account(likeness.url)
    assert drawn == monitors
    open_ones = {one["monitor_id"] for one in incidents if one["resolved_at"] is None}
    assert {one["monitor_id"] for one in redrawn if one["resolved_at"] is None} >= open_ones


def test_outages_of_the_past_are_drawn_too(tmp_path):
    with RunningServer(Settings(port=0, scenario="docs", rate_limit=None)) as original:
        result = seed_from(original.url)
        _, incidents = account(original.url)
    with served(result.stdout, tmp_path) as likeness:
        _, redrawn = account(likeness.url)
    lengths = sorted(one["duration_seconds"] for one in incidents if one["resolved_at"])
    relengths = sorted(one["duration_seconds"] for one in redrawn if one["resolved_at"])
    assert lengths
    assert len(relengths) == len(lengths)


def test_a_likeness_has_not_drifted(tmp_path):
    with RunningServer(Settings(port=0, scenario="outage", rate_limit=None)) as original:
        text = seed_from(original.url).stdout
    with served(text, tmp_path) as likeness:
        drift = run("drift", likeness.url, "--api-key", "sp_test_demo", "--rate", "100000")
    assert drift.returncode == 0, drift.stdout


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_other_implementations_have_a_likeness(dialect, tmp_path):
    with providing(dialect, limit=None) as original:
        result = seed_from(original.url, key=original.keys.full)
        assert result.returncode == 0, result.stderr
    with served(result.stdout, tmp_path) as likeness:
        assert account(likeness.url)[0]


@pytest.mark.process
def test_recorded_traffic_has_a_likeness(tmp_path):
    archive = tmp_path / "traffic.har"
    with (
        RunningServer(Settings(port=0, scenario="outage", rate_limit=None)) as original,
        proxied(original.url, "--record", str(archive)) as proxy,
    ):
        monitors, _ = account(proxy.url)
        assert proxy.stop().code == 0
    with served(seed_from(archive).stdout, tmp_path) as likeness:
        assert account(likeness.url)[0] == monitors


def test_an_anonymous_likeness_tells_no_name_and_no_url(tmp_path):
    with RunningServer(Settings(port=0, scenario="default", rate_limit=None)) as original:
        result = seed_from(original.url, "--anonymise", "--seed", "4")
        again = seed_from(original.url, "--anonymise", "--seed", "4")
        monitors, _ = account(original.url)
    text = result.stdout
    for one in monitors.values():
        assert one["name"] not in text
        assert one["url"] not in text
    with served(result.stdout, tmp_path) as likeness:
        drawn, _ = account(likeness.url)
    assert {key: one["interval_seconds"] for key, one in drawn.items()} == {
        key: one["interval_seconds"] for key, one in monitors.items()
    }
    names = [line for line in again.stdout.splitlines() if "name:" in line]
    assert names == [line for line in text.splitlines() if "name:" in line]


def test_it_is_written_whole_where_it_is_wanted(tmp_path):
    path = tmp_path / "likeness.yaml"
    with RunningServer(Settings(port=0, scenario="docs", rate_limit=None)) as original:
        assert seed_from(original.url, "-o", str(path)).returncode == 0
        assert seed_from(original.url, "-o", str(tmp_path / "none" / "x")).returncode == 2
    assert path.read_text("utf-8").startswith("name: likeness")


def test_nothing_to_be_learnt_is_one_line_and_exit_code_2(free_port, tmp_path):
    (tmp_path / "x.har").write_text("{}")
    with RunningServer(Settings(port=0, scenario="empty", rate_limit=None)) as empty:
        results = [
            seed_from(empty.url),
            seed_from(empty.url, key="wrong"),
            seed_from(f"http://127.0.0.1:{free_port}/v1"),
            seed_from(tmp_path / "x.har"),
            seed_from(tmp_path / "none.har"),
        ]
    for result in results:
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1
