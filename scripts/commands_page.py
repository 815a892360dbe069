"""Print the reference of the command line, generated from its commands."""

import sys
from collections.abc import Iterator, Sequence

import click

from statuspool_mock.cli.command import sections
from statuspool_mock.cli.program import PROGRAM, program

_HEAD = """# Commands

All commands with all options. `--help` prints the same in a terminal. Exit codes: 0, done; 1, a
check found something; 2, it could not be done, with one line on stderr; 130, Ctrl-C.
"""
_WIDTH = 84
"""Columns of a page, independent of the terminal in which this script runs."""


def page() -> str:
    """Return the whole page."""
    context = click.Context(
        program, info_name=PROGRAM, terminal_width=_WIDTH, **program.context_settings
    )
    return "\n".join([_HEAD, *_commands_of(program, context, depth=2)])


def _commands_of(group: click.Group, context: click.Context, *, depth: int) -> Iterator[str]:
    for name in group.list_commands(context):
        _, command, _ = group.resolve_command(context, [name])
        inner = click.Context(command, info_name=name, parent=context, terminal_width=_WIDTH)
        yield from _command(command, inner, depth=depth)
        if isinstance(command, click.Group):
            yield from _commands_of(command, inner, depth=depth + 1)


def _command(command: click.Command, context: click.Context, *, depth: int) -> Iterator[str]:
    yield f"{'#' * min(depth, 4)} {context.command_path.partition(' ')[2]}\n"
    yield f"{_cleaned(command.help or '')}\n"
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield f"```text\n{usage.replace(chr(10) + '       ', chr(10))}\n```\n"
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    yield from _table("argument", [argument.get_help_record(context) for argument in arguments])
    for title, rows in sections(command, context).items():
        options = [row for row in rows if not row[0].endswith("--help")]
        if title != "Options" and options:
            yield f"{title}:\n"
        yield from _table("option", options)


def _table(kind: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    if rows:
        lines = [
            f"| {_code(name)} | {_cell(' '.join(meaning.split()))} |" for name, meaning in rows
        ]
        yield "\n".join([f"| {kind} | meaning |", "|---|---|", *lines, ""])


def _code(names: str) -> str:
    return ", ".join(f"<code>{_cell(name)}</code>" for name in names.split(", "))


def _cleaned(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "&#124;")


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
