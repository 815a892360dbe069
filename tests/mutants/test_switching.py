"""Mutants are switched while the server runs, where it was started so."""

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.slow

KEY = {"Authorization": "Bearer sp_test_x"}


@pytest.fixture
def server():
    with RunningServer(Settings(port=0, scenario="docs", switch_mutants=True)) as running:
        yield running


@pytest.fixture
def control(server):
    with Control(server.control_url) as control:
        yield control


def limited(server):
    """Whether a list is as short as was asked for."""
    response = httpx.get(f"{server.url}/monitors?limit=1", headers=KEY)
    return len(response.json()["results"]) == 1


def active(control):
    return [one["name"] for one in control.mutants()["results"] if one["active"]]


def test_a_mutant_is_switched_on_and_off_and_worlds_stay(server, control):
    new = {"name": "Stays", "url": "https://a.example/", "interval_seconds": 60}
    made = httpx.post(f"{server.url}/monitors", json=new, headers=KEY).json()
    assert limited(server)
    control.switch_mutants("limit-ignored")
    assert not limited(server)
    assert active(control) == ["limit-ignored"]
    control.switch_mutants()
    assert limited(server)
    assert httpx.get(f"{server.url}/monitors/{made['id']}", headers=KEY).is_success


def test_what_judges_requests_is_switched_too(server, control):
    """A mutant of this kind is an edit of the document, not a layer around the API."""
    new = {"name": "x", "url": "https://a.example/", "interval_seconds": 60}
    url = f"{server.url}/monitors"
    assert httpx.post(url, json=new, headers=KEY).status_code == 400
    control.switch_mutants("name-of-one-character-accepted")
    assert httpx.post(url, json=new, headers=KEY).status_code == 201


def test_request_ids_do_not_come_again(server, control):
    def ids():
        responses = [httpx.get(f"{server.url}/monitors", headers=KEY) for _ in range(3)]
        return {response.headers["x-request-id"] for response in responses}

    before = ids()
    control.switch_mutants("limit-ignored")
    assert not before & ids()


def test_an_unknown_name_changes_nothing(control):
    control.switch_mutants("limit-ignored")
    with pytest.raises(RequestRefused, match="similar: limit-ignored"):
        control.switch_mutants("limit-ignorde")
    assert active(control) == ["limit-ignored"]


def test_a_server_that_was_not_started_so_says_how_and_lists_what_is_on():
    settings = Settings(port=0, scenario="docs", mutants=("limit-ignored",))
    with RunningServer(settings) as server, Control(server.control_url) as control:
        told = control.mutants()
        assert [one["name"] for one in told["results"]] == ["limit-ignored"]
        assert not told["may_switch"]
        assert "start it with --switch-mutants" in told["why_fixed"]
        with pytest.raises(RequestRefused, match="--switch-mutants"):
            control.switch_mutants()
        assert not limited(server)
