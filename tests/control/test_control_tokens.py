"""Tokens for sandboxes and for administration, from a file that is read again when it changes."""

import os
import subprocess

import httpx
import pytest

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from statuspool_mock.web.control_tokens import ControlTokens, TokensRejected, read_tokens
from tests.mock_process import command, serving

ADMIN, TEAM, PREFIX = "adminadminadmin1", "teamteamteamteam", "searchsearchsearch"
FILE = f"""# who may control what
{ADMIN} admin
{TEAM} checkout
{PREFIX} search*
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tokens"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def ask(file):
    """Send a request with a token and the key of a sandbox."""
    settings = Settings(port=0, token_file=file, switch_mutants=True)
    with RunningServer(settings) as server:

        def send(token, name, method="GET", path="clock", **more):
            headers = {"Authorization": f"Bearer sp_test_{name}", "X-Control-Token": token}
            url = f"{server.control_url}/_mock/{path}"
            return httpx.request(method, url, headers=headers, **more)

        yield send


@pytest.mark.parametrize(
    ("token", "name", "status"),
    [
        (ADMIN, "checkout", 200),
        (ADMIN, "anything", 200),
        (TEAM, "checkout", 200),
        (TEAM, "checkout2", 403),
        (TEAM, "search", 403),
        (PREFIX, "search", 200),
        (PREFIX, "search_job_7", 200),
        (PREFIX, "sear", 403),
        (PREFIX, "checkout", 403),
        ("", "checkout", 403),
        (TEAM[:-1], "checkout", 403),
    ],
)
def test_a_token_controls_the_sandboxes_that_the_file_says(ask, token, name, status):
    assert ask(token, name).status_code == status


def test_a_refused_token_opens_no_sandbox(ask):
    assert ask(TEAM, "untouched").status_code == 403
    listed = ask(ADMIN, "checkout", path="sandboxes").json()["results"]
    assert "untouched" not in {each["name"] for each in listed}


def test_a_list_shows_what_the_token_controls(ask):
    for name in ("checkout", "search_a", "search_b", "other"):
        ask(ADMIN, name)
    names = {}
    for token, key in ((ADMIN, "other"), (TEAM, "checkout"), (PREFIX, "search_a")):
        listed = ask(token, key, path="sandboxes").json()["results"]
        names[token] = {each["name"] for each in listed}
    assert names[TEAM] == {"checkout"}
    assert names[PREFIX] == {"search_a", "search_b"}
    assert names[ADMIN] >= {"checkout", "search_a", "search_b", "other"}


def test_only_administration_switches_the_mutants_of_everybody(ask):
    body = {"names": ["nul-crashes"]}
    refused = ask(TEAM, "checkout", "PUT", "mutants", json=body)
    assert refused.status_code == 403
    assert "admin" in refused.json()["message"]
    assert ask(ADMIN, "checkout", "PUT", "mutants", json=body).status_code == 200


def test_tokens_are_replaced_without_a_restart(file):
    now = [0.0]
    tokens = ControlTokens(file=file, wall=lambda: now[0])
    assert tokens.grant(TEAM.encode()) is not None
    file.write_text(f"{'n' * 20} checkout\n", "utf-8")
    now[0] = 2.0
    assert tokens.grant(TEAM.encode()) is None
    assert tokens.grant(b"n" * 20) is not None


@pytest.mark.parametrize("damage", ["short checkout\n", "", None])
def test_a_file_that_breaks_later_leaves_the_tokens_as_they_were(file, damage, caplog):
    now = [0.0]
    tokens = ControlTokens(file=file, wall=lambda: now[0])
    if damage is None:
        file.unlink()
    else:
        file.write_text(damage, "utf-8")
        os.utime(file, ns=(1, 1))
    now[0] = 2.0
    assert tokens.grant(TEAM.encode()) is not None
    assert "The tokens stay as they were" in caplog.text
    assert TEAM not in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected 1 to 1000 tokens, found 0"),
        ("# nothing\n", "expected 1 to 1000 tokens, found 0"),
        ("tooshort admin", "line 1: a token needs 16 to 512 ASCII characters without spaces"),
        (f"{TEAM}\n", "line 1: after the token, expected admin"),
        (f"{TEAM} a*b\n", "got 'a*b'"),
        (f"{TEAM} *\n", "got '*'"),
        (f"{TEAM} x\n\n{TEAM} y\n", "line 3: this token is given twice"),
        ("ü" * 16 + " admin", "line 1: a token needs 16"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(tmp_path, text, message):
    path = tmp_path / "tokens"
    path.write_text(text, "utf-8")
    with pytest.raises(TokensRejected) as refused:
        read_tokens(path)
    assert message in str(refused.value)
    assert TEAM not in str(refused.value)


def run(*arguments, **environment):
    return subprocess.run(
        command(*map(str, arguments)),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.process
def test_serve_and_ctl_take_tokens_from_files_and_the_environment(file, tmp_path):
    alone = tmp_path / "alone"
    alone.write_text(f"{TEAM}\n", "utf-8")
    with serving("--token-file", str(file)) as served:
        show = ("ctl", "clock", "show", "--url", served.control_url)
        show = (*show, "--api-key", "sp_test_checkout")
        assert "X-Control-Token" in run(*show).stderr
        assert run(*show, "--token-file", alone).returncode == 0
        assert run(*show, STATUSPOOL_CONTROL_TOKEN=ADMIN).returncode == 0
        served.process.terminate()
        assert TEAM not in "".join(served.process.communicate())


@pytest.mark.process
def test_serve_does_not_start_with_a_file_that_says_nothing_clear(tmp_path):
    path = tmp_path / "tokens"
    path.write_text("short admin\n", "utf-8")
    done = run("serve", "--port", "0", "--token-file", path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "line 1: a token needs 16" in done.stderr
