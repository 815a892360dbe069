"""The whole sandbox from a shell: tables for people, JSON for scripts, exit codes for CI."""

import json
import os
import subprocess
from typing import NamedTuple

import pytest

from statuspool_mock.server import RunningServer, Settings
from tests.mock_process import command


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def server():
    with RunningServer(Settings(port=0, strict=True)) as running:
        yield running


@pytest.fixture
def ctl(server, request):
    name = f"ctl-{abs(hash(request.node.name))}"
    environment = {
        **os.environ,
        "STATUSPOOL_URL": server.control_url,
        "STATUSPOOL_API_KEY": f"sp_test_{name}",
    }

    def run(*arguments, code=0):
        done = subprocess.run(
            command("ctl", *arguments), env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    run("clock", "freeze")
    return run


def data(done):
    return json.loads(done.out)


def test_time_is_moved_and_what_happened_is_told(ctl):
    before = data(ctl("clock", "show", "--json"))["now"]
    told = ctl("clock", "advance", "2h").out
    assert "frozen" in told
    assert "status changed" in told
    assert "gould-foster.example" in told
    assert data(ctl("clock", "next", "--json"))["facts"]
    assert data(ctl("clock", "show", "--json"))["now"] > before
    assert "scaled ×60" in ctl("clock", "scale", "60").out
    assert "live" in ctl("clock", "live").out


def test_a_monitor_is_driven_by_a_part_of_its_name(ctl):
    assert "forced" in ctl("monitor", "down", "checkout", "--for", "10m").out
    assert data(ctl("monitor", "show", "checkout", "--json"))["status"] == "down"
    ctl("clock", "advance", "11m")
    ctl("monitor", "degrade", "checkout", "--region", "us-east-1")
    assert data(ctl("monitor", "show", "checkout", "--json"))["status"] == "degraded"
    assert data(ctl("monitor", "release", "checkout", "--json"))["status"] == "up"
    assert "paused" in ctl("monitor", "pause", "checkout").out
    ctl("monitor", "resume", "checkout")
    ctl("monitor", "outage", "checkout", "--for", "1h", "--error-message", "Maintenance")
    assert "Maintenance" in ctl("monitor", "show", "checkout").out
    ctl("monitor", "heal", "checkout")
    assert "Checkout Service" in ctl("monitor", "list").out


def test_plays_run_and_stop(ctl):
    assert "recovery-storm" in ctl("screenplays").out
    told = ctl("play", "global-outage", "--tag", "production", "--pace", "step").out
    assert "everything grows slow" in told
    ctl("step")
    assert ctl("stop").out == "Done.\n"


def test_mutants_are_listed_and_switched_where_the_server_lets_them_be(ctl):
    assert ctl("mutants").out == "No mutant is on.\n"
    refused = ctl("mutants", "limit-ignored", code=2)
    assert "--switch-mutants" in refused.err


def test_faults_are_added_listed_and_removed(ctl):
    added = ctl(
        "faults", "add", "--operation", "listMonitors", "--status", "500", "--probability", "0.1",
        "--latency", "300~0.6", "--times", "3", "--json",
    )  # fmt: skip
    (fault,) = data(added)
    assert fault["latency"] == {"median_ms": 300, "sigma": 0.6}
    assert "fault-1" in ctl("faults", "list").out
    ctl("faults", "remove", fault["id"])
    assert ctl("faults", "list").out == "No faults.\n"


def test_the_journal_is_shown_verified_and_saved(ctl, server, request, tmp_path):
    url = f"{server.url}/monitors?limit=1"
    key = f"Authorization: Bearer sp_test_ctl-{abs(hash(request.node.name))}"
    for _ in range(2):
        subprocess.run(["curl", "-s", "-o", "/dev/null", "-H", key, url], check=True)
    assert "/v1/monitors?limit=1" in ctl("journal").out
    assert ctl("journal", "--count", "--operation", "listMonitors").out == "2\n"
    number = data(ctl("journal", "--json"))[0]["number"]
    assert "Bearer ***" in ctl("exchange", str(number)).out
    assert "Verified" in ctl("verify", "--operation", "listMonitors", "--times", "2").out
    missed = ctl("verify", "--operation", "listMonitors", "--times", "3", code=1)
    assert "found 2" in missed.out
    assert "never met" in ctl("coverage").out
    ctl("coverage", "--fail-under", "80", code=1)
    for verb, mark in (("har", '"1.2"'), ("case", "statuspool-mock case")):
        file = tmp_path / f"{verb}.json"
        ctl(verb, str(file))
        assert mark in file.read_text("utf-8")
        assert file.stat().st_mode & 0o077 == 0


def test_worlds_are_saved_loaded_and_rewound(ctl, tmp_path):
    file = tmp_path / "f.json"
    ctl("snapshot", "save", str(file))
    ctl("checkpoint", "keep", "a")
    now = data(ctl("clock", "show", "--json"))["now"]
    ctl("clock", "advance", "1d")
    assert data(ctl("snapshot", "load", str(file), "--json"))["now"] == now
    ctl("clock", "advance", "1d")
    assert now in ctl("checkpoint", "rewind", "a").out
    assert "a" in ctl("checkpoint", "list").out
    ctl("checkpoint", "drop", "a")
    ctl("reset", "--scenario", "empty")
    assert ctl("monitor", "list").out == "No monitors.\n"
    assert "ctl-" in ctl("sandbox", "list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clock", "advance", "5x"], "'5x' is not a duration"),
        (["clock", "set", "2001-01-01T00:00:00Z"], "cannot go back"),
        (["monitor", "down", "nobody"], "there are: Production API"),
        (["monitor", "down", "API"], "monitors are called 'API'"),
        (["monitor", "down", "checkout", "--region", "mars"], "only from eu-central-1"),
        (["faults", "add", "--probability", "7", "--status", "500"], "between 0 and 1"),
        (["faults", "add", "--status", "500", "--latency", "slow"], "such as 800, 200-900"),
        (["checkpoint", "rewind", "nothing"], "there are: none"),
        (["snapshot", "load", "/nonexistent.json"], "No such file"),
        (["snapshot", "save", "/nonexistent/f.json"], "No such file"),
        (["reset", "--scenario", "nope"], "Must be one of: default"),
        (["clock"], "VERB"),
        (["verify", "--body", "{"], "is no JSON"),
        (["clock", "show", "--url", "http://127.0.0.1:9"], "No mock answers at"),
        (["clock", "show", "--api-key", "nonsense"], "Invalid or expired API key"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_exit_code_2(ctl, arguments, said):
    done = ctl(*arguments, code=2)
    assert said in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_events_are_followed_until_ctrl_c(server):
    follow = subprocess.Popen(
        command("ctl", "events", "--json", "--url", server.control_url, "--api-key", "sp_test_ev"),
        stdout=subprocess.PIPE,
        text=True,
    )
    with follow:
        push = command("ctl", "clock", "advance", "1h", "--url", server.control_url)
        subprocess.run([*push, "--api-key", "sp_test_ev"], check=True, capture_output=True)
        while follow.poll() is None:
            subprocess.run([*push, "--api-key", "sp_test_ev"], check=True, capture_output=True)
            line = follow.stdout.readline()
            if line:
                break
        assert json.loads(line)["event"] in {"fact", "exchange"}
        follow.send_signal(2)
        assert follow.wait(10) == 130
