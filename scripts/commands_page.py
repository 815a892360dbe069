"""Print the reference of the command line, made from its parser."""

import argparse
import sys
from collections.abc import Iterator

from statuspool_mock.cli import command_line

_HEAD = """# Commands

Every command with every option. `--help` says the same in a terminal. Exit codes: 0, done; 1, what
was looked into was found wanting; 2, it could not be done, with one line on stderr; 130, Ctrl-C.
"""


_NO_OPTIONS = (argparse._HelpAction, argparse._SubParsersAction)  # noqa: SLF001


def page() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *_command(command_line(), depth=1, summary="")])


def _command(parser: argparse.ArgumentParser, *, depth: int, summary: str) -> Iterator[str]:
    if depth > 1:
        yield f"{'#' * min(depth, 4)} {parser.prog.partition(' ')[2]}\n"
        yield f"{_sentence(parser.description or summary)}\n"
        yield f"```text\n{_usage(parser)}\n```\n"
    # Argparse tells nobody but its own formatters what a parser takes.
    for group in parser._action_groups:  # noqa: SLF001
        rows = list(_rows(group._group_actions, parser))  # noqa: SLF001
        if rows and depth > 1:
            yield "\n".join(["| option | meaning |", "|---|---|", *rows, ""])
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            listed = action._choices_actions  # noqa: SLF001
            summaries = {choice.dest: choice.help or "" for choice in listed}
            for name, sub in action.choices.items():
                yield from _command(sub, depth=depth + 1, summary=summaries.get(name, ""))


def _usage(parser: argparse.ArgumentParser) -> str:
    """Return the usage as wide as a page, however wide the terminal is that this is made in."""
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=84)
    return parser.format_usage().removeprefix("usage: ").replace("\n       ", "\n").strip()


def _rows(actions: list[argparse.Action], parser: argparse.ArgumentParser) -> Iterator[str]:
    formatter = parser._get_formatter()  # noqa: SLF001
    for action in actions:
        if action.help == argparse.SUPPRESS or isinstance(action, _NO_OPTIONS):
            continue
        default = formatter._get_default_metavar_for_optional(action)  # noqa: SLF001
        value = formatter._format_args(action, default)  # noqa: SLF001
        shown = [f"{name} {value}".strip() for name in action.option_strings] or [value]
        named = ", ".join(f"<code>{_cell(text)}</code>" for text in shown)
        meaning = formatter._expand_help(action) if action.help else ""  # noqa: SLF001
        yield f"| {named} | {_cell(_sentence(meaning))} |"


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "&#124;")


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
