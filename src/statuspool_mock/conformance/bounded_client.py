"""An HTTP client for servers that nobody vouches for: every response is bounded in time and size.

A timeout of a synchronous client starts again with each byte, so a loop of its own runs each
request to its end or to the deadline.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from statuspool_mock.bounded_responses import ACCEPTED, BoundedBody

MOST_BYTES = 16 << 20
"""The largest body: the lists of incidents and webhooks have no pages."""
MOST_VALUES = 500_000
"""The largest number of JSON values in a body that is parsed."""
_KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_NOT_KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=0)


class BoundedResponse(NamedTuple):
    """A response with its whole body, decoded."""

    status: int
    headers: httpx.Headers
    content: bytes
    request: httpx.Request


class OutgoingRequest(NamedTuple):
    """A request to be sent together with others."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None


class BoundedClient:
    """Sends requests one by one, or several at once. `timeout_seconds` limits each as a whole.

    `verify` states whom to trust, as in HTTPX. Without `keeps_connections`, each request has a
    connection of its own.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float,
        verify: ssl.SSLContext | bool,
        trust_env: bool,
        keeps_connections: bool = True,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            verify=verify,
            trust_env=trust_env,
            headers={"Accept-Encoding": ACCEPTED},
            limits=_KEPT if keeps_connections else _NOT_KEPT,
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> BoundedResponse:
        """Send a request. Raises `httpx.TransportError` and `httpx.InvalidURL`."""
        request = self._client.build_request(
            method, url, headers=headers, content=content, params=query
        )
        return self._runner.run(self._send(request))

    def request_together(
        self, requests: Sequence[OutgoingRequest]
    ) -> list[BoundedResponse | httpx.TransportError]:
        """Send requests at the same time, each on a connection of its own.

        Raises `httpx.InvalidURL`.
        """
        built = [
            self._client.build_request(
                each.method, each.url, headers=each.headers, content=each.content
            )
            for each in requests
        ]
        return self._runner.run(self._send_together(built))

    async def _send_together(
        self, requests: Sequence[httpx.Request]
    ) -> list[BoundedResponse | httpx.TransportError]:
        return await asyncio.gather(*map(self._response_or_error, requests))

    async def _response_or_error(
        self, request: httpx.Request
    ) -> BoundedResponse | httpx.TransportError:
        try:
            return await self._send(request)
        except httpx.TransportError as error:
            return error

    async def _send(self, request: httpx.Request) -> BoundedResponse:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.send(request, stream=True)
                try:
                    body = BoundedBody(response.headers, most_bytes=MOST_BYTES)
                    async for piece in response.aiter_raw():
                        body.add(piece)
                finally:
                    await response.aclose()
        except TimeoutError:
            waited = f"no complete response within {self._timeout_seconds:g} s"
            raise httpx.ReadTimeout(waited, request=request) from None
        return BoundedResponse(response.status_code, response.headers, body.content(), request)

    def close(self) -> None:
        """Close the connections."""
        try:
            self._runner.run(self._client.aclose())
        finally:
            self._runner.close()
