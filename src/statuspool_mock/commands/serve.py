"""`statuspool-mock serve`: options to settings, and what a person or a script is told."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import re
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from statuspool_mock import mutants, scenarios, server
from statuspool_mock.interception import THIS_MACHINE, VENDOR_HOST, Authority, AuthorityUnusable
from statuspool_mock.sandbox import RateLimit
from statuspool_mock.sandbox.directory import StorageUnavailable
from statuspool_mock.scenarios.world_factory import ClockChoice
from statuspool_mock.web.sockets import CannotListen

CANNOT_START = (scenarios.ScenarioRejected, StorageUnavailable, CannotListen)
_RATE = re.compile(r"[x×](\d{1,5}(?:\.\d{1,3})?)", re.ASCII)
_ORIGIN = re.compile(r"\*|https?://[^\s/?#]+", re.ASCII)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Returns 0, or 2 where the scenario or the address will not do."""
    # Uvicorn repeats a signal when it is done: a SIGTERM (`docker stop`) is to end us like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_of(arguments)
    if not settings.is_local:
        closed = "" if settings.control_token else "; /_mock stays closed without --control-token"
        _tell(f"Warning: whoever can reach {settings.host} can use and change its worlds{closed}.")
    if settings.mutants:
        _tell(
            f"Mutants: {', '.join(settings.mutants)}. This server breaks the contract on purpose."
        )
    announce = _announce_json if arguments.ready_json else _announce
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    try:
        with _secured(settings, arguments) as (settings, ca_file):
            server.serve(
                settings, ready=lambda address: announce(address, arguments.scenario, ca_file)
            )
    except (*CANNOT_START, AuthorityUnusable) as error:
        _tell(f"statuspool-mock serve: {error}")
        return 2
    return 0


@contextlib.contextmanager
def _secured(
    settings: server.Settings, arguments: argparse.Namespace
) -> Iterator[tuple[server.Settings, Path | None]]:
    """Add TLS where it is asked for; yield the authority's public certificate as well."""
    if not (arguments.tls or arguments.tls_ca_dir):
        yield settings, None
        return
    names = dict.fromkeys([settings.host, *THIS_MACHINE, VENDOR_HOST])
    with contextlib.ExitStack() as stack:
        folder: Path | None = arguments.tls_ca_dir
        if folder:
            authority = Authority.kept_in(folder)
        else:
            authority = Authority.made_now()
            temporary = tempfile.TemporaryDirectory(prefix="statuspool-mock-")
            folder = Path(stack.enter_context(temporary))
        ca_file = authority.write_certificate(folder).absolute()
        yield replace(settings, tls=authority.server_context(*names)), ca_file


def settings_of(arguments: argparse.Namespace) -> server.Settings:
    """Return what the options say; `arguments.refuse` ends the program where one makes no sense."""
    refuse: Callable[[str], None] = arguments.refuse
    return server.Settings(
        host=arguments.host,
        port=arguments.port,
        scenario=arguments.scenario,
        seed=arguments.seed,
        clock=_clock(arguments.clock, refuse),
        rate_limit=_rate_limit(arguments.rate_limit, refuse),
        origins=_origins(arguments.cors, refuse),
        strict=arguments.strict,
        journal=arguments.journal,
        webhook_allow=tuple(arguments.webhook_allow or ()),
        standard_webhooks=arguments.standard_webhooks,
        data=arguments.data,
        most_sandboxes=arguments.max_sandboxes,
        idle_seconds=arguments.idle_hours * 3600,
        control_token=arguments.control_token or os.environ.get("STATUSPOOL_CONTROL_TOKEN") or None,
        log_level=arguments.log_level,
        mutants=_mutants(arguments.mutant, refuse),
        switch_mutants=arguments.switch_mutants,
    )


def _clock(text: str | None, refuse: Callable[[str], None]) -> ClockChoice:
    if text is None:
        return ClockChoice()
    if text == "live":
        return ClockChoice(rate=1.0)
    rate = _RATE.fullmatch(text)
    if rate and float(rate[1]) > 0:
        return ClockChoice(rate=float(rate[1]))
    try:
        return ClockChoice(at=scenarios.instant(text), rate=0.0)
    except ValueError:
        refuse(
            f"argument --clock: came {text!r}, expected live, x10 or an ISO 8601 time "
            "such as 2025-01-15T09:42:11Z"
        )
        raise


def _rate_limit(text: str | None, refuse: Callable[[str], None]) -> RateLimit | None:
    if text is None:
        return RateLimit(server.DOCUMENTED_LIMIT)
    if text == "off":
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        refuse(f"argument --rate-limit: came {text!r}, expected off or a number of requests, 1 up")
    return RateLimit(int(text), even_frozen=True)


def _origins(listed: list[str] | None, refuse: Callable[[str], None]) -> tuple[str, ...]:
    for origin in listed or ():
        if not _ORIGIN.fullmatch(origin):
            refuse(
                f"argument --cors: came {origin!r}, expected an origin such as "
                "http://localhost:5173, without a path"
            )
    return tuple(listed or ("*",))


def _mutants(names: list[str], refuse: Callable[[str], None]) -> tuple[str, ...]:
    try:
        return tuple(mutant.name for mutant in mutants.choose(names))
    except mutants.UnknownMutant as error:
        refuse(f"argument --mutant: {error}")
        raise


def _announce(address: server.Address, scenario: str, ca_file: Path | None) -> None:
    trust = f"  CA     {ca_file}\n" if ca_file else ""
    curl = f"curl --cacert {shlex.quote(str(ca_file))}" if ca_file else "curl"
    sys.stdout.write(
        f"Statuspool API, scenario {scenario}: {address.url}\n"
        f"  Keys   {', '.join(address.keys)}\n"
        "         Any sp_test_<name> opens a world of its own.\n"
        f"  Docs   {address.control_url}/docs\n"
        f"  Look   {address.control_url}/_mock/\n"
        f"  Drive  statuspool-mock ctl --help, or {address.control_url}/_mock/docs\n"
        f"{trust}"
        f'  Try    {curl} -H "Authorization: Bearer {address.keys[0]}" {address.url}/monitors\n'
        "Ctrl-C ends it.\n"
    )
    sys.stdout.flush()


def _announce_json(address: server.Address, _scenario: str, ca_file: Path | None) -> None:
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


def _is_news(record: logging.LogRecord) -> bool:
    """Drop the traceback of a request that Ctrl-C cut short; a line about it is logged anyway."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
