"""What a verb cannot do is one line on stderr, and exit code 2."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clock", "advance", "5x"], "'5x' is not a duration"),
        (["clock", "set", "2001-01-01T00:00:00Z"], "cannot go back"),
        (["clock", "scale", "nan"], "N: expected a number, got 'nan'"),
        (["monitor", "down", "nobody"], "there are: Production API"),
        (["monitor", "down", "API"], "monitors are called 'API'"),
        (["monitor", "down", "checkout", "--region", "mars"], "only from eu-central-1"),
        (["faults", "add", "--probability", "7", "--status", "500"], "between 0 and 1"),
        (
            ["faults", "add", "--status", "500", "--latency", "slow"],
            "--latency: expected milliseconds such as 800, 200-900 or 300~0.6 (median and sigma)",
        ),
        (["faults", "add", "--status", "418"], "--status: expected one of 401, 403, 404, 429, 500"),
        (["checkpoint", "rewind", "nothing"], "Checkpoints: none"),
        (["snapshot", "load", "/nonexistent.json"], "FILE: expected a file, got '/nonexistent"),
        (["snapshot", "save", "/nonexistent/f.json"], "No such file"),
        (["reset", "--scenario", "nope"], "Must be one of: default"),
        (["verify", "--body", "{"], "--body: expected JSON, got '{'"),
        (["clock", "show", "--url", "http://127.0.0.1:9"], "No mock is running at"),
        (["clock", "show", "--api-key", "nonsense"], "Invalid or expired API key"),
        (["clock", "show", "--api-key", "sp_tëst_x"], "--api-key: expected printable ASCII"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_exit_code_2(ctl, arguments, words):
    done = ctl(*arguments, code=2)
    assert words in done.err
    assert done.err.startswith(f"statuspool-mock ctl {arguments[0]}")
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_a_key_is_in_no_message_even_if_the_environment_holds_a_wrong_one(ctl, monkeypatch):
    monkeypatch.setenv("STATUSPOOL_API_KEY", "sp_live_hüsh")
    done = ctl("clock", "show", code=2)
    assert "STATUSPOOL_API_KEY: expected printable ASCII characters" in done.err
    assert "sp_live" not in done.err
