"""`ctl journal` and its neighbours: exchanges are shown, verified, counted and saved."""

import httpx
import pytest


@pytest.fixture(autouse=True)
def two_requests(server, key):
    for _ in range(2):
        headers = {"Authorization": f"Bearer {key}"}
        httpx.get(f"{server.url}/monitors?limit=1", headers=headers).raise_for_status()


def test_the_journal_lists_counts_and_shows(ctl):
    assert "/v1/monitors?limit=1" in ctl("journal").out
    assert ctl("journal", "--count", "--operation", "listMonitors").out == "2\n"
    number = ctl("journal", "--json").data[0]["number"]
    assert "Bearer ***" in ctl("exchange", str(number)).out
    assert ctl("forget").out == "Done.\n"
    assert ctl("journal").out == "No exchanges.\n"


def test_verify_is_exit_code_1_if_the_number_is_another(ctl):
    met = ctl("verify", "--operation", "listMonitors", "--times", "2").out
    assert met == "Verified: expected exactly 2, found 2.\n"
    missed = ctl("verify", "--operation", "listMonitors", "--times", "3", code=1)
    assert "found 2" in missed.out
    ctl("verify", "--operation", "createMonitor", "--body", '{"name": "x"}', code=1)


def test_coverage_can_be_a_gate(ctl):
    shown = ctl("coverage").out
    assert "Not covered" in shown
    assert "responses covered." in shown
    ctl("coverage", "--fail-under", "80", code=1)
    ctl("coverage", "--fail-under", "0")


@pytest.mark.parametrize(("verb", "mark"), [("har", '"1.2"'), ("case", "statuspool-mock case")])
def test_what_happened_is_saved_for_the_user_alone(ctl, tmp_path, verb, mark):
    file = tmp_path / f"{verb}.json"
    assert ctl(verb, str(file)).out.endswith(f" to {file}.\n")
    assert mark in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0
