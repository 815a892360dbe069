"""A server behind a reverse proxy: below a path of another server, and under another's name."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

BASE_PATH = "statuspool.base_path"
"""The key of the path below which clients see this server in a scope, such as `/mock`."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def behind_proxy(app: ASGIApp, *, base_path: str, trusted: Sequence[str]) -> ASGIApp:
    """Return the app as one behind a reverse proxy.

    `base_path` is taken away from paths, whether the proxy leaves it there or not, and added to
    redirects. `X-Forwarded-For`, `-Proto` and `-Host` are believed from the addresses and networks
    of `trusted` only.
    """
    inner: Any = app
    if trusted:
        inner = ProxyHeadersMiddleware(inner, trusted_hosts=list(trusted))
    return _ReverseProxyMiddleware(inner, base_path=base_path, trusted=trusted)


class _ReverseProxyMiddleware:
    """Translates requests from what the clients of the proxy sent, and redirects back."""

    def __init__(self, app: ASGIApp, *, base_path: str, trusted: Iterable[str]) -> None:
        self._app = app
        self._base_path = base_path
        self._trusted: list[Network] = [ipaddress.ip_network(one) for one in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, BASE_PATH: self._base_path}
        self._strip(scope)
        if self._is_trusted(scope.get("client")):
            scope["headers"] = _with_forwarded_host(scope["headers"])

        async def send_located(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [self._located(header) for header in message["headers"]]
            await send(message)

        await self._app(scope, receive, send_located if self._base_path else send)

    def _strip(self, scope: Scope) -> None:
        base, path = self._base_path, scope["path"]
        if base and (path == base or path.startswith(f"{base}/")):
            scope["path"] = path.removeprefix(base) or "/"
            raw: bytes = scope.get("raw_path") or path.encode()
            scope["raw_path"] = raw.removeprefix(base.encode()) or b"/"

    def _is_trusted(self, client: tuple[str, int] | None) -> bool:
        if client is None:
            return False
        try:
            address = ipaddress.ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _located(self, header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        name, value = header
        if name.lower() == b"location" and value.startswith(b"/"):
            return name, self._base_path.encode() + value
        return header


def _with_forwarded_host(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers in which `Host` is the one that the proxy was asked for, if it says so."""
    named = [value for name, value in headers if name == b"x-forwarded-host"]
    if not named:
        return list(headers)
    host = named[-1].rpartition(b",")[2].strip()
    return [(b"host", host), *(header for header in headers if header[0] != b"host")]
