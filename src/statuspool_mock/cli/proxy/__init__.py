"""`statuspool-mock proxy`: the contract checked between a client and a server."""

from pathlib import Path

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.remote import ca_option
from statuspool_mock.cli.server_options import port_option
from statuspool_mock.cli.tokens import server_tokens_option
from statuspool_mock.cli.types import Number, WebAddress

DEFAULT_PORT = 4750
_OUTPUT = "Output"


@click.command(cls=Command)
@option(
    "--upstream",
    required=True,
    type=WebAddress("https://api.example.com/v1", is_base=True),
    metavar="URL",
    help="Base URL of the server to forward to, such as https://host/v1.",
)
@option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on.")
@port_option(DEFAULT_PORT)
@option(
    "--enforce",
    is_flag=True,
    help="Answer 502 instead of forwarding a request or response that breaks the contract.",
)
@option(
    "--timeout",
    type=Number(0, 3_600, min_open=True),
    default=60,
    metavar="SECONDS",
    help="Time to wait for the server.",
)
@ca_option
@server_tokens_option
@option(
    "--all", "show_all", is_flag=True, section=_OUTPUT, help="Also show exchanges without findings."
)
@option(
    "--record",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="none",
    section=_OUTPUT,
    help="Write the exchanges to an HTTP archive (HAR), with keys masked.",
)
@option(
    "--jsonl",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="none",
    section=_OUTPUT,
    help="Append a line of JSON for each exchange with findings.",
)
@option(
    "--ready-json",
    is_flag=True,
    section=_OUTPUT,
    help="When ready, print one line of JSON with URLs and process id, and nothing else.",
)
def proxy(
    *,
    upstream: str,
    host: str,
    port: int,
    enforce: bool,
    timeout: float,
    ca: Path | None,
    token_file: Path | None,
    show_all: bool,
    record: Path | None,
    jsonl: Path | None,
    ready_json: bool,
) -> int:
    """Forward requests to a server and check both sides against the contract.

    Ctrl-C stops the proxy and prints a summary. Exit code 0: no violations; 1: violations; 2: the
    server was never reached, or there were no requests.
    """
    from statuspool_mock.cli.proxy.serving import serve

    return serve(
        upstream,
        (host, port),
        enforce=enforce,
        timeout_seconds=timeout,
        ca=ca,
        token_file=token_file,
        show_all=show_all,
        record=record,
        jsonl=jsonl,
        ready_json=ready_json,
    )
