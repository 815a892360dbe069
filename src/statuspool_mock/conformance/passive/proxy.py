"""The proxy: forwards traffic unchanged and reports what is wrong with it.

The head of a response waits until its body is checked, because the head lists the violations. A
body that is long or slow is not waited for: it is streamed, and checked at its end.
"""

import secrets
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspool_mock.conformance.passive.bodies import (
    BodyCopy,
    UndecodableBody,
    decoded,
    hold,
    request_body,
)
from statuspool_mock.conformance.passive.checker import ExchangeChecker
from statuspool_mock.conformance.passive.observation import Kind, Observation
from statuspool_mock.conformance.passive.proxy_responses import (
    send_enforced,
    send_head,
    send_piece,
    send_refusal,
    violations_header,
)
from statuspool_mock.conformance.passive.upstream import (
    BrokenOff,
    Upstream,
    UpstreamResponse,
    UpstreamUnreachable,
    readable,
    without_hop,
)
from statuspool_mock.exchanges import Exchange

_ROOT = "/v1"
_CONTROL = "/_mock"
OnExchange = Callable[[Exchange, list[Observation]], None]


class _ForwardedRequest:
    """A request that was forwarded, and the copies of both bodies."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.began, self.clock = time.time(), time.perf_counter()
        self.headers = without_hop(scope["headers"])
        self.body, self.content = BodyCopy(), BodyCopy()

    @property
    def target(self) -> str:
        """Path and query, below the API's root."""
        path: str = self.scope["raw_path"].decode("latin-1").removeprefix(_ROOT)
        query = self.scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path

    def exchange(self, response: UpstreamResponse, *, number: int) -> Exchange:
        """Return the exchange with the response."""
        scope = self.scope
        return Exchange(
            number=number,
            method=scope["method"],
            path=scope["path"].removeprefix(_ROOT),
            query=scope["query_string"],
            headers=tuple(self.headers),
            body=self.body.content,
            at=self.began,
            wall=self.clock,
            began=self.began,
            status=response.status,
            response_headers=tuple(response.headers),
            content=self.content.content,
            milliseconds=(time.perf_counter() - self.clock) * 1000,
        )


class CheckingProxy:
    """An ASGI application that forwards everything below /v1 to the upstream.

    `on_exchange` is called with every exchange and its observations. `pages` serves `/_mock`. With
    `enforce`, a response that breaks the contract becomes a 502 in the API's envelope.
    """

    def __init__(
        self,
        upstream: Upstream,
        checker: ExchangeChecker,
        *,
        on_exchange: OnExchange,
        pages: ASGIApp,
        enforce: bool = False,
    ) -> None:
        self._upstream = upstream
        self._checker = checker
        self._on_exchange = on_exchange
        self._pages = pages
        self._enforce = enforce
        self._via = f"1.1 statuspool-mock-{secrets.token_hex(8)}".encode()
        self._number = 0
        self.reached = 0
        """The number of requests that the upstream responded to."""
        self.unreached = 0
        """The number of requests that it did not respond to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or serve a page below `/_mock`."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            return
        elif scope["path"] == _CONTROL or scope["path"].startswith(f"{_CONTROL}/"):
            await self._pages(scope, receive, send)
        elif not scope["path"].startswith(f"{_ROOT}/"):
            await send_refusal(send, 404, f"This proxy serves {_ROOT} and {_CONTROL}.")
        elif self._is_loop(scope):
            await send_refusal(send, 508, "This proxy is its own upstream.")
        else:
            await self._forward(scope, receive, send)

    def _is_loop(self, scope: Scope) -> bool:
        """Whether this proxy has forwarded the request before."""
        return any(
            self._via in [one.strip() for one in value.split(b",")]
            for name, value in scope["headers"]
            if name == b"via"
        )

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._upstream:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _ForwardedRequest(scope)
        try:
            response = await self._upstream.request(
                scope["method"],
                request.target,
                [*readable(request.headers), (b"via", self._via)],
                await request_body(scope, receive, request.body),
            )
        except UpstreamUnreachable as error:
            self.unreached += 1
            await send_refusal(send, 502, f"The upstream cannot be reached: {error}")
            return
        self.reached += 1
        try:
            await self._respond(request, response, send)
        finally:
            response.close()

    async def _respond(
        self, request: _ForwardedRequest, response: UpstreamResponse, send: Send
    ) -> None:
        """Send the response, checked before its head is sent if possible."""
        try:
            is_whole = await hold(response, request.content)
        except BrokenOff as error:
            await send_head(send, response.status, response.headers)
            await send_piece(send, request.content.content)
            self._check(request, response, broken=str(error))
            return
        if not is_whole:
            await self._stream(request, response, send)
            return
        observations = self._check(request, response)
        if self._enforce and any(one.kind is Kind.VIOLATION for one in observations):
            await send_enforced(send, observations)
            return
        headers = [*response.headers, *violations_header(observations)]
        await send_head(send, response.status, headers)
        await send({"type": "http.response.body", "body": request.content.content})

    async def _stream(
        self, request: _ForwardedRequest, response: UpstreamResponse, send: Send
    ) -> None:
        """Send the response as it arrives, and check it at its end.

        One that the upstream breaks off stays without an end: the server then closes the
        connection.
        """
        await send_head(send, response.status, response.headers)
        await send_piece(send, request.content.content)
        try:
            while piece := await response.piece():
                request.content.add(piece)
                await send_piece(send, piece)
        except BrokenOff as error:
            self._check(request, response, broken=str(error))
            return
        self._check(request, response)
        await send({"type": "http.response.body", "body": b""})

    def _check(
        self, request: _ForwardedRequest, response: UpstreamResponse, *, broken: str | None = None
    ) -> list[Observation]:
        self._number += 1
        exchange = request.exchange(response, number=self._number)
        reason = None if broken is None else "broken off by the upstream"
        if reason is None:
            try:
                exchange.content = decoded(exchange.content, dict(response.headers))
            except UndecodableBody as error:
                reason = str(error)
        observations = self._checker.check(exchange, unchecked=reason)
        self._on_exchange(exchange, observations)
        return observations
