"""The proxy, served until a signal."""

import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit

import click
import uvicorn
from starlette.types import ASGIApp

from statuspool_mock import __version__, contract
from statuspool_mock.cli import terminal
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.remote import trusted
from statuspool_mock.cli.tokens import token_from_environment
from statuspool_mock.conformance.passive import ExchangeChecker, Kind, Observation, summary
from statuspool_mock.conformance.passive.proxy import CheckingProxy
from statuspool_mock.conformance.passive.proxy_responses import refused
from statuspool_mock.conformance.passive.recording import ObservationLog, Recording
from statuspool_mock.conformance.passive.status_pages import StatusPages
from statuspool_mock.conformance.passive.upstream import Upstream
from statuspool_mock.exchanges import Exchange
from statuspool_mock.web.bounded_protocol import BoundedProtocol
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.control_tokens import ControlTokens, TokensRejected
from statuspool_mock.web.gc_tuning import tune_for_serving
from statuspool_mock.web.refusals import Refusal
from statuspool_mock.web.responses import EncodedResponse
from statuspool_mock.web.sockets import CannotListen, is_local, listening

Keep = Callable[[Exchange, list[Observation]], None]


def serve(
    upstream_url: str,
    address: tuple[str, int],
    *,
    enforce: bool,
    timeout_seconds: float,
    ca: Path | None,
    token_file: Path | None,
    show_all: bool,
    record: Path | None,
    jsonl: Path | None,
    ready_json: bool,
) -> int:
    """Serve until Ctrl-C. Returns 0 for no violations, 1 for violations."""
    judge = ExchangeChecker(contract.load())
    # A person reads along; a program that asked for the ready line reads no more than that.
    console = terminal.console(stderr=ready_json)
    host = address[0]
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(listening(*address))
        except CannotListen as error:
            raise CommandFailed(str(error)) from error
        port: int = listener.getsockname()[1]
        _check_upstream(upstream_url, host, port)
        upstream = Upstream(
            upstream_url, tls=trusted(upstream_url, ca), timeout_seconds=timeout_seconds
        )
        keepers = _keepers(upstream_url, record, jsonl, stack)
        auth = ControlAuth(loopback_only=is_local(host), tokens=_tokens(token_file))
        pages = StatusPages(judge, auth=auth, base=upstream.base)

        def keep(exchange: Exchange, observations: list[Observation]) -> None:
            for each in (pages.keep, *keepers):
                each(exchange, observations)
            if show_all or any(one.kind is not Kind.NOTE for one in observations):
                console.print(summary.line(exchange, observations), soft_wrap=True)

        proxy = CheckingProxy(upstream, judge, on_exchange=keep, pages=pages, enforce=enforce)
        announce = _announce_json if ready_json else _announce
        _serve(proxy, listener, ready=lambda: announce(upstream_url, host, port))
    summary.show(judge, console)
    if not proxy.reached:
        raise CommandFailed(
            "the server was never reached" if proxy.unreached else "there were no requests"
        )
    return int(judge.broken)


class _Protocol(BoundedProtocol):
    """The protocol of the proxy, whose own errors are no errors of the API."""

    def rendered(self, refusal: Refusal) -> EncodedResponse:
        """Return the response to what is refused."""
        return refused(refusal.status, refusal.message)


def _tokens(file: Path | None) -> ControlTokens | None:
    try:
        return ControlTokens.given(admin=token_from_environment(), file=file)
    except TokensRejected as error:
        raise CommandFailed(str(error)) from error


class _Server(uvicorn.Server):
    """Uvicorn that reports when it is ready."""

    def __init__(self, app: ASGIApp, *, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
                http=_Protocol,
                ws="none",
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def _serve(app: ASGIApp, listener: socket, *, ready: Callable[[], None]) -> None:
    """Serve until a signal, and return."""
    # Broken connections on either side are reported by the judge, not by the web server.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Uvicorn repeats a signal when it is done, but the summary is still to be printed.
        signal.signal(number, lambda *_: None)
    tune_for_serving()
    with contextlib.suppress(KeyboardInterrupt):
        _Server(app, ready=ready).run(sockets=[listener])


def _keepers(
    upstream_url: str, record: Path | None, jsonl: Path | None, stack: ExitStack
) -> list[Keep]:
    """Open the files that exchanges are written to."""
    keepers: list[Keep] = []
    option = "--record"
    try:
        if record:
            recording = Recording(record, base=upstream_url.rstrip("/"), version=__version__)
            stack.enter_context(recording)
            keepers.append(lambda exchange, _: recording.write(exchange))
        option = "--jsonl"
        if jsonl:
            lines = ObservationLog(jsonl)
            stack.callback(lines.close)
            keepers.append(lambda seen, found: lines.write(seen, found) if found else None)
    except OSError as error:
        raise click.BadParameter(
            f"expected a file that can be written, got {error.filename!r}: {error.strerror}",
            param_hint=option,
        ) from error
    return keepers


def _announce(upstream_url: str, host: str, port: int) -> None:
    control_url = _root(host, port)
    sys.stdout.write(
        f"Checking {upstream_url} at {control_url}/v1\n"
        f"  Results  {control_url}/_mock/journal, /_mock/coverage, /_mock/har\n"
        "Press Ctrl-C to stop and print a summary.\n"
    )
    sys.stdout.flush()


def _announce_json(_upstream_url: str, host: str, port: int) -> None:
    control_url = _root(host, port)
    ready = {"url": f"{control_url}/v1", "control_url": control_url, "pid": os.getpid()}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _root(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _check_upstream(upstream_url: str, host: str, port: int) -> None:
    parts = urlsplit(upstream_url)
    name = parts.hostname or ""
    same = name == host or (is_local(name) and is_local(host))
    if same and parts.port == port:
        raise click.BadParameter(
            "expected another server, got the address of this proxy", param_hint="--upstream"
        )
