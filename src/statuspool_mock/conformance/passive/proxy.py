"""The proxy: passes traffic on as it is, and tells what is wrong with it.

An answer's head waits until its body is judged, for the head tells of violations. A body that is
long or slow in coming is not waited for: it goes on in pieces and is judged when it is through.
"""

import asyncio
import contextlib
import json
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.conformance.passive.checker import ExchangeChecker
from statuspool_mock.conformance.passive.observation import Kind, Observation
from statuspool_mock.conformance.passive.parsed_exchange import MOST_JUDGED_BYTES
from statuspool_mock.conformance.passive.upstream import (
    BrokenOff,
    Headers,
    Upstream,
    UpstreamResponse,
    UpstreamUnreachable,
    readable,
    without_hop,
)
from statuspool_mock.exchanges import Exchange

HEADER = b"x-statuspool-violations"
"""Tells a client what was wrong with an exchange."""

_ROOT = "/v1"
_CONTROL = "/_mock"
_HELD_BYTES = 1 << 20
_HELD_SECONDS = 2.0
_MOST_HEADER_BYTES = 1_000
Told = Callable[[Exchange, list[Observation]], None]


class _Copy:
    """What is kept of a body that passes by: the beginning, as far as a judge would read."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def add(self, piece: bytes) -> None:
        if self.size <= MOST_JUDGED_BYTES:
            self._pieces.append(piece)
        self.size += len(piece)

    @property
    def kept(self) -> bytes:
        return b"".join(self._pieces)


class _Passage:
    """A request on its way, and what has come back so far."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.began, self.clock = time.time(), time.perf_counter()
        self.headers = without_hop(scope["headers"])
        self.asked, self.responded = _Copy(), _Copy()

    @property
    def target(self) -> str:
        """Path and query, below the API's root."""
        path: str = self.scope["raw_path"].decode("latin-1").removeprefix(_ROOT)
        query = self.scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path

    def exchange(self, answering: UpstreamResponse, *, number: int) -> Exchange:
        """Return it with the answer that came."""
        scope = self.scope
        return Exchange(
            number=number,
            method=scope["method"],
            path=scope["path"].removeprefix(_ROOT),
            query=scope["query_string"],
            headers=tuple(self.headers),
            body=self.asked.kept,
            at=self.began,
            wall=self.clock,
            began=self.began,
            status=answering.status,
            response_headers=tuple(answering.headers),
            content=self.responded.kept,
            milliseconds=(time.perf_counter() - self.clock) * 1000,
        )


