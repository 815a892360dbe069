"""Click's commands, groups and options with what ours add.

A group prints its help when it is called without a command; it lists its commands in the order in
which they were declared. Options can be listed in sections, and every option states its default.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import groupby
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Option(click.Option):
    """An option that states its default, in words where `show_default` is text."""

    def __init__(self, *names: Any, section: str = "Options", **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.section = section

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Return what follows the help text: click hides the default of flags."""
        extra = super().get_help_extra(ctx)
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default  # without click's parentheses
        elif self.is_flag:
            extra["default"] = "off"
        return extra

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, Any]:
        """Treat an empty value like a missing one where a variable can replace it.

        Compose files and CI pass on variables that are not set as empty text.
        """
        if self.envvar and opts.get(self.name) == "":
            opts = {name: value for name, value in opts.items() if name != self.name}
        return super().consume_value(ctx, opts)


def option(*names: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """Declare an option of a command."""
    return click.option(*names, cls=Option, **attributes)


argument = click.argument


class Command(click.Command):
    """A command that lists its options in their sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list for each section, in the order of declaration."""
        for section, rows in sections(self, ctx).items():
            with formatter.section(section):
                formatter.write_dl(rows)


class Group(click.Group):
    """A group of commands, with whole summaries in the order of declaration."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of declaration."""
        return list(self.commands)

    def summary(self, name: str) -> str:
        """Return the first line of a command's help."""
        return first_line(self.commands[name])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names with their summaries, which click would cut off."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])


class LazyGroup(Group):
    """A group whose commands are modules of a package, imported one by one when needed."""

    def __init__(
        self, *arguments: Any, package: str, summaries: Mapping[str, str], **attributes: Any
    ) -> None:
        super().__init__(*arguments, **attributes)
        self._package = package
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names without importing anything."""
        return list(self._summaries)

    def summary(self, name: str) -> str:
        """Return a summary without importing the command."""
        return self._summaries[name]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command; the command is named like it."""
        if cmd_name not in self._summaries:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{self._package}.{name}"), name)
        return command


def sections(command: click.Command, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Return the rows of a command's help by section: options with meaning and default."""
    options = [one for one in command.get_params(ctx) if isinstance(one, click.Option)]
    by_section: dict[str, list[tuple[str, str]]] = {}
    for section, members in groupby(options, key=lambda one: getattr(one, "section", "Options")):
        rows = [record for one in members if (record := one.get_help_record(ctx))]
        by_section.setdefault(section, []).extend(rows)
    return by_section


def first_line(command: click.Command) -> str:
    """Return the first paragraph of a command's help, in one line."""
    return " ".join((command.help or "").partition("\n\n")[0].split())


def shown_name(parameter: click.Parameter) -> str:
    """Return what users call a parameter: `--port`, `URL`."""
    if isinstance(parameter, click.Argument):
        return parameter.human_readable_name.strip("[].")
    return max(parameter.opts, key=len)
