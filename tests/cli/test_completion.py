"""Shell completion, as a shell asks for it."""

import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

COMPLETE = "_STATUSPOOL_MOCK_COMPLETE"


@pytest.fixture
def complete(run):
    """Return the words that bash is offered for a command line that ends where one types."""

    def completed(*words):
        line = ("statuspool-mock", *words)
        environment = {
            COMPLETE: "bash_complete",
            "COMP_WORDS": "\n".join(line),
            "COMP_CWORD": str(len(words)),
        }
        done = run(**environment)
        assert (done.returncode, done.stderr) == (0, "")
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    return completed


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["se"], ["serve", "seed-from"]),
        (["ctl", "clock", "s"], ["show", "scale", "set"]),
        (["ctl", "che"], ["checkpoint"]),
        (["serve", "--log-level", "w"], ["warning"]),
        (["serve", "--tls"], ["--tls", "--tls-ca-dir"]),
        (["serve", "--mutant", "put-not-s"], ["put-not-stored"]),
        (["mutants", "--only", "put-not-s"], ["put-not-stored"]),
        (["ctl", "mutants", "put-not-s"], ["put-not-stored"]),
        (["serve", "--scenario", "do"], ["docs"]),
        (["run", "--scenario", "flap"], ["flapping"]),
        (["ctl", "reset", "--scenario", "sla"], ["sla-breach"]),
        (["verify", "--only", "upd"], ["update"]),
        (["verify", "--skip", "update.stores-ch"], ["update.stores-changes"]),
        (["verify", "--profile", ""], ["quick", "standard", "deep"]),
    ],
)
def test_commands_options_and_names_are_completed(complete, words, offered):
    assert complete(*words) == offered


def test_bash_completes_with_the_script_of_the_documentation(tmp_path):
    program = tmp_path / "statuspool-mock"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m statuspool_mock "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(_STATUSPOOL_MOCK_COMPLETE=bash_source statuspool-mock)"\n'
        "complete -p statuspool-mock\n"
        "COMP_WORDS=(statuspool-mock serve --mutant put-not-s) COMP_CWORD=3\n"
        "_statuspool_mock_completion statuspool-mock\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    registered, completed = done.stdout.splitlines()
    assert registered.endswith("-F _statuspool_mock_completion statuspool-mock")
    assert completed == "put-not-stored"


def test_a_scenario_may_be_a_file(complete):
    assert complete("serve", "--scenario", "./my") == ["./my"]


def test_a_group_that_is_typed_offers_its_clauses(complete):
    offered = complete("verify", "--only", "update")
    assert offered[0] == "update"
    assert len(offered) > 10
    assert all(name.startswith("update.") for name in offered[1:])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_one_that_it_accepts(run, shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(run(**{COMPLETE: f"{shell}_source"}).stdout)
    assert COMPLETE in script.read_text()
    subprocess.run([shell, "-n", str(script)], check=True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_every_shell(run, shell):
    done = run(**{COMPLETE: f"{shell}_source"})
    assert done.returncode == 0
    assert f"{shell}_complete" in done.stdout
