"""`certify` finds each fault of a receiver, and none in one that is right."""

import json
import os
import signal
import socket
import subprocess
import threading
from xml.etree import ElementTree as ET

import pytest
from tests.command_line import run
from tests.conformance.receivers import receivers
from tests.conformance.receivers.receivers import SECRET, receiving
from tests.mock_process import command

from statuspool_mock.interception import Authority

pytestmark = pytest.mark.slow


def certify(url, *arguments, secret=SECRET, **environment):
    options = [] if secret is None else ["--secret", secret]
    return run("certify", url, *options, *arguments, **environment)


def outcomes_of(receive, tmp_path, *arguments):
    """Return the exit code, and each case that did not pass with its outcome."""
    report = tmp_path / "report.json"
    with receiving(receive) as url:
        done = certify(url, "--report", f"json={report}", *arguments)
    cases = json.loads(report.read_text("utf-8"))["cases"]
    return done.returncode, {
        case["name"]: case["outcome"] for case in cases if case["outcome"] != "passed"
    }


def test_a_right_receiver_passes_every_case(tmp_path):
    assert outcomes_of(receivers.good, tmp_path) == (0, {})


REFUSALS = {
    "unsigned",
    "wrong secret",
    "changed body",
    "re-serialised body",
    "cut signature",
    "garbled signature",
    "huge forgery",
    "empty body",
    "broken JSON",
    "GET",
}


