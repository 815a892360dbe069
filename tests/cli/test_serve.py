"""`serve`: how it refuses, what it announces, how it ends."""

import itertools
import json
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.mock_process import command, serving

pytestmark = pytest.mark.process

DOCS_AT = "2025-01-15T10:05:33Z"


def get(url: str, key: str = "sp_test_demo") -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], "--port: expected an integer from 0 to 65535, got '70000'"),
        (["--port", "1_000"], "--port: expected an integer from 0 to 65535, got '1_000'"),
        (["--seed", "-1"], "--seed: expected an integer from 0 to 2^64 - 1, got '-1'"),
        (["--clock", "fast"], "--clock: expected live, x10 or an ISO 8601 time such as"),
        (["--clock", "x0"], "--clock: expected live, x10 or an ISO 8601 time such as"),
        (["--rate-limit", "0"], "expected off or a number of requests from 1 to 99999999, got '0'"),
        (["--rate-limit", "100000000"], "expected off or a number of requests from 1 to 99999999"),
        (["--rate-limit", "lots"], "--rate-limit: expected off or a number of requests from 1"),
        (["--cors", "localhost:3000"], "--cors: expected an origin such as"),
        (["--control-origin", "*"], "--control-origin: expected an origin such as"),
        (["--control-origin", "null"], "--control-origin: expected an origin such as"),
        (["--log-level", "loud"], "--log-level: expected one of critical, error, warning, info,"),
        (["--scenario", "nope"], "scenario 'nope': is none of default, docs"),
        (["--scenario", "./nope.yaml"], "nope.yaml: cannot be read: No such file"),
        (["--host", "256.1.1.1"], "256.1.1.1"),
    ],
)
def test_what_cannot_be_served_is_one_clear_line_and_exit_code_2(run, arguments, words):
    done = run("serve", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    relevant = [line for line in done.stderr.splitlines() if not line.startswith("Warning: ")]
    assert len(relevant) == 1
    assert relevant[0].startswith("statuspool-mock serve: ")
    assert done.stdout == ""


def test_a_wrong_scenario_file_is_named_with_the_place(run, tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\ntitle: Bad\nmonitors: [{name: ab, url: nowhere}]\n", "utf-8")
    done = run("serve", "--scenario", str(file))
    assert done.returncode == 2
    assert f"{file}: monitors[0].url: expected an http" in done.stderr


def test_a_taken_port_is_one_clear_line_and_exit_code_2(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_ready_line_tells_a_script_everything_it_needs():
    with serving("--scenario", "docs") as served:
        assert served.url == f"{served.control_url}/v1"
        assert served.pid == served.process.pid
        assert served.keys[:2] == ["YOUR_API_KEY", "sp_test_demo"]
        assert get(f"{served.url}/monitors", served.keys[0])[0] == 200


def test_the_announcement_shows_address_keys_pages_and_a_first_request():
    process = subprocess.Popen(command("serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    with process:
        lines = [process.stdout.readline() for _ in range(7)] if process.stdout else []
        process.send_signal(signal.SIGINT)
    told = "".join(lines)
    url = lines[0].split()[-1]
    assert url.startswith("http://127.0.0.1:")
    assert "sp_test_demo" in told
    assert f"{url.removesuffix('/v1')}/docs" in told
    assert f"{url.removesuffix('/v1')}/_mock/" in told
    assert f'curl -H "Authorization: Bearer sp_test_demo" {url}/monitors' in told
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [(), ("--tls",)], ids=["http", "https"])
def test_signals_end_it_cleanly_even_while_a_client_holds_a_connection(number, options):
    with serving(*options) as served:
        host, port = served.control_url.partition("://")[2].split(":")
        with socket.create_connection((host, int(port))):
            served.process.send_signal(number)
            assert served.process.wait(timeout=60) == 0
        assert served.process.stderr is not None
        assert "Traceback" not in served.process.stderr.read()


def test_ctrl_c_does_not_wait_for_a_slow_answer_nor_show_a_traceback():
    with serving() as served:
        host, port = served.control_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(
                b"GET /v1/monitors HTTP/1.1\r\nHost: mock\r\nPrefer: delay=60000\r\n\r\n"
            )
            get(f"{served.url}/monitors")  # by now the slow request has been read
            served.process.send_signal(signal.SIGINT)
            assert served.process.wait(timeout=30) == 0
        assert served.process.stderr is not None
        assert "Traceback" not in served.process.stderr.read()


def test_anyone_being_able_to_reach_it_is_warned_of():
    with serving("--host", "0.0.0.0") as served:  # noqa: S104
        served.process.send_signal(signal.SIGINT)
        assert "Warning: anyone who can reach 0.0.0.0 can use" in served.process.communicate()[1]


def test_the_addresses_that_it_names_can_be_reached():
    done = subprocess.Popen(
        command("serve", "--port", "0", "--host", "0.0.0.0"),  # noqa: S104
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with done:
        lines = list(itertools.takewhile(lambda line: "Ctrl-C" not in line, done.stdout))
        urls = re.findall(r"(http://[\d.:]+)/v1$", "".join(lines), re.MULTILINE)
        assert urls[0].startswith("http://127.0.0.1:")
        for url in urls:
            assert get(f"{url}/v1/monitors")[0] == 200
        done.terminate()


def test_an_empty_control_token_is_none(monkeypatch):
    """Compose and CI pass on empty variables where nothing is set; that must open no door."""
    monkeypatch.setenv("STATUSPOOL_CONTROL_TOKEN", "")
    with serving("--host", "0.0.0.0") as served:  # noqa: S104
        assert get(f"{served.control_url}/_mock/clock")[0] == 403


def test_a_given_clock_moves_the_docs_world_and_freezes_it():
    with serving("--scenario", "docs", "--clock", DOCS_AT) as served:
        monitor = f"{served.url}/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
        _, status = get(f"{monitor}/status", "YOUR_API_KEY")
    assert status["last_check_at"] == "2025-01-15T10:05:11Z"


def test_an_explicit_rate_limit_holds_even_while_the_clock_is_frozen():
    with serving("--scenario", "docs", "--rate-limit", "2") as served:
        statuses = [get(f"{served.url}/monitors")[0] for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_server_ends_with_its_standard_input():
    arguments = ("serve", "--port", "0", "--ready-json", "--exit-on-stdin-eof")
    process = subprocess.Popen(
        command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.stdin.write(b"what is written is ignored")
        process.stdin.flush()
        assert get(f"{ready['url']}/monitors?limit=1")[0] == 200
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
