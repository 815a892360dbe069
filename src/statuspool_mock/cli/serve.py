"""`statuspool-mock serve`: the API on this machine, until Ctrl-C."""

import contextlib
import json
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.config_file import as_toml, configurable
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.output import write
from statuspool_mock.cli.server_options import port_option, server_options, settings_from
from statuspool_mock.cli.shared_server_options import shared_server_options

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from statuspool_mock.server import Address
    from statuspool_mock.settings import Settings

DEFAULT_PORT = 4747


@click.command(cls=Command, context_settings={"auto_envvar_prefix": "STATUSPOOL_SERVE"})
@option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on.")
@port_option(DEFAULT_PORT)
@option("--tls", is_flag=True, help="Serve HTTPS with a certificate authority made for this run.")
@option(
    "--tls-ca-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    show_default="a new one for each run",
    help="Keep the certificate authority in this folder, so that clients need to trust it only "
    "once. Implies --tls.",
)
@option(
    "--ready-json",
    is_flag=True,
    help="When ready, print one line of JSON with URLs, keys and process id, and nothing else.",
)
@option(
    "--exit-on-stdin-eof",
    is_flag=True,
    help="Stop when standard input ends: a server that a program starts with a pipe ends with it.",
)
@server_options
@shared_server_options
@configurable
@click.pass_context
def serve(
    context: click.Context,
    /,
    *,
    tls: bool,
    tls_ca_dir: Path | None,
    ready_json: bool,
    exit_on_stdin_eof: bool,
    print_config: bool,
    **options: Any,
) -> None:
    """Serve the API on this machine.

    Ctrl-C or SIGTERM stops the server with exit code 0. Every option can also be set by an
    environment variable, such as STATUSPOOL_SERVE_PORT for --port, or in the file of --config.
    """
    if print_config:
        write(as_toml(context))
        return
    import logging
    import signal

    from statuspool_mock import server
    from statuspool_mock.cli.starting import CANNOT_START

    # Uvicorn repeats a signal when it is done: a SIGTERM (`docker stop`) is to end us like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_from(**options)
    if settings.fleet and (tls or tls_ca_dir):
        raise CommandFailed("--ledger excludes --tls; let the balancer in front speak TLS.")
    has_workers = settings.workers > 1
    if exit_on_stdin_eof and not has_workers:
        _interrupt_on_stdin_eof()
    _warn(settings)

    def ready(address: "Address") -> None:
        announce = _announce_json if ready_json else _announce
        announce(address, settings.scenario, ca_file)

    logging.getLogger("uvicorn.error").addFilter(_is_news)
    try:
        with _secured(settings, tls_ca_dir, tls=tls) as (secured, ca_file):
            if has_workers:
                from statuspool_mock import worker_server

                is_working = False
                worker_server.serve(secured, ready=ready, stdin=0 if exit_on_stdin_eof else None)
            else:
                is_working = server.serve(secured, ready=ready)
    except CANNOT_START as error:
        raise CommandFailed(str(error)) from error
    if is_working:
        _end_now()


def _interrupt_on_stdin_eof() -> None:
    """Interrupt this process, as Ctrl-C does, once standard input has ended."""
    import signal
    import threading

    def wait() -> None:
        with contextlib.suppress(OSError):  # it is closed already
            while os.read(0, 4096):  # not sys.stdin: its lock would be held when the process ends
                pass
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def _end_now() -> None:
    """End the process without waiting for a thread, which may hold locks that an exit needs."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


@contextlib.contextmanager
def _secured(
    settings: "Settings", folder: Path | None, *, tls: bool
) -> "Iterator[tuple[Settings, Path | None]]":
    """Add TLS where it is wanted; yield the authority's public certificate as well."""
    if not (tls or folder):
        yield settings, None
        return
    import tempfile

    from statuspool_mock.interception import THIS_MACHINE, VENDOR_HOST, Authority

    names = dict.fromkeys([settings.host, *THIS_MACHINE, VENDOR_HOST])
    with contextlib.ExitStack() as stack:
        if folder:
            authority = Authority.kept_in(folder)
        else:
            authority = Authority.made_now()
            temporary = tempfile.TemporaryDirectory(prefix="statuspool-mock-")
            folder = Path(stack.enter_context(temporary))
        ca_file = authority.write_certificate(folder).absolute()
        yield replace(settings, tls=authority.server_context(*names)), ca_file


def _warn(settings: "Settings") -> None:
    if not settings.is_local:
        open_to_some = settings.control_token or settings.token_file
        closed = "" if open_to_some else " /_mock is closed without --token-file."
        click.echo(
            f"Warning: anyone who can reach {settings.host} can use and change the sandboxes."
            f"{closed}",
            err=True,
        )
    if settings.mutants:
        names = ", ".join(settings.mutants)
        click.echo(f"Mutants: {names}. This server breaks the contract on purpose.", err=True)


def _announce(address: "Address", scenario: str, ca_file: Path | None) -> None:
    others = "".join(f"  Others   {url}\n" for url in address.other_urls)
    authority = f"  CA       {ca_file}\n" if ca_file else ""
    curl = f"curl --cacert {shlex.quote(str(ca_file))}" if ca_file else "curl"
    sys.stdout.write(
        f"Statuspool API, scenario {scenario}: {address.url}\n"
        f"{others}"
        f"  Keys     {', '.join(address.keys)}\n"
        "           Any key of the form sp_test_<name> opens a sandbox of its own.\n"
        f"  Docs     {address.control_url}/docs\n"
        f"  Console  {address.control_url}/_mock/\n"
        f"  Control  statuspool-mock ctl --help, or {address.control_url}/_mock/docs\n"
        f"{authority}"
        f'  Try      {curl} -H "Authorization: Bearer {address.keys[0]}" {address.url}/monitors\n'
        "Press Ctrl-C to stop.\n"
    )
    sys.stdout.flush()


def _announce_json(address: "Address", _scenario: str, ca_file: Path | None) -> None:
    ready = {
        "url": address.url,
        "control_url": address.control_url,
        "pid": os.getpid(),
        "keys": address.keys,
    }
    if ca_file:
        ready["ca_file"] = str(ca_file)
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _is_news(record: "logging.LogRecord") -> bool:
    """Drop the traceback of a request that Ctrl-C cut short; a line about it is logged anyway."""
    import asyncio

    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
