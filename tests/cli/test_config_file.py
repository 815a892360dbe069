"""Every option of `serve` comes from the command line, the environment or a file, checked alike."""

import json
import os
import subprocess
import tomllib

import click
import pytest

from statuspool_mock.cli import main
from statuspool_mock.cli.config_file import as_toml
from statuspool_mock.cli.serve import serve
from tests.mock_process import command, serving

FILE = """
port = 0
scenario = "outage"
cors = ["http://localhost:5173", "https://a.example"]
rate-limit = "off"
strict = true
clock = "x10"
idle-hours = 3
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "statuspool.toml"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def printed(capsysbinary):
    """Return the options as `--print-config` prints them."""

    def run(*arguments):
        assert main(["serve", *map(str, arguments), "--print-config"]) == 0
        return tomllib.loads(capsysbinary.readouterr().out.decode())

    return run


def test_a_file_sets_options(printed, config):
    found = printed("--config", config)
    assert found | tomllib.loads(FILE) == found
    assert found["host"] == "127.0.0.1"


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    printed, config, monkeypatch
):
    monkeypatch.setenv("STATUSPOOL_SERVE_SCENARIO", "large")
    monkeypatch.setenv("STATUSPOOL_SERVE_IDLE_HOURS", "4")
    found = printed("--config", config, "--idle-hours", "5")
    assert (found["scenario"], found["idle-hours"], found["strict"]) == ("large", 5, True)


def test_what_is_printed_is_a_file_that_gives_the_same(printed, config, tmp_path):
    found = printed("--config", config, "--data", 'a "b"\\c')
    path = tmp_path / "again.toml"
    with click.Context(serve) as context:
        serve.parse_args(context, ["--config", str(config), "--data", 'a "b"\\c'])
        path.write_text(as_toml(context), "utf-8")
    assert printed("--config", path) == found


def test_every_option_can_be_set_by_file_and_environment(printed, tmp_path, monkeypatch):
    """Asked of all of them: an option that is added is asked too."""
    values = {
        "host": "::1", "port": 5000, "tls-ca-dir": "ca", "scenario": "outage", "seed": 9,
        "clock": "x2", "data": "worlds", "journal": 7, "rate-limit": "80", "max-sandboxes": 8,
        "idle-hours": 2, "new-sandboxes": 50, "cors": ["http://a.example"],
        "control-origin": ["http://a.example"], "token-file": str(tmp_path / "tokens"),
        "webhook-allow": ["hooks.example"], "mutant": ["nul-crashes"], "log-level": "info",
        "log-format": "json", "base-path": "/mock", "trusted-proxy": ["10.0.0.0/8"],
            "ledger": "valkey://127.0.0.1", "advertise": "a:1", "link-secret-file": "secret",
        "workers": 3,
    }  # fmt: skip
    (tmp_path / "tokens").write_text("t" * 16 + " admin\n", "utf-8")
    for option in serve.params:
        name = option.opts[0].lstrip("-")
        if name in {"config", "print-config"}:
            continue
        value = True if option.is_flag else values[name]
        path = tmp_path / "one.toml"
        path.write_text(f"{name} = {json.dumps(value)}\n", "utf-8")
        assert printed("--config", path)[name] == value
        text = "1" if option.is_flag else value[0] if isinstance(value, list) else str(value)
        named = name.replace("-", "_").upper()
        variable = option.envvar or f"STATUSPOOL_SERVE_{named}"
        with monkeypatch.context() as patch:
            patch.setenv(variable, text)
            assert printed()[name] == value, variable
            patch.setenv(variable, "")
            assert printed() == printed()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "there is no option 'prot'; did you mean port?"),
        ("ready_json = true", "there is no option 'ready_json'; did you mean ready-json?"),
        ("port = 99999", "port: expected an integer from 0 to 65535, got '99999'"),
        ("port = true", "port: expected a text or a number"),
        ('cors = "http://a.example"', "cors: expected a list"),
        ('cors = ["a.example"]', "cors: expected an origin"),
        ('strict = "yes"', "strict: expected true or false"),
        ("port = [1]", "port: expected a text or a number"),
        ("[serve]\nport = 1", "there is no option 'serve'"),
        ("port = ", "cannot be read as TOML"),
        ("a = " + "[" * 5000, "cannot be read as TOML"),
        ('config = "other.toml"', "there is no option 'config'"),
        ('control-token = "x"', "there is no option 'control-token'"),
        ('scenario = "\x00"', "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_in_one_line(tmp_path, capsys, text, message):
    path = tmp_path / "wrong.toml"
    path.write_text(text, "utf-8")
    assert main(["serve", "--config", str(path), "--print-config"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
    assert str(path) in error


@pytest.mark.process
def test_a_server_starts_as_the_file_says(config):
    with serving("--config", str(config), "--scenario", "docs") as served:
        assert "YOUR_API_KEY" in served.keys


@pytest.mark.process
def test_a_wrong_variable_is_named():
    done = subprocess.run(
        command("serve"),
        env={**os.environ, "STATUSPOOL_SERVE_PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "STATUSPOOL_SERVE_PORT: expected an integer" in done.stderr
