"""Connections to the network: directly, or through the user's own proxy."""

import asyncio
import base64
import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

VENDOR_HOST = "api.statuspool.io"
_CONNECT_SECONDS = 30


class Connection(NamedTuple):
    """Both directions of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class TunnelTarget(NamedTuple):
    """The target of a request, and whether to use TLS."""

    host: str
    port: int
    speaks_tls: bool = False

    @property
    def is_vendor(self) -> bool:
        """Whether the mock serves it."""
        return self.host == VENDOR_HOST

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class HostRefused(Exception):
    """A request that is not forwarded: the status for the client, and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def connect(target: TunnelTarget) -> Connection:
    """Connect, through the user's own proxy if its variables are set. Raises `HostRefused`."""
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            return await _connect(target, _proxy_for(target))
    except TimeoutError as error:
        raise HostRefused(504, f"{target} did not respond within {_CONNECT_SECONDS} s") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise HostRefused(502, f"{target} cannot be reached: {reason}") from error


def _proxy_for(target: TunnelTarget) -> str | None:
    if proxy_bypass(target.host):
        return None
    return getproxies().get("http" if target.port == 80 else "https")


async def _connect(target: TunnelTarget, proxy: str | None) -> Connection:
    address = _address(proxy, target) if proxy else (target.host, target.port)
    connection = Connection(*await asyncio.open_connection(*address))
    try:
        if proxy:
            await _ask_for_tunnel(connection, proxy, target)
        if target.speaks_tls:
            trust = ssl.create_default_context()
            await connection.writer.start_tls(trust, server_hostname=target.host)
    except BaseException:
        connection.writer.close()
        raise
    return connection


def _address(proxy: str, target: TunnelTarget) -> tuple[str, int]:
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise HostRefused(502, f"{target} needs your own proxy, which is not an http:// one")
    return parts.hostname, parts.port or 80


async def _ask_for_tunnel(connection: Connection, proxy: str, target: TunnelTarget) -> None:
    head = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    parts = urlsplit(proxy)
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        head.append(f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    connection.writer.write("\r\n".join([*head, "", ""]).encode())
    response = await connection.reader.readuntil(b"\r\n\r\n")
    status = response.partition(b"\r\n")[0].decode("latin-1").partition(" ")[2]
    if not status.startswith("200"):
        raise HostRefused(
            502, f"{target} cannot be reached: your own proxy responded with {status}"
        )
