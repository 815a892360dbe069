"""Options of a command from a TOML file, checked like those of the command line.

The keys are the names of the options without dashes in front. An option of the command line takes
precedence, then its environment variable, then the file.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from statuspool_mock.bounded_documents import DocumentRejected, read_file
from statuspool_mock.cli.command import Decorated, option, shown_name
from statuspool_mock.cli.types import InputFile

_MOST_BYTES = 1 << 20
_SOURCES = {
    ParameterSource.COMMANDLINE: "command line",
    ParameterSource.ENVIRONMENT: "environment",
    ParameterSource.DEFAULT_MAP: "file",
    ParameterSource.DEFAULT: "default",
    ParameterSource.PROMPT: "prompt",
}


def configurable(command: Decorated) -> Decorated:
    """Declare `--config` and `--print-config`."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command


def _load(context: click.Context, parameter: click.Parameter, file: Path | None) -> None:
    """Make the values of a file the defaults of the command."""
    if file is None:
        return
    known = {name: one for name, one in _named(context.command) if one is not parameter}
    context.default_map = {}
    for name, value in _read(file).items():
        if name not in known:
            near = get_close_matches(name, known)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise click.BadParameter(f"{file}: there is no option {name!r}{hint}")
        chosen = known[name]
        assert chosen.name is not None  # noqa: S101 - click names every option
        try:
            context.default_map[chosen.name] = _checked(chosen, value, context)
        except click.BadParameter as error:
            raise click.BadParameter(f"{file}: {name}: {error.message}") from None


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(read_file(file, most_bytes=_MOST_BYTES).decode())
    except DocumentRejected as error:
        raise click.BadParameter(f"{file}: {error}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.BadParameter(f"{file}: cannot be read as TOML: {reason}") from None


def _checked(chosen: click.Option, value: Any, context: click.Context) -> Any:
    """Return a value of the file as the option takes it. Raises `BadParameter`."""
    if chosen.is_flag:
        if not isinstance(value, bool):
            raise click.BadParameter("expected true or false")
        return value
    if chosen.multiple:
        if not isinstance(value, list):
            raise click.BadParameter("expected a list")
        return [_text(chosen, item, context) for item in value]
    return _text(chosen, value, context)


def _text(chosen: click.Option, value: Any, context: click.Context) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise click.BadParameter("expected a text or a number")
    chosen.type.convert(str(value), chosen, context)  # raises now, where the file can be named
    return str(value)


def as_toml(context: click.Context) -> str:
    """Return the options of a call as a file for `--config`, with where each comes from."""
    return "".join(f"{line}\n" for line in _lines(context))


def _lines(context: click.Context) -> Iterator[str]:
    for name, one in _named(context.command):
        value = context.params.get(one.name or "")
        source = context.get_parameter_source(one.name or "") or ParameterSource.DEFAULT
        if name in {"config", "print-config"} or value is None:
            continue
        written = getattr(one.type, "written", lambda same: same)
        yield f"{name} = {_toml(written(value))}  # {_SOURCES[source]}"


def _named(command: click.Command) -> Iterator[tuple[str, click.Option]]:
    for one in command.params:
        if isinstance(one, click.Option) and one.expose_value:
            yield shown_name(one).lstrip("-"), one


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


_OPTIONS = (
    option(
        "--config",
        type=InputFile(),
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_load,
        show_default="none",
        section="Configuration",
        help="Read options from this TOML file: their names without dashes in front, such as "
        'port = 4747 or cors = ["http://localhost:5173"]. Options of the command line and '
        "environment variables take precedence.",
    ),
    option(
        "--print-config",
        is_flag=True,
        section="Configuration",
        help="Print the options as a file for --config, with where each comes from, and exit.",
    ),
)
