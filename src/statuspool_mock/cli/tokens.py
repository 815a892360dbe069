"""Control tokens, from the environment or from a file, never from arguments that others can see."""

import os
from pathlib import Path

import click

from statuspool_mock.bounded_documents import DocumentRejected, read_file
from statuspool_mock.cli.command import option
from statuspool_mock.cli.types import InputFile

VARIABLE = "STATUSPOOL_CONTROL_TOKEN"
_ACCESS = "Access"
_MOST_BYTES = 1 << 20

server_tokens_option = option(
    "--token-file",
    type=InputFile(),
    metavar="FILE",
    envvar="STATUSPOOL_TOKEN_FILE",
    show_envvar=True,
    show_default="none",
    section=_ACCESS,
    help="Require a token of this file in the X-Control-Token header of requests to /_mock. Each "
    "line is a token and what it controls: admin, the name of a sandbox, or a prefix such as "
    f"checkout*. {VARIABLE} is another token for admin. Without a token, /_mock is closed if other "
    "machines can reach the server.",
)


def token_from_environment() -> str | None:
    """Return the token of the environment, None without one. An empty one counts as none."""
    token = os.environ.get(VARIABLE, "")
    if not (token.isascii() and (token.isprintable() or not token)):
        raise click.UsageError(f"{VARIABLE}: expected printable ASCII characters")
    return token or None


def client_token(file: Path | None) -> str | None:
    """Return the token to send: the first word of the file, or else the one of the environment."""
    if file is None:
        return token_from_environment()
    try:
        words = read_file(file, most_bytes=_MOST_BYTES).decode("ascii").split(maxsplit=1)
    except (OSError, UnicodeDecodeError, DocumentRejected):
        words = []
    if not words or not words[0].isprintable():
        raise click.BadParameter(f"expected a token in {str(file)!r}", param_hint="--token-file")
    return words[0]
