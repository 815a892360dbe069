"""The addresses that deliveries may be sent to: this machine, and hosts that the user allowed."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from statuspool_mock.hosts import is_local_name, is_this_machine


class AddressNotAllowed(Exception):
    """Deliveries to this address are not allowed; the message says why."""


class ResolvedEndpoint(NamedTuple):
    """A checked url: its host as written, and the addresses to connect to."""

    host: str
    port: int
    addresses: tuple[str, ...]


class AddressPolicy:
    """Checks addresses. Each allowed name is resolved once; other names are never looked up.

    `allowed` are the host names or addresses beyond this machine that deliveries may be sent to.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {host.lower().strip("[]") for host in allowed}
        self._resolved: dict[str, tuple[str, ...]] = {}

    async def check(self, url: str) -> ResolvedEndpoint:
        """Return where a url points to. Raises `AddressNotAllowed`."""
        host, port = _split(url)
        if host in self._allowed:
            return ResolvedEndpoint(host, port, await self._resolve(host, port))
        if not is_this_machine(host):
            raise AddressNotAllowed(_NOT_ALLOWED.format(host=host))
        if is_local_name(host):
            return ResolvedEndpoint(host, port, ("127.0.0.1", "::1"))
        return ResolvedEndpoint(host, port, (str(ipaddress.ip_address(host)),))

    async def _resolve(self, host: str, port: int) -> tuple[str, ...]:
        if host not in self._resolved:
            loop = asyncio.get_running_loop()
            try:
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise AddressNotAllowed(
                    f"{host} cannot be resolved: {error.strerror or error}"
                ) from error
            self._resolved[host] = tuple(dict.fromkeys(str(item[4][0]) for item in found))
        return self._resolved[host]


_NOT_ALLOWED = (
    "{host} is not this machine, and webhooks are only sent to other hosts if allowed with "
    "serve --webhook-allow"
)


def _split(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError as error:
        raise AddressNotAllowed(f"the url is not valid: {error}") from None
    if parts.username is not None or parts.password is not None:
        raise AddressNotAllowed("the url contains credentials, which a webhook's url must not")
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressNotAllowed("the url is not an http or https url with a host")
    return host, port
