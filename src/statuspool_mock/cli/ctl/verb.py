"""How a function becomes a verb of `ctl`: options for the connection, and output."""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

from statuspool_mock.cli.command import Command, Group, Option
from statuspool_mock.cli.ctl.outcome import Outcome
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.tokens import VARIABLE, client_token
from statuspool_mock.cli.types import ApiKey, InputFile

DEFAULT_URL = "http://127.0.0.1:4747"
DEFAULT_KEY = "sp_test_demo"
_CONNECTION = "Connection and output"

Act = Callable[..., Outcome | Iterator[Outcome]]

_CONNECTION_OPTIONS = (
    Option(
        ["--url"],
        metavar="URL",
        envvar="STATUSPOOL_URL",
        show_envvar=True,
        default=DEFAULT_URL,
        section=_CONNECTION,
        help="URL of the server.",
    ),
    Option(
        ["--api-key"],
        type=ApiKey(),
        metavar="KEY",
        envvar="STATUSPOOL_API_KEY",
        show_envvar=True,
        default=DEFAULT_KEY,
        section=_CONNECTION,
        help="API key, which names the sandbox.",
    ),
    Option(
        ["--token-file"],
        type=InputFile(),
        metavar="FILE",
        show_default=f"the token in {VARIABLE}",
        section=_CONNECTION,
        help="File that begins with the control token, if the server requires one.",
    ),
    Option(["--json", "as_json"], is_flag=True, section=_CONNECTION, help="Print JSON."),
)


def verb(name: str) -> Callable[[Act], click.Command]:
    """Make a command of a function that takes a `Control` and returns what to show."""

    def declare(act: Act) -> click.Command:
        command = click.command(name, cls=Command)(_connected(act))
        command.params += _CONNECTION_OPTIONS
        return command

    return declare


def topic(name: str, about: str, *verbs: click.Command) -> Group:
    """Make a group of verbs."""
    group = Group(name, help=about)
    for each in verbs:
        group.add_command(each)
    return group


def given(**values: Any) -> dict[str, Any]:
    """Return the values that were given."""
    return {name: value for name, value in values.items() if value is not None}


def _connected(act: Act) -> Callable[..., int]:
    @wraps(act)
    def command(
        *, url: str, api_key: str, token_file: Path | None, as_json: bool, **values: Any
    ) -> int:
        from statuspool_mock.cli.ctl.display import show
        from statuspool_mock.client import ClientError, Control

        code = 0
        token = client_token(token_file)
        try:
            with Control(url, api_key=api_key, token=token) as control:
                outcomes = act(control, **values)
                for outcome in [outcomes] if isinstance(outcomes, Outcome) else outcomes:
                    show(outcome, as_json=as_json)
                    code = outcome.code
        except BrokenPipeError:
            raise
        except (ClientError, LookupError, OSError, ValueError) as error:
            raise CommandFailed(str(error)) from error
        except (AttributeError, TypeError) as error:
            message = f"the response of {url} has an unexpected shape: {error}; is it a mock?"
            raise CommandFailed(message) from error
        return code

    return command
