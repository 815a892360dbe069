"""What holds for every command and option: help, defaults, and one line for a wrong value."""

import re
from typing import NamedTuple

import click
import pytest

from statuspool_mock.cli import main
from statuspool_mock.cli.command import Group, first_line
from statuspool_mock.cli.program import PROGRAM, program
from statuspool_mock.cli.types import OutputFile

SECRET = "hush-hush"


class Called(NamedTuple):
    """A command, the words that call it, and the context of its help."""

    words: tuple[str, ...]
    command: click.Command
    context: click.Context

    def __str__(self) -> str:
        return " ".join(self.words) or PROGRAM


def commands(group=program, words=(), parent=None):
    settings = program.context_settings if parent is None else {}
    context = click.Context(group, info_name=(words or (PROGRAM,))[-1], parent=parent, **settings)
    yield Called(words, group, context)
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            yield from commands(group.get_command(context, name), (*words, name), context)


COMMANDS = list(commands())
LEAVES = [called for called in COMMANDS if not isinstance(called.command, click.Group)]


def options_of(called):
    return [each for each in called.command.params if isinstance(each, click.Option)]


def is_typed(parameter):
    """Whether there are values that a parameter refuses before its command runs."""
    return (
        not getattr(parameter, "is_flag", False)
        and not isinstance(parameter.type, (click.types.StringParamType, OutputFile))
        and type(parameter.type) is not click.Path
        and parameter.type is not click.UNPROCESSED
    )


TYPED = [
    pytest.param(called, parameter, id=f"{called} {parameter.name}")
    for called in LEAVES
    for parameter in called.command.params
    if is_typed(parameter)
]


AS_TYPED = re.compile(
    r"^Usage: .*|^  [a-z-]+(?=  )|\[[a-z|]+\]|`[^`]*`|"
    r"(?<=: )junit, json, html|(?<=as )junit or json",
    re.MULTILINE,
)
"""What is typed as it stands: names of commands and choices, and what is in backticks."""


def test_there_are_commands_and_typed_options():
    assert len(LEAVES) > 45
    assert sum(len(options_of(called)) for called in LEAVES) > 250
    assert len(TYPED) > 100


@pytest.mark.parametrize("called", COMMANDS, ids=str)
def test_help_is_written_for_readers(called, capsys):
    assert main([*called.words, "--help"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.isascii()
    assert printed.out.startswith(f"Usage: {' '.join((PROGRAM, *called.words))} ")
    assert first_line(called.command).endswith(".")
    text = AS_TYPED.sub("", printed.out)
    assert re.search(r"(?<![-\w./_])(api|har|json|ctrl-c|url|http)(?![-\w/.:_=])", text) is None


@pytest.mark.parametrize("called", LEAVES, ids=str)
def test_every_parameter_has_a_help_text_in_a_sentence(called):
    for parameter in called.command.params:
        assert parameter.help, f"{called} says nothing about {parameter.name}"
        assert re.fullmatch(r"[A-Z`].*\.", parameter.help, re.DOTALL), parameter.name


@pytest.mark.parametrize("called", LEAVES, ids=str)
def test_every_option_states_its_default(called):
    for option in options_of(called):
        _, meaning = option.get_help_record(called.context)
        assert re.search(r"\[(.*; )?(default: .+|required)\]$", meaning), (option.name, meaning)


@pytest.mark.parametrize("called", LEAVES, ids=str)
def test_secrets_are_read_from_the_environment_and_shown_nowhere(called, monkeypatch):
    secrets = [each for each in options_of(called) if each.envvar and each.name != "url"]
    for option in secrets:
        monkeypatch.setenv(option.envvar, SECRET)
    help_text = called.command.get_help(called.context)
    for option in secrets:
        assert f"env var: {option.envvar}" in " ".join(help_text.split())
    assert SECRET not in help_text


@pytest.mark.parametrize(("called", "parameter"), TYPED)
def test_a_wrong_value_is_one_line_that_says_what_was_expected(called, parameter, capsys):
    wrong = "§ \n wrong"
    words = [*called.words]
    if isinstance(parameter, click.Option):
        words += [max(parameter.opts, key=len), wrong]
    else:
        words += [wrong]
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "expected " in printed.err
    assert printed.err.startswith(f"{' '.join((PROGRAM, *called.words))}: ")
    assert f"(see {' '.join((PROGRAM, *called.words))} --help)" in printed.err


def test_groups_list_their_commands_in_the_order_of_declaration():
    clock = program.get_command(None, "ctl").commands["clock"]
    assert isinstance(clock, Group)
    assert clock.list_commands(None)[:3] == ["show", "freeze", "live"]
