"""The options of a server that many share, behind a reverse proxy and with its metrics watched."""

import re
from pathlib import Path
from typing import Any

import click

from statuspool_mock.cli.command import Decorated, option
from statuspool_mock.cli.types import Integer

MOST_WORKERS = 64
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+", re.ASCII)


class BasePath(click.ParamType[str]):
    """A path without a slash at its end."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the path."""
        path = str(value).rstrip("/")
        if path and not _PATH.fullmatch(path):
            self.fail(f"expected a path such as /mock, got {value!r}", param, ctx)
        return path


class ProxyAddress(click.ParamType[str]):
    """An address or a network."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address."""
        from ipaddress import ip_network

        try:
            return str(ip_network(value))
        except ValueError:
            expected = "an address such as 10.0.0.1 or 10.0.0.0/8"
            self.fail(f"expected {expected}, got {value!r}", param, ctx)


_OPTIONS = (
    option(
        "--ledger",
        metavar="URL",
        show_default="none",
        section="Several servers",
        help="Keep sandboxes in this Valkey or Redis, such as valkey://host:6379, together with "
        "all servers that have the same ledger.",
    ),
    option(
        "--advertise",
        metavar="HOST:PORT",
        show_default="where it listens",
        section="Several servers",
        help="Address at which the other servers of the ledger reach this one.",
    ),
    option(
        "--link-secret-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        show_default="one kept in the ledger",
        section="Several servers",
        help="Secret that the servers of a ledger prove to each other that they know.",
    ),
    option(
        "--workers",
        type=Integer(1, MOST_WORKERS),
        default=1,
        metavar="N",
        section="Several servers",
        help="Number of processes that serve, to use as many cores. Each sandbox is at home in one "
        "of them.",
    ),
    option(
        "--watch",
        is_flag=True,
        section="Sandboxes",
        help="Read the file of --scenario again whenever it changes, for new sandboxes and those "
        "that are reset.",
    ),
    option(
        "--base-path",
        type=BasePath(),
        default="",
        show_default="none",
        metavar="PATH",
        section="Behind a reverse proxy",
        help="Path below which a reverse proxy serves this server, such as /mock.",
    ),
    option(
        "--trusted-proxy",
        type=ProxyAddress(),
        multiple=True,
        metavar="ADDRESS",
        show_default="none",
        section="Behind a reverse proxy",
        help="Believe X-Forwarded-For, -Proto and -Host of this address or network, such as "
        "127.0.0.1 or 10.0.0.0/8; repeatable. Its clients can reach the server, so /_mock needs "
        "a token.",
    ),
    option(
        "--metrics-open",
        is_flag=True,
        section="Access",
        help="Open /metrics, for Prometheus, to everybody. Otherwise it needs a token for admin "
        "where /_mock needs one.",
    ),
)


def shared_server_options(command: Decorated) -> Decorated:
    """Declare options that are named like their settings."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command