class CheckingProxy:
    """An ASGI application: what is below /v1 goes to the upstream.

    `tell` is given every exchange with what was observed. `pages` answers below `/_mock`. With
    `enforce`, an answer that breaks the contract becomes a 502 in the vendor's envelope.
    """

    def __init__(
        self,
        upstream: Upstream,
        checker: ExchangeChecker,
        *,
        tell: Told,
        pages: ASGIApp,
        enforce: bool = False,
    ) -> None:
        self._upstream = upstream
        self._checker = checker
        self._tell = tell
        self._pages = pages
        self._enforce = enforce
        self._via = f"1.1 statuspool-mock-{secrets.token_hex(8)}".encode()
        self._number = 0
        self.reached = 0
        """How many requests the upstream answered."""
        self.unreached = 0
        """How many it did not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer below `/_mock`."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            return
        elif scope["path"] == _CONTROL or scope["path"].startswith(f"{_CONTROL}/"):
            await self._pages(scope, receive, send)
        elif not scope["path"].startswith(f"{_ROOT}/"):
            await _refuse(send, 404, f"This proxy serves {_ROOT} and {_CONTROL}.")
        elif self._came_by(scope):
            await _refuse(send, 508, "This proxy is its own upstream.")
        else:
            await self._pass_on(scope, receive, send)

    def _came_by(self, scope: Scope) -> bool:
        """Whether a request was here before."""
        return any(
            self._via in [one.strip() for one in value.split(b",")]
            for name, value in scope["headers"]
            if name == b"via"
        )

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._upstream:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        passage = _Passage(scope)
        try:
            answering = await self._upstream.ask(
                scope["method"],
                passage.target,
                [*readable(passage.headers), (b"via", self._via)],
                await _body(scope, receive, passage.asked),
            )
        except UpstreamUnreachable as error:
            self.unreached += 1
            await _refuse(send, 502, f"The upstream cannot be reached: {error}")
            return
        self.reached += 1
        try:
            await self._respond(passage, answering, send)
        finally:
            answering.close()

    async def _respond(self, passage: _Passage, answering: UpstreamResponse, send: Send) -> None:
        """Send an answer on; what can be judged before its head is."""
        try:
            whole = await _held(answering, passage.responded)
        except BrokenOff as error:
            await _start(send, answering.status, answering.headers)
            await _go_on(send, passage.responded.kept)
            self._checked(passage, answering, broken=str(error))
            return
        if not whole:
            await self._stream(passage, answering, send)
            return
        observations = self._checked(passage, answering)
        if self._enforce and any(one.kind is Kind.VIOLATION for one in observations):
            await _enforced(send, observations)
            return
        await _start(send, answering.status, [*answering.headers, *_marks(observations)])
        await send({"type": "http.response.body", "body": passage.responded.kept})

    async def _stream(self, passage: _Passage, answering: UpstreamResponse, send: Send) -> None:
        """Send an answer on as it comes; judge it when it is through.

        One that is broken off is left without its end, as it came: the server then closes the
        connection.
        """
        await _start(send, answering.status, answering.headers)
        await _go_on(send, passage.responded.kept)
        try:
            while piece := await answering.piece():
                passage.responded.add(piece)
                await _go_on(send, piece)
        except BrokenOff as error:
            self._checked(passage, answering, broken=str(error))
            return
        self._checked(passage, answering)
        await send({"type": "http.response.body", "body": b""})

    def _checked(
        self, passage: _Passage, answering: UpstreamResponse, *, broken: str | None = None
    ) -> list[Observation]:
        self._number += 1
        exchange = passage.exchange(answering, number=self._number)
        reason = None if broken is None else "broken off by the upstream"
        if reason is None:
            try:
                exchange.content = _decoded(exchange.content, dict(answering.headers))
            except _Undecodable as error:
                reason = str(error)
        observations = self._checker.check(exchange, unchecked=reason)
        self._tell(exchange, observations)
        return observations


class _Undecodable(Exception):
    """A body in an encoding that we cannot read."""


async def _body(scope: Scope, receive: Receive, copy: _Copy) -> AsyncIterator[bytes] | bytes | None:
    """Return a request's body, in pieces where it does not come at once."""
    names = [name for name, _ in scope["headers"]]
    if b"content-length" not in names and b"transfer-encoding" not in names:
        return None
    message = await receive()
    first: bytes = message.get("body", b"")
    copy.add(first)
    if not message.get("more_body", False):
        return first

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        more = True
        while more:
            following: Message = await receive()
            if following["type"] == "http.disconnect":
                raise ConnectionResetError("the client left")
            piece = following.get("body", b"")
            copy.add(piece)
            more = following.get("more_body", False)
            if piece:
                yield piece

    return pieces()


async def _held(answering: UpstreamResponse, copy: _Copy) -> bool:
    """Take in an answer's body; whether that was all of it, and soon. Raises `BrokenOff`."""
    if (body := answering.arrived()) is not None:
        copy.add(body)
        return True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_HELD_SECONDS):
            while copy.size <= _HELD_BYTES:
                piece = await answering.piece()
                if not piece:
                    return True
                copy.add(piece)
    return False


def _decoded(content: bytes, headers: dict[bytes, bytes]) -> bytes:
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").lower()
    if encoding in {"", "identity"} or not content:
        return content
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise _Undecodable(f"encoded as {encoding[:20]}")
    try:
        # 32 added to the window takes either header, gzip's or zlib's.
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, MOST_JUDGED_BYTES + 1)
    except zlib.error:
        raise _Undecodable(f"broken {encoding}") from None


def _marks(observations: list[Observation]) -> Headers:
    """Return the header that tells of violations, in ASCII and not too long; none for none."""
    texts = [f"{one.rule}: {one.message}" for one in observations if one.kind is not Kind.NOTE]
    if not texts:
        return []
    text = " | ".join(texts).encode("ascii", "backslashreplace")
    plain = bytes(byte if 32 <= byte < 127 else 63 for byte in text)
    if len(plain) > _MOST_HEADER_BYTES:
        plain = plain[: _MOST_HEADER_BYTES - 3] + b"..."
    return [(HEADER, plain)]


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _go_on(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _refuse(send: Send, status: int, reason: str) -> None:
    """Answer for the proxy itself, in plain text: nobody shall take it for the upstream."""
    body = f"statuspool-mock proxy: {reason}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await _start(send, status, headers)
    await send({"type": "http.response.body", "body": body})


async def _enforced(send: Send, observations: list[Observation]) -> None:
    """Answer in the vendor's envelope instead of an answer that breaks the contract."""
    details: list[dict[str, Any]] = [
        {"field": one.rule, "message": one.message}
        for one in observations
        if one.kind is Kind.VIOLATION
    ]
    body = json.dumps(
        {
            "error": "CONTRACT_VIOLATION",
            "message": "The upstream's answer breaks the contract; the proxy enforces it.",
            "details": details,
        }
    ).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_marks(observations),
    ]
    await _start(send, 502, headers)
    await send({"type": "http.response.body", "body": body})
