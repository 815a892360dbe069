"""The HTTP client of the sender: checked addresses only, no redirects, bounded bodies."""

import os
import socket
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from statuspool_mock.webhooks.addresses import AddressNotAllowed, AddressPolicy

_MOST_READ = 64 * 1024
_MOST_HEADERS = 50


class WebhookResponse(NamedTuple):
    """The response of an endpoint, with the beginning of its body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class RequestFailed(Exception):
    """There was no response; the message says why."""


class WebhookClient:
    """Connections to endpoints, kept open between deliveries."""

    def __init__(self, addresses: AddressPolicy) -> None:
        connector = aiohttp.TCPConnector(limit=0, resolver=_Checked(addresses), use_dns_cache=False)
        self._session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> WebhookResponse:
        """Send a request and return the response. Raises `RequestFailed`."""
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                told = tuple(response.headers.items())[:_MOST_HEADERS]
                try:
                    content = await response.content.read(_MOST_READ)
                except aiohttp.ClientError:
                    content = b""  # only the status counts
                return WebhookResponse(response.status, told, content)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RequestFailed(_reason(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


def _reason(error: Exception) -> str:
    """Return why there was no response, in plain words."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate is not accepted: {error.certificate_error}"
        case aiohttp.ClientSSLError():
            return f"TLS cannot be set up: {error.os_error}"
        case aiohttp.ClientConnectorError():
            cause = error.os_error
            number = cause.errno or 0
            reason = os.strerror(number) if number > 0 else cause.strerror or str(cause)
            return f"cannot connect to {error.host}:{error.port}: {reason}"
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed before a response"
        case _:
            text = str(error)
            return f"{type(error).__name__}: {text}" if text else type(error).__name__


class _Checked(AbstractResolver):
    """Resolves names to the addresses that were checked, and no others."""

    def __init__(self, addresses: AddressPolicy) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            endpoint = await self._addresses.check(f"http://{host}:{port}/")
        except AddressNotAllowed as withheld:
            raise OSError(str(withheld)) from None
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in endpoint.addresses
            if family in {socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET}
        ]

    async def close(self) -> None:
        """Close nothing."""