@pytest.mark.parametrize(
    ("receive", "failed"),
    [
        (receivers.checks_only_presence, {"wrong secret", "changed body", "re-serialised body"}),
        (receivers.parses_before_it_verifies, {"re-serialised body", "unusual spelling"}),
        (receivers.compares_beginnings, {"cut signature", "unsigned"}),
        (receivers.asks_for_ascii, {"right signature"}),
        (receivers.remembering(), {"duplicate"}),
        (receivers.in_order_only(), {"out of order", "late"}),
        (receivers.overwhelmed(), {"burst of 200"}),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_each_fault_is_found(receive, failed, tmp_path):
    code, outcomes = outcomes_of(receive, tmp_path)
    assert code == 1
    assert failed <= {name for name, outcome in outcomes.items() if outcome == "failed"}


def test_believing_anyone_fails_every_forgery_but_no_delivery(tmp_path):
    code, outcomes = outcomes_of(receivers.believes_anyone, tmp_path)
    forgeries = REFUSALS - {"empty body", "broken JSON", "GET", "huge forgery"}
    assert code == 1
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == forgeries


def test_what_is_safe_but_could_be_better_is_advice_and_exit_code_0(tmp_path):
    """The reference's own sample breaks on a signature that is not ASCII, and is safe."""
    assert outcomes_of(receivers.compares_text, tmp_path) == (0, {"garbled signature": "advice"})
    assert outcomes_of(receivers.knows_three_events, tmp_path) == (0, {"unknown event": "advice"})


def test_refusals_prove_nothing_while_right_deliveries_are_refused(tmp_path):
    code, outcomes = outcomes_of(receivers.refuses_all, tmp_path)
    assert code == 1
    assert outcomes["right signature"] == "failed"
    assert {name for name, outcome in outcomes.items() if outcome == "unproven"} == REFUSALS


def test_another_secret_is_suspected_where_nothing_is_taken():
    with receiving(receivers.good) as url:
        done = certify(url, secret="whsec_mistyped")
    assert done.returncode == 1
    assert "does the receiver know the same secret?" in done.stdout


def test_redirects_are_not_followed(tmp_path):
    code, outcomes = outcomes_of(receivers.redirects, tmp_path)
    assert (code, outcomes["right signature"]) == (1, "failed")


def test_an_endless_answer_is_read_no_further_than_its_beginning(tmp_path):
    _, outcomes = outcomes_of(receivers.endless, tmp_path, "--timeout", "5")
    assert "right signature" not in outcomes


def test_a_receiver_that_never_answers_is_a_finding_and_asked_no_more(tmp_path):
    """It accepts connections and says nothing: 23 more time-outs would tell nothing new."""
    report = tmp_path / "report.json"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        done = certify(url, "--timeout", "1", "--report", f"json={report}")
    assert done.returncode == 1
    told = json.loads(report.read_text("utf-8"))
    assert told["outcomes"] == {"passed": 0, "advice": 0, "failed": 1, "unproven": 23}
    assert told["cases"][0]["seen"] == "too slow: no complete response within 1 s"


def test_the_table_tells_each_case_and_the_secret_is_nowhere(tmp_path):
    junit, plain = tmp_path / "report.xml", tmp_path / "report.json"
    with receiving(receivers.parses_before_it_verifies) as url:
        done = certify(url, "--report", f"junit={junit}", "--report", f"json={plain}")
    assert "24 cases: 22 passed, 2 failed" in done.stdout
    assert "it accepted a forgery" in " ".join(done.stdout.split())
    suite = ET.parse(junit).getroot()[0]  # noqa: S314  (our own file)
    assert (suite.get("tests"), suite.get("failures")) == ("24", "2")
    failed = [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == ["re-serialised body", "unusual spelling"]
    for text in (done.stdout, done.stderr, junit.read_text("utf-8"), plain.read_text("utf-8")):
        assert SECRET not in text
    assert sorted(tmp_path.iterdir()) == [plain, junit]


def test_the_secret_may_come_from_the_environment():
    with receiving(receivers.good) as url:
        done = certify(url, secret=None, STATUSPOOL_WEBHOOK_SECRET=SECRET)
    assert done.returncode == 0


def test_nobody_there_is_exit_code_2_for_nothing_was_tested():
    with socket.create_server(("127.0.0.1", 0)) as soon_gone:
        port = soon_gone.getsockname()[1]
    done = certify(f"http://127.0.0.1:{port}/hook")
    assert done.returncode == 2
    assert "cannot connect: Connection refused. Start the receiver" in done.stderr
    assert done.stdout == ""


@pytest.mark.process
def test_a_receiver_with_a_certificate_of_its_own_is_certified_where_that_is_trusted(tmp_path):
    authority = Authority.made_now()
    trusted = str(authority.write_certificate(tmp_path))
    with receiving(receivers.good, tls=authority.server_context("127.0.0.1")) as url:
        # In processes of their own: whom Python trusts is decided once in each.
        program = command("certify", url, "--secret", SECRET)
        done = subprocess.run(program, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 2
        assert "SSL_CERT_FILE can name the authority to trust" in done.stderr
        trusting = {**os.environ, "SSL_CERT_FILE": trusted}
        done = subprocess.run(program, env=trusting, capture_output=True, check=False)
        assert done.returncode == 0


def test_no_proxy_stands_between_certify_and_this_machine():
    with receiving(receivers.good) as url:
        nowhere = "http://127.0.0.1:9/"
        done = certify(url, HTTP_PROXY=nowhere, http_proxy=nowhere, NO_PROXY="", no_proxy="")
    assert done.returncode == 0


def test_tls_that_is_none_is_exit_code_2_and_says_tls():
    with receiving(receivers.good) as url:
        done = certify(url.replace("http:", "https:"))
    assert done.returncode == 2
    assert "TLS:" in done.stderr


@pytest.mark.parametrize(
    ("url", "arguments", "words"),
    [
        (
            "ftp://127.0.0.1/",
            ["--secret", "s"],
            "URL: expected a URL such as http://127.0.0.1:8000",
        ),
        ("ftp://127.0.0.1/", ["--secret", "s"], ", got 'ftp://127.0.0.1/'"),
        ("http://", ["--secret", "s"], "expected a URL such as"),
        ("http://[::1", ["--secret", "s"], "expected a URL such as"),
        ("http://127.0.0.1:99999/", ["--secret", "s"], "expected a URL such as"),
        ("http://me:hush@127.0.0.1/", ["--secret", "s"], "user name or password"),
        ("http://me:hush@127.0.0.1:99999", ["--secret", "s"], "user name or password"),
        (
            "http://127.0.0.1/",
            ["--secret", ""],
            "secret is required, and must not be empty: --secret SECRET, or",
        ),
        ("http://127.0.0.1/", [], "--secret SECRET, or STATUSPOOL_WEBHOOK_SECRET=SECRET"),
        (
            "http://127.0.0.1/",
            ["--secret", "s", "--report", "pdf=x"],
            "expected junit=PATH or json=PATH, got",
        ),
        ("http://127.0.0.1/", ["--secret", "s", "--report", "json=/nowhere/x"], "/nowhere/x"),
        (
            "http://127.0.0.1/",
            ["--secret", "s", "--timeout", "0"],
            "expected a number above 0 up to 3600, got '0'",
        ),
    ],
)
def test_bad_options_are_one_clear_line_and_exit_code_2(url, arguments, words):
    done = certify(url, *arguments, secret=None)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hush" not in done.stderr


@pytest.mark.process
def test_ctrl_c_is_exit_code_130_without_a_traceback():
    asked, ended = threading.Event(), threading.Event()

    def receive(body, signature):
        asked.set()
        ended.wait(30)
        return receivers.good(body, signature)

    with receiving(receive) as url:
        process = subprocess.Popen(
            command("certify", url, "--secret", SECRET),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        ended.set()
    assert process.returncode == 130
    assert "Traceback" not in told
