"""The forward proxy: it sends the vendor's host to the mock, and refuses or forwards all others."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from statuspool_mock.interception.network import (
    VENDOR_HOST,
    Connection,
    HostRefused,
    TunnelTarget,
    connect,
)

_HEAD_BYTES = 64 * 1024
_HEAD_SECONDS = 30
_CHUNK_BYTES = 64 * 1024
_OF_ONE_HOP = (
    b"connection:",
    b"http2-settings:",
    b"keep-alive:",
    b"proxy-authorization:",
    b"proxy-connection:",
    b"upgrade:",
)


class InterceptingProxy:
    """Listens on two free ports of this machine until its block ends.

    One is a proxy. The other speaks TLS as the vendor itself, for programs whose connections are
    led there because they ask no proxy.

    `tell` is called with a line about each connection that was refused.
    """

    def __init__(
        self,
        mock: tuple[str, int],
        *,
        tls: ssl.SSLContext,
        allow_network: bool,
        tell: Callable[[str], None],
    ) -> None:
        self._mock = mock
        self._tls = tls
        self._allow_network = allow_network
        self._tell = tell
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", 0, limit=_HEAD_BYTES)
        self._vendor = await asyncio.start_server(
            self._welcome_as_vendor, "127.0.0.1", 0, ssl=self._tls
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        self._vendor.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def url(self) -> str:
        """The value of HTTPS_PROXY."""
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    @property
    def vendor_port(self) -> int:
        """The port at which the vendor itself seems to listen, with TLS."""
        port: int = self._vendor.sockets[0].getsockname()[1]
        return port

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._start(self._talk(Connection(reader, writer)))

    def _welcome_as_vendor(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._start(self._talk_as_vendor(Connection(reader, writer)))

    def _start(self, talking: Coroutine[None, None, None]) -> None:
        talk = asyncio.create_task(talking)
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, client: Connection) -> None:
        # Connections that break off or never send a request are not reported.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                async with asyncio.timeout(_HEAD_SECONDS):
                    head = await client.reader.readuntil(b"\r\n\r\n")
                await self._pass_on(head, client)
            except HostRefused as refusal:
                await _respond(client, refusal.status, str(refusal))
            except asyncio.LimitOverrunError:
                await _respond(client, 431, "The request's headers are longer than 64 KiB.")
        client.writer.close()

    async def _talk_as_vendor(self, client: Connection) -> None:
        with contextlib.suppress(OSError):
            async with self._opened(TunnelTarget(VENDOR_HOST, 443)) as upstream:
                await _join(client, upstream)
        client.writer.close()

    async def _pass_on(self, head: bytes, client: Connection) -> None:
        line, _, headers = head.partition(b"\r\n")
        method, _, rest = line.decode("latin-1").partition(" ")
        address = rest.rpartition(" ")[0]
        if method == "CONNECT":
            target = _tunnel_target(address)
            async with self._opened(target) as upstream:
                client.writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await client.writer.drain()
                if target.is_vendor and target.port != 80:
                    await self._prove(client)
                await _join(client, upstream)
        else:
            target, path = _forward_target(address)
            async with self._opened(target) as upstream:
                upstream.writer.write(_one_request(method, path, headers))
                await _join(client, upstream)

    @contextlib.asynccontextmanager
    async def _opened(self, target: TunnelTarget) -> AsyncIterator[Connection]:
        """Connect to the mock, or to the network if allowed. Raises `HostRefused`."""
        connection = await self._open(target)
        try:
            yield connection
        finally:
            connection.writer.close()

    async def _open(self, target: TunnelTarget) -> Connection:
        if target.is_vendor:
            return Connection(*await asyncio.open_connection(*self._mock))
        if not self._allow_network:
            self._tell(f"refused {target}: hosts other than {VENDOR_HOST} need --allow-network")
            reason = f"statuspool-mock run refuses {target}: other hosts need --allow-network"
            raise HostRefused(403, reason)
        return await connect(target)

    async def _prove(self, client: Connection) -> None:
        """Serve TLS as the vendor, if the client trusts the certificate."""
        try:
            await client.writer.start_tls(self._tls)
        except (ssl.SSLError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or error
            self._tell(
                f"a client did not accept the certificate of {VENDOR_HOST} ({reason}): where does "
                "it look for its authorities, if not in SSL_CERT_FILE and the like?"
            )
            raise


def _tunnel_target(address: str) -> TunnelTarget:
    try:
        parts = urlsplit(f"//{address}")
        if parts.hostname and parts.port:
            return TunnelTarget(parts.hostname.removesuffix("."), parts.port)
    except ValueError:
        pass
    raise HostRefused(400, f"expected host:port after CONNECT, got {address!r}")


def _forward_target(address: str) -> tuple[TunnelTarget, str]:
    """Return the target of an absolute URL, and the path to request there."""
    try:
        parts = urlsplit(address)
        is_secure = parts.scheme == "https"
        if parts.hostname and parts.scheme in {"http", "https"}:
            port = parts.port or (443 if is_secure else 80)
            target = TunnelTarget(parts.hostname.removesuffix("."), port, speaks_tls=is_secure)
            query = f"?{parts.query}" if parts.query else ""
            return target, f"{parts.path or '/'}{query}"
    except ValueError:
        pass
    raise HostRefused(
        400, "This is the proxy of statuspool-mock run, not a server: see HTTPS_PROXY"
    )


def _one_request(method: str, path: str, headers: bytes) -> bytes:
    """Return the head for the server, for one request: the next may have another host."""
    kept = [
        line for line in headers.split(b"\r\n") if line and not line.lower().startswith(_OF_ONE_HOP)
    ]
    start = f"{method} {path} HTTP/1.1".encode("latin-1")
    return b"\r\n".join([start, *kept, b"Connection: close", b"", b""])


async def _respond(client: Connection, status: int, reason: str) -> None:
    """Refuse a request, with the reason in the status line, which clients show for CONNECT."""
    body = f"{reason}\n".encode()
    line = reason.encode("ascii", "replace").decode()
    client.writer.write(
        f"HTTP/1.1 {status} {line}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    await client.writer.drain()


async def _join(client: Connection, upstream: Connection) -> None:
    """Copy bytes both ways until the server closes the connection."""
    upload = asyncio.create_task(_carry(client.reader, upstream.writer))
    try:
        await _carry(upstream.reader, client.writer)
    finally:
        upload.cancel()
        await asyncio.gather(upload, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK_BYTES):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
