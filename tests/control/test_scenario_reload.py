"""A scenario file that changes is read again, on request or when it is watched."""

import time

import httpx
import pytest

from statuspool_mock.client import Control, RequestRefused
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mock_process import serving
from tests.scenario_that_changes import write, written


@pytest.fixture
def file(tmp_path):
    return written(tmp_path)


def names(server, key):
    with Control(server.control_url, api_key=f"sp_test_{key}") as control:
        return [one["name"] for one in control.monitors.all()]


def test_new_sandboxes_and_reset_ones_start_from_the_changed_file(file):
    with RunningServer(Settings(port=0, scenario=str(file))) as server:
        assert names(server, "before") == names(server, "reset") == ["first"]
        write(file, "second")
        assert names(server, "between") == ["first"]
        with Control(server.control_url, api_key="sp_test_reset") as control:
            assert control.reload()["reset"] is False
            assert names(server, "reset") == ["first"]
            assert control.reload(reset=True) == {"scenario": "mine", "reset": True}
        assert names(server, "after") == names(server, "reset") == ["second"]
        assert names(server, "before") == ["first"]


def test_a_file_that_cannot_be_used_changes_nothing(file):
    with RunningServer(Settings(port=0, scenario=str(file))) as server:
        file.write_text("name: mine\ntitle: Broken\nmonitors: 7\n", "utf-8")
        with (
            Control(server.control_url, api_key="sp_test_reset") as control,
            pytest.raises(RequestRefused, match="monitors"),
        ):
            control.reload(reset=True)
        assert names(server, "after") == ["first"]


def test_only_administration_reloads_for_everybody(file, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{'t' * 16} team\n", "utf-8")
    settings = Settings(port=0, scenario=str(file), token_file=tokens)
    with RunningServer(settings) as server:
        headers = {"Authorization": "Bearer sp_test_team", "X-Control-Token": "t" * 16}
        url = f"{server.control_url}/_mock/scenario/reload"
        assert httpx.post(url, headers=headers).status_code == 403


def test_a_watched_file_is_read_when_it_changes(file):
    with RunningServer(Settings(port=0, scenario=str(file), watch=True)) as server:
        write(file, "second")
        deadline = time.monotonic() + 30
        number = 0
        while names(server, f"new{number}") != ["second"]:
            assert time.monotonic() < deadline
            number += 1
            time.sleep(0.1)


@pytest.mark.process
def test_a_watched_file_that_breaks_is_told_in_the_log(file):
    with serving("--scenario", str(file), "--watch") as served:
        file.write_text("name: mine\ntitle: Broken\nmonitors: 7\n", "utf-8")
        line = served.process.stderr.readline()
        assert "The scenario stays as it was." in line
        assert "monitors" in line
        assert names(served, "after") == ["first"]
