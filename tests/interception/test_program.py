"""As if `run` were not there: signals, exit code and output are the program's own."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interception.running import run, start
from tests.mock_process import command

pytestmark = pytest.mark.process

WAITS = """
import signal, sys
def end(number, frame):
    print(signal.Signals(number).name, flush=True)
    sys.exit(5)
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"):
    signal.signal(getattr(signal, name), end)
print("ready", flush=True)
while True:
    signal.pause()
"""
COUNTS = """
import signal, sys
interrupts = 0
def interrupt(number, frame):
    global interrupts
    interrupts += 1
    print("interrupted", flush=True)
def end(number, frame):
    print("interrupts:", interrupts, flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, interrupt)
signal.signal(signal.SIGUSR1, end)
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_signals_reach_the_program_and_its_exit_code_comes_back(name, tmp_path):
    with start("--", sys.executable, "-c", WAITS, TMPDIR=str(tmp_path)) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(getattr(signal, name))
        said, told = process.communicate(timeout=30)
    assert (process.returncode, said, told) == (5, f"{name}\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_right_after_the_start_of_the_program_reaches_it():
    script = "trap 'echo told; exit 3' USR1; kill -USR1 $PPID; while :; do sleep 0.1; done"
    for _ in range(5):
        with start("--", "sh", "-c", script) as process:
            said, told = process.communicate(timeout=30)
        assert (process.returncode, said, told) == (3, "told\n", "")


def test_a_signal_that_is_ignored_is_ignored_by_the_program_too():
    ours = "statuspool_mock run -- sh -c"
    script = "kill -HUP $$; kill -HUP $PPID; sleep 0.3; echo still here"
    done = subprocess.run(
        ["sh", "-c", f"trap '' HUP; exec {sys.executable} -m {ours} '{script}'"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "still here\n", "")


def test_a_program_that_a_signal_ends_exits_as_in_a_shell(tmp_path):
    done = run("--", "sh", "-c", "kill -KILL $$", TMPDIR=str(tmp_path))
    assert done.returncode == 128 + signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
def test_ctrl_c_on_a_terminal_interrupts_the_program_once():
    """The terminal signals both of us: passing it on would be a second Ctrl-C."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, command("run", "--", sys.executable, "-c", COUNTS))  # noqa: S606
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        said = b""
        while b"ready" not in said:
            said += screen.read(100)
        screen.write(b"\x03")
        while b"interrupted" not in said:
            said += screen.read(100)
        os.kill(process, signal.SIGUSR1)
        while b"interrupts:" not in said or not said.endswith(b"\n"):
            said += screen.read(100)
        # Only now may the terminal close: that would be a SIGHUP.
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert b"interrupts: 1" in said


@pytest.mark.parametrize("code", [0, 77])
def test_the_exit_code_is_the_program_s(code):
    assert run("--", "sh", "-c", f"exit {code}").returncode == code


def test_its_options_are_its_own_even_a_second_double_dash():
    done = run("--seed", "7", "--", "printf", "%s,", "--", "--seed", "-x")
    assert (done.stdout, done.stderr) == ("--,--seed,-x,", "")


def test_what_is_piped_in_reaches_it():
    done = subprocess.run(
        command("run", "--", "tr", "a-z", "A-Z"), input=b"through", capture_output=True, check=True
    )
    assert done.stdout == b"THROUGH"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--", "no-such-program"], 127, "no-such-program: command not found"),
        (["--", "/etc/hostname"], 126, "/etc/hostname: cannot be run"),
        (["--"], 2, "expected a program after --: statuspool-mock run [OPTIONS] -- PROGRAM"),
        ([], 2, "expected a program after --: statuspool-mock run [OPTIONS] -- PROGRAM"),
        (["echo", "x"], 2, "expected a program after --: statuspool-mock run [OPTIONS] -- PROGRAM"),
        (["--scenario", "nope", "--", "true"], 2, "scenario 'nope'"),
        (["--host", "127.0.0.1", "--", "true"], 2, "--host"),
        (["--frob", "--", "true"], 2, "--frob"),
    ],
)
def test_what_cannot_run_is_one_clear_line_and_a_shell_s_exit_code(arguments, code, words):
    done = run(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def environment_of(*options: str, **environment: str) -> dict[str, str]:
    done = run(*options, "--", sys.executable, "-c", PRINT_ENVIRONMENT, **environment)
    told: dict[str, str] = json.loads(done.stdout)
    return told


def test_a_program_learns_where_the_mock_is_and_which_key_opens_it():
    told = environment_of("--scenario", "docs")
    assert told["STATUSPOOL_URL"].startswith("http://127.0.0.1:")
    assert told["STATUSPOOL_API_KEY"] == "YOUR_API_KEY"
    assert told["HTTPS_PROXY"] == told["https_proxy"] == told["http_proxy"]


def test_a_sandbox_s_key_is_kept_and_a_real_one_is_not_given_away():
    assert environment_of(STATUSPOOL_API_KEY="sp_test_job7")["STATUSPOOL_API_KEY"] == "sp_test_job7"
    assert environment_of(STATUSPOOL_API_KEY="sp_live_1")["STATUSPOOL_API_KEY"] == "sp_test_demo"


def test_no_entry_of_no_proxy_leads_past_the_mock():
    entries = "*,.statuspool.io, api.statuspool.io:443 io,intern.example"
    alone = environment_of(NO_PROXY=entries)["NO_PROXY"]
    assert alone == "localhost,127.0.0.1,::1"
    with_network = environment_of("--allow-network", NO_PROXY=entries)
    assert with_network["no_proxy"] == with_network["NO_PROXY"] == f"{alone},intern.example"


def test_node_options_of_the_user_stay():
    told = environment_of(NODE_OPTIONS="--max-old-space-size=512")
    assert told["NODE_OPTIONS"].startswith("--max-old-space-size=512 --require ")


COUNT_ROOTS = (
    "import os, ssl; context = ssl.create_default_context(cafile=os.environ['SSL_CERT_FILE']);"
    "print(len(context.get_ca_certs()))"
)


def test_only_ours_is_trusted_unless_the_network_is_allowed(monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    alone = run("--", sys.executable, "-c", COUNT_ROOTS)
    assert alone.stdout == "1\n"
    with_network = run("--allow-network", "--", sys.executable, "-c", COUNT_ROOTS)
    assert int(with_network.stdout) > 50


def test_no_private_key_is_on_disk_while_it_runs(tmp_path: Path):
    look = ["find", str(tmp_path), "-type", "f", "!", "-name", "*.p12", "-exec", "cat", "{}", ";"]
    done = run("--", *look, TMPDIR=str(tmp_path))
    assert "BEGIN CERTIFICATE" in done.stdout
    assert "PRIVATE KEY" not in done.stdout
