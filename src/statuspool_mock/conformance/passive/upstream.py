"""The server behind the proxy: requests and responses unchanged, bodies in pieces."""

import ssl
from collections.abc import AsyncIterator, Iterable
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_READABLE = ("gzip", "deflate", "identity")  # responses have to be read to be checked
_CONNECT_SECONDS = 10.0


class UpstreamUnreachable(Exception):
    """The server cannot be reached or does not speak HTTP; the message says why."""


class BrokenOff(Exception):
    """The server ended its response early; the message says how."""


class UpstreamResponse:
    """A response whose head has arrived; its body arrives in pieces."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = without_hop(response.raw_headers)

    def arrived(self) -> bytes | None:
        """Return the whole body if it has arrived already."""
        content = self._response.content
        return content.read_nowait() if content.is_eof() else None

    async def piece(self) -> bytes:
        """Return the next piece of the body, empty at its end. Raises `BrokenOff`."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenOff(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Release the connection, or close it if the body has not ended."""
        if self._response.content.is_eof():
            self._response.release()
        else:
            self._response.close()


class Upstream:
    """The server at a base url. Certificates are checked against `tls`, timeouts are in seconds."""

    def __init__(self, base: str, *, tls: ssl.SSLContext | None, timeout_seconds: float) -> None:
        self.base = base.rstrip("/")
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=_CONNECT_SECONDS, sock_read=timeout_seconds
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def host(self) -> str:
        """Host and port, as in the base url."""
        return urlsplit(self.base).netloc

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls or True),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self, method: str, path: str, headers: Headers, body: AsyncIterator[bytes] | bytes | None
    ) -> UpstreamResponse:
        """Send a request; `path` includes the query. Raises `UpstreamUnreachable`."""
        assert self._session is not None  # noqa: S101 - entered before the first request
        try:
            response = await self._session.request(
                method,
                URL(self.base + path, encoded=True),
                headers=[
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers
                ],
                data=body,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError) as error:
            text = str(error)
            name = type(error).__name__
            raise UpstreamUnreachable(f"{name}: {text}" if text else name) from error
        return UpstreamResponse(response)


def without_hop(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the end-to-end headers, in lower case (RFC 9110, 7.6.1)."""
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = _HOP_BY_HOP
    for name, value in lowered:
        if name == b"connection":
            dropped = dropped.union(one.strip().lower() for one in value.split(b","))
    return [(name, value) for name, value in lowered if name not in dropped]


def readable(headers: Headers) -> Headers:
    """Return a request's headers, accepting only encodings that can be read."""
    kept = []
    for name, value in headers:
        if name == b"accept-encoding":
            offered = [one.strip() for one in value.decode("latin-1").split(",")]
            fine = [one for one in offered if one.partition(";")[0].lower() in _READABLE]
            kept.append((name, (", ".join(fine) or "identity").encode("latin-1")))
        else:
            kept.append((name, value))
    return kept
