"""What is wrong with a call, in one line."""

from difflib import get_close_matches

import click
from click.core import ParameterSource

from statuspool_mock.cli.command import shown_name
from statuspool_mock.cli.printable_text import printable


class CommandFailed(click.ClickException):
    """A command cannot do its work, although its options are right. Exit code 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.command_path = click.get_current_context().command_path


def one_line(error: click.ClickException) -> str:
    """Return what to print on stderr: the command, and what is wrong with it or its options."""
    if isinstance(error, CommandFailed):
        return f"{error.command_path}: {_flat(error.message)}"
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "statuspool-mock"
    return f"{path}: {_flat(_described(error, context))} (see {path} --help)"


def _described(error: click.ClickException, context: click.Context | None) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"{shown_name(parameter)} is required{_purpose(parameter)}"
        case click.BadParameter():
            return f"{_hint(error, context)}{error.message}"
        case click.NoSuchOption():
            near = error.possibilities or ()
            return f"no such option {error.option_name!r}{_suggestion(near)}"
        case click.exceptions.NoSuchCommand(ctx=click.Context(command=click.Group() as group)):
            known = group.list_commands(click.Context(group))
            near = get_close_matches(error.command_name, known)
            return f"no such command {error.command_name!r}{_suggestion(near)}"
    return _uncapitalised(error.format_message().rstrip("."))


def _hint(error: click.BadParameter, context: click.Context | None) -> str:
    """Name the option, or the environment variable that the value was read from."""
    parameter = error.param
    if parameter is None:
        return f"{error.param_hint}: " if error.param_hint else ""
    name = shown_name(parameter)
    if context and context.get_parameter_source(parameter.name) is ParameterSource.ENVIRONMENT:
        named = f"{context.auto_envvar_prefix}_{parameter.name}".upper()
        name = str(parameter.envvar or named)
    return f"{name}: "


def _purpose(parameter: click.Parameter) -> str:
    text = (parameter.help or "").partition(". ")[0].rstrip(".")
    return f": {_uncapitalised(text)}" if text else ""


def _uncapitalised(text: str) -> str:
    is_word = text[1:2].islower()  # and not URL
    return text[:1].lower() + text[1:] if is_word else text


def _suggestion(near: list[str] | tuple[str, ...]) -> str:
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _flat(text: str) -> str:
    return printable(" ".join(text.split("\n")))
