"""`statuspool-mock drift`: differences of meaning, and none between servers that mean the same."""

import copy
import json

import pytest
from openapi_spec_validator import validate
from tests.command_line import run
from tests.providers.dialects import DIALECTS
from tests.providers.serving import providing

from statuspool_mock import contract
from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings

pytestmark = pytest.mark.slow


def drift(url, key="sp_test_drifting", *arguments):
    return run("drift", url, "--api-key", key, "--rate", "100000", *arguments)


def drifted(url, key="sp_test_drifting"):
    result = drift(url, key, "--format", "json")
    return result.returncode, json.loads(result.stdout)


@pytest.mark.parametrize("scenario", ["docs", "outage", "empty"])
def test_the_mock_has_not_drifted_from_itself_whatever_it_holds(scenario):
    with RunningServer(Settings(port=0, scenario=scenario, seed=9, rate_limit=None)) as other:
        code, told = drifted(other.url)
    assert (code, told["differences"], told["patch"]) == (0, [], [])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_another_reading_of_the_reference_is_noted_and_is_no_drift(dialect):
    with providing(dialect, limit=None) as served:
        code, told = drifted(served.url, served.keys.full)
    assert code == 0
    assert {one["weight"] for one in told["differences"]} == {"note"}


@pytest.mark.parametrize(
    ("mutant", "where", "found"),
    [
        ("uptime-as-text", "getMonitorStatus 200: uptime_30d", "text"),
        ("last-check-as-unix-time", "getMonitorStatus 200: last_check_at", "integer"),
        ("monitor-without-status", "getMonitor 200: status", "missing"),
        ("not-found-under-another-code", "unknown monitor: error code", "MONITOR_NOT_FOUND"),
        ("key-not-needed", "no key: status", "200"),
        ("not-found-as-400", "unknown monitor: status", "400"),
    ],
)
def test_what_means_something_else_is_drift(mutant, where, found):
    with RunningServer(Settings(port=0, mutants=(mutant,), rate_limit=None)) as other:
        code, told = drifted(other.url)
    assert code == 1
    assert (where, found) in {(one["where"], one["found"]) for one in told["differences"]}


@pytest.mark.parametrize("mutant", ["uptime-as-text", "monitor-without-status"])
def test_the_patch_makes_the_document_tell_what_was_found(mutant):
    """The patched document is a valid one, and no longer drifts from the server."""
    with RunningServer(Settings(port=0, mutants=(mutant,), rate_limit=None)) as other:
        patch = drifted(other.url)[1]["patch"]
    document = copy.deepcopy(contract.load().raw)
    for operation in patch:
        apply(document, operation)
    validate(document)
    assert document != contract.load().raw


def apply(document, operation):
    """Carry out one operation of a JSON Patch (RFC 6902)."""
    *parents, last = (
        part.replace("~1", "/").replace("~0", "~") for part in operation["path"][1:].split("/")
    )
    at = document
    for part in parents:
        at = at[int(part)] if isinstance(at, list) else at[part]
    if operation["op"] == "remove":
        del at[last]
    else:
        assert operation["op"] == "add" or last in at
        at[last] = operation["value"]


def test_the_table_is_for_people():
    with RunningServer(Settings(port=0, mutants=("uptime-as-text",), rate_limit=None)) as other:
        result = drift(other.url)
    assert result.returncode == 1
    assert (
        "| drift | getMonitorStatus 200: uptime_30d | integer or number | text |" in result.stdout
    )
    assert "1 difference of meaning" in result.stdout


def test_it_waits_for_the_limit_where_it_has_to():
    """A 429 is no answer to compare."""
    with RunningServer(Settings(port=0, scenario="empty")) as limited:
        assert drift(limited.url).returncode == 0


def test_what_cannot_be_asked_is_one_line_and_exit_code_2(free_port):
    result = drift(f"http://127.0.0.1:{free_port}/v1")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1


def test_a_wrong_key_tells_nothing():
    with RunningServer(Settings(port=0)) as other:
        result = drift(other.url, "wrong")
    assert result.returncode == 2
    assert "is the key right?" in result.stderr
