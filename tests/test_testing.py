"""The mock in other people's tests: fixtures, the same without pytest, and trouble that shows."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from statuspool_mock.testing import BackgroundErrors, Receiver, StatuspoolMock

EXAMPLES = Path(__file__).parents[1] / "examples" / "python-client"


def run(folder, *arguments, autoload=False):
    """Run pytest with the plugin alone, or with all that are installed, as its users do."""
    plugins = (
        ("-p", "no:schemathesis") if autoload else ("--disable-plugin-autoload", "-p", "statuspool")
    )
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
    environment.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.process
@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_the_example_client_is_tested_with_the_plugin(workers):
    done = run(EXAMPLES, "-p", "no:cacheprovider", *workers, autoload=True)
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


@pytest.mark.process
def test_trouble_in_the_background_fails_the_test_unasked(tmp_path):
    (tmp_path / "test_trouble.py").write_text(
        """
def test_a_webhook_nobody_may_deliver(statuspool):
    statuspool.monitors.create("Shop")
    statuspool.webhooks.register("http://hooks.example.com/", secret="s")
    statuspool.webhooks.trigger("sla_breach")

def test_the_same_when_it_is_meant(statuspool):
    statuspool.monitors.create("Shop")
    statuspool.webhooks.register("http://hooks.example.com/", secret="s")
    statuspool.webhooks.trigger("sla_breach")
    statuspool.tolerate("deliveries")

def test_a_signature_with_another_secret(statuspool, receiver):
    statuspool.monitors.create("Shop")
    statuspool.webhooks.register(receiver.url, secret="another")
    statuspool.webhooks.trigger("sla_breach")
"""
    )
    done = run(tmp_path)
    assert "3 passed, 2 errors" in done.stdout
    assert "sla_breach to http://hooks.example.com/ withheld" in done.stdout
    assert "is not signed with its secret" in done.stdout


@pytest.mark.process
def test_worlds_are_fresh_and_the_server_is_one(tmp_path):
    (tmp_path / "conftest.py").write_text(
        """
import pytest

@pytest.fixture(scope="session")
def statuspool_settings():
    return {"scenario": "outage", "strict": True}
"""
    )
    (tmp_path / "test_worlds.py").write_text(
        """
import pytest

seen = []

@pytest.mark.parametrize("turn", range(3))
def test_it_begins_as_the_last_did(statuspool, turn):
    names = [monitor["name"] for monitor in statuspool.monitors.all()]
    assert names and "Mine" not in names
    statuspool.monitors.create("Mine")
    seen.append((statuspool.url, statuspool.api_key))
    assert len({url for url, _ in seen}) == 1
    assert len({key for _, key in seen}) == len(seen)
    assert statuspool.clock.read()["mode"] == "frozen"
"""
    )
    done = run(tmp_path, "-p", "no:randomly")
    assert "3 passed" in done.stdout, done.stdout


def test_without_pytest_it_is_a_context_manager():
    with StatuspoolMock(scenario="outage") as mock:
        response = httpx.get(f"{mock.url}/monitors", headers=mock.headers)
        assert response.json()["results"]
        other = mock.new_world()
        other.monitors.create("Only here")
        names = [monitor["name"] for monitor in mock.monitors.all()]
        assert "Only here" not in names
        other.close()
        mock.raise_for_problems()
        url = mock.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/monitors")


def test_errors_that_were_asked_for_are_no_trouble():
    with StatuspoolMock() as mock:
        headers = mock.headers
        httpx.get(f"{mock.url}/monitors", headers={**headers, "Prefer": "code=500"})
        mock.faults.add(status=500, times=1)
        httpx.get(f"{mock.url}/monitors", headers=headers)
        mock.raise_for_problems()


def test_a_receiver_answers_as_it_is_told():
    with StatuspoolMock() as mock, Receiver() as receiver:
        mock.monitors.create("Shop", "https://perfect.test/")
        receiver.register(mock)
        receiver.respond_with(500, 503)
        mock.webhooks.trigger("sla_breach")
        assert receiver.payloads == []
        mock.clock.advance("1h")
        assert receiver.events == ["sla_breach"]
        httpx.post(receiver.url, json={})
        with pytest.raises(BackgroundErrors):
            receiver.raise_for_problems()


def test_tolerating_what_does_not_exist_is_an_error():
    with StatuspoolMock() as mock, pytest.raises(ValueError, match="expected errors or deliveries"):
        mock.tolerate("everything")


MARKED = """
import pytest

@pytest.mark.statuspool("outage")
def test_a(statuspool): pass

@pytest.mark.statuspool(scenari="outage", seed=True)
def test_b(statuspool): pass

@pytest.mark.statuspool(scenario="nowhere")
def test_c(statuspool): pass

@pytest.mark.statuspool(scenario="outage", seed=7)
def test_d(statuspool):
    assert statuspool.monitors.all()
"""


@pytest.mark.process
def test_a_marker_with_wrong_arguments_fails_its_test_in_one_sentence(tmp_path):
    (tmp_path / "test_marked.py").write_text(MARKED)
    done = run(tmp_path)
    assert "1 passed, 3 errors" in done.stdout
    assert "takes scenario='name' and seed=1, not 'outage'." in done.stdout
    assert "takes scenario='name' and seed=1, not scenari='outage', seed=True." in done.stdout
    assert "@pytest.mark.statuspool(scenario='nowhere'): " in done.stdout
    assert "Traceback" not in done.stdout
    assert "pytest_plugin.py:" not in done.stdout


OPTIONS = """
import httpx

def test_what_the_options_say(statuspool):
    assert len(statuspool.monitors.all()) == 137
    url = f"{statuspool.url}/monitors?limit=2"
    assert httpx.get(url, headers=statuspool.headers).json()["total_pages"] == 69
"""


@pytest.mark.process
def test_options_choose_scenario_seed_and_mutants(tmp_path):
    (tmp_path / "test_options.py").write_text(OPTIONS)
    done = run(tmp_path, "--statuspool-scenario", "docs", "--statuspool-seed", "3")
    assert "1 passed" in done.stdout, done.stdout
    mutant = ("--statuspool-mutant", "total-pages-counts-monitors")
    done = run(tmp_path, "--statuspool-scenario", "docs", *mutant)
    assert "1 failed" in done.stdout, done.stdout
    for wrong in (("--statuspool-scenario", "nowhere"), ("--statuspool-mutant", "nowhere")):
        done = run(tmp_path, *wrong)
        assert "The server of the fixture statuspool cannot start: " in done.stdout
        assert "pytest_plugin.py:" not in done.stdout


@pytest.mark.process
def test_a_server_that_is_running_can_be_used(tmp_path):
    (tmp_path / "test_options.py").write_text(OPTIONS)
    with StatuspoolMock(scenario="docs", rate_limit=None) as mock:
        done = run(tmp_path, "--statuspool-server", mock.url.removesuffix("/v1"))
        assert "1 passed" in done.stdout, done.stdout
        assert mock.journal.count() == 0
        done = run(tmp_path, "--statuspool-server", mock.url, "--statuspool-seed", "3")
        assert done.returncode == 4
        assert "--statuspool-seed: the server at" in done.stdout


def test_a_receiver_writes_no_access_lines(capfd):
    with StatuspoolMock() as mock, Receiver() as endpoint:
        mock.monitors.create("Shop")
        endpoint.register(mock)
        mock.webhooks.trigger("sla_breach")
        assert endpoint.events == ["sla_breach"]
    assert capfd.readouterr() == ("", "")
