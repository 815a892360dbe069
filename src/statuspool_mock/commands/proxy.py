"""`statuspool-mock proxy`: a judge between a client and a real server."""

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from socket import socket
from typing import NoReturn
from urllib.parse import urlsplit

import uvicorn
from rich.console import Console
from starlette.types import ASGIApp

from statuspool_mock import __version__, contract
from statuspool_mock.commands.servers import check_base, trusted
from statuspool_mock.conformance.passive import ExchangeChecker, Kind, Observation, summary
from statuspool_mock.conformance.passive.proxy import CheckingProxy
from statuspool_mock.conformance.passive.recording import ObservationLog, Recording
from statuspool_mock.conformance.passive.status_pages import StatusPages
from statuspool_mock.conformance.passive.upstream import Upstream
from statuspool_mock.exchanges import Exchange
from statuspool_mock.web.control_auth import ControlAuth
from statuspool_mock.web.gc_tuning import rest_the_collector
from statuspool_mock.web.sockets import CannotListen, is_local, listening
from statuspool_mock.web.write_coalescing import CoalescingProtocol


def run(arguments: argparse.Namespace) -> int:
    """Proxy until Ctrl-C. Returns 0 for clean, 1 for violations, 2 where nothing was judged."""
    refuse: Callable[[str], NoReturn] = arguments.refuse
    check_base(arguments.upstream, refuse, name="argument --upstream")
    judge = ExchangeChecker(contract.load())
    # A person reads along; a program that asked for the ready line reads no more than that.
    console = Console(highlight=False, stderr=arguments.ready_json)
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(listening(arguments.host, arguments.port))
        except CannotListen as error:
            sys.stderr.write(f"statuspool-mock proxy: {error}\n")
            return 2
        port: int = listener.getsockname()[1]
        if _is_itself(arguments.upstream, arguments.host, port):
            refuse("argument --upstream: that is the address of this proxy")
        tls = trusted(arguments.ca, refuse)
        upstream = Upstream(arguments.upstream, tls=tls, timeout_seconds=arguments.timeout)
        keepers = _keepers(arguments, stack, refuse)
        token = arguments.control_token or os.environ.get("STATUSPOOL_CONTROL_TOKEN")
        gate = ControlAuth(loopback_only=is_local(arguments.host), token=token)
        pages = StatusPages(judge, auth=gate, base=upstream.base)

        def tell(exchange: Exchange, observations: list[Observation]) -> None:
            for keep in (pages.keep, *keepers):
                keep(exchange, observations)
            if arguments.all or any(one.kind is not Kind.NOTE for one in observations):
                console.print(summary.line(exchange, observations), soft_wrap=True)

        proxy = CheckingProxy(upstream, judge, tell=tell, pages=pages, enforce=arguments.enforce)
        _serve(proxy, listener, ready=lambda: _announce(arguments, port))
    summary.show(judge, console)
    return _verdict(proxy, judge)


def _verdict(proxy: CheckingProxy, judge: ExchangeChecker) -> int:
    if not proxy.reached:
        why = "The upstream was never reached." if proxy.unreached else "Nothing came by."
        sys.stderr.write(f"statuspool-mock proxy: {why}\n")
        return 2
    return int(judge.broken)


class _Server(uvicorn.Server):
    """Uvicorn that tells when it is ready."""

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
                http=CoalescingProtocol,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def _serve(app: ASGIApp, listener: socket, *, ready: Callable[[], None]) -> None:
    """Serve until a signal comes, and return."""
    # What breaks off on either side is told by the judge, not by the web server.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Uvicorn repeats a signal when it is done: there is a summary to give yet.
        signal.signal(number, lambda *_: None)
    rest_the_collector()
    with contextlib.suppress(KeyboardInterrupt):
        _Server(app, ready=ready).run(sockets=[listener])


def _keepers(
    arguments: argparse.Namespace, stack: ExitStack, refuse: Callable[[str], NoReturn]
) -> list[Callable[[Exchange, list[Observation]], None]]:
    """Open the files that were asked for."""
    keepers: list[Callable[[Exchange, list[Observation]], None]] = []
    option = "--record"
    try:
        if arguments.record:
            base = arguments.upstream.rstrip("/")
            recording = Recording(arguments.record, base=base, version=__version__)
            stack.enter_context(recording)
            keepers.append(lambda exchange, _: recording.write(exchange))
        option = "--jsonl"
        if arguments.jsonl:
            lines = ObservationLog(arguments.jsonl)
            stack.callback(lines.close)
            keepers.append(lambda seen, found: lines.write(seen, found) if found else None)
    except OSError as error:
        refuse(f"argument {option}: {error.filename}: {error.strerror}")
    return keepers


def _announce(arguments: argparse.Namespace, port: int) -> None:
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    control_url = f"http://{host}:{port}"
    if arguments.ready_json:
        ready = {"url": f"{control_url}/v1", "control_url": control_url, "pid": os.getpid()}
        sys.stdout.write(json.dumps(ready) + "\n")
    else:
        sys.stdout.write(
            f"Judging {arguments.upstream} at {control_url}/v1\n"
            f"  Seen   {control_url}/_mock/journal, /_mock/coverage, /_mock/har\n"
            "Ctrl-C ends it with a summary.\n"
        )
    sys.stdout.flush()


def _is_itself(upstream: str, host: str, port: int) -> bool:
    parts = urlsplit(upstream)
    name = parts.hostname or ""
    same = name == host or (is_local(name) and is_local(host))
    return same and parts.port == port
