"""`statuspool-mock mcp`: the mock as tools of an agent, by the Model Context Protocol."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.types import InputFile


@click.command(cls=Command)
@option(
    "--url",
    metavar="URL",
    envvar="STATUSPOOL_MOCK_URL",
    show_envvar=True,
    show_default="a server of its own, on a free port of this machine",
    help="Control this server, such as http://127.0.0.1:4747.",
)
@option(
    "--token-file",
    type=InputFile(),
    metavar="FILE",
    show_default="STATUSPOOL_CONTROL_TOKEN",
    help="File whose first word is the token of the control plane.",
)
@option(
    "--scenario",
    metavar="NAME",
    show_default="empty",
    help="What sandboxes of its own server begin with; not with --url.",
)
def mcp(*, url: str | None, token_file: Path | None, scenario: str | None) -> int:
    """Let an agent control the mock, by the Model Context Protocol on stdin and stdout.

    Configure it in the client as the command `statuspool-mock mcp`. Ends when stdin ends.
    """
    if url is not None and scenario is not None:
        raise click.UsageError("--scenario: the server of --url has its own")
    try:
        import mcp.server  # noqa: F401 - may be missing
    except ImportError:
        raise CommandFailed(
            f"needs the SDK of the protocol: {sys.executable} -m pip install 'mcp>=2.3,<3'"
        ) from None
    from statuspool_mock.cli.mcp.server import build
    from statuspool_mock.cli.mcp.tools import SandboxControls
    from statuspool_mock.cli.tokens import client_token

    token = client_token(token_file)
    with _server(url, scenario or "empty") as root:
        build(SandboxControls(root, token)).run("stdio")
    return 0


@contextmanager
def _server(url: str | None, scenario: str) -> Iterator[str]:
    """Yield the root URL of the server; run one until the block ends if there is none."""
    if url is not None:
        yield url.rstrip("/").removesuffix("/v1")
        return
    from statuspool_mock.cli.starting import CANNOT_START
    from statuspool_mock.server import RunningServer
    from statuspool_mock.settings import Settings

    try:
        running = RunningServer(Settings(port=0, scenario=scenario))
        with running:
            yield running.control_url
    except CANNOT_START as error:
        raise CommandFailed(str(error)) from error
