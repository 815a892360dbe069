"""The proxy: passes traffic on as it is, and tells what is wrong with it.

An answer's head waits until its body is judged, for the head tells of violations. A body that is
long or slow in coming is not waited for: it goes on in pieces and is judged when it is through.
"""

import asyncio
import json
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from statuspool_mock.journal import Exchange
from statuspool_mock.traffic.judge import Judge
from statuspool_mock.traffic.observation import Kind, Observation
from statuspool_mock.traffic.sight import MOST_JUDGED_BYTES
from statuspool_mock.traffic.upstream import (
    Answering,
    BrokenOff,
    Headers,
    Unreachable,
    Upstream,
    readable,
    without_hop,
)

HEADER = b"x-statuspool-violations"
"""Tells a client what was wrong with an exchange."""

_ROOT = "/v1"
_CONTROL = "/_mock"
_HELD_BYTES = 1 << 20
_HELD_SECONDS = 2.0
_MOST_HEADER_BYTES = 1_000
Told = Callable[[Exchange, list[Observation]], None]


@dataclass(slots=True)
class _Copy:
    """What is kept of a body that passes by: the beginning, as far as a judge would read."""

    kept: bytearray = field(default_factory=bytearray)
    size: int = 0

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if len(self.kept) <= MOST_JUDGED_BYTES:
            self.kept += piece


class Proxy:
    """An ASGI application: what is below /v1 goes to the upstream.

    `tell` is given every exchange with what was observed. `pages` answers below `/_mock`. With
    `enforce`, an answer that breaks the contract becomes a 502 in the vendor's envelope.
    """

    def __init__(
        self,
        upstream: Upstream,
        judge: Judge,
        *,
        tell: Told,
        pages: ASGIApp,
        enforce: bool = False,
    ) -> None:
        self._upstream = upstream
        self._judge = judge
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
        elif self._via in [part.strip() for part in _values(scope, b"via")]:
            await _refuse(send, 508, "This proxy is its own upstream.")
        else:
            await self._pass_on(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._upstream:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, clock = time.time(), time.perf_counter()
        asked = _Copy()
        raw_path = scope["raw_path"].decode("latin-1").removeprefix(_ROOT)
        query = scope["query_string"].decode("latin-1")
        headers = without_hop(scope["headers"])
        sent = [*readable(headers), (b"via", self._via)]
        try:
            answering = await self._upstream.ask(
                scope["method"],
                f"{raw_path}?{query}" if query else raw_path,
                sent,
                await _body(scope, receive, asked),
            )
        except Unreachable as error:
            self.unreached += 1
            await _refuse(send, 502, f"The upstream cannot be reached: {error}")
            return
        self.reached += 1
        answered = _Copy()

        def exchange() -> Exchange:
            self._number += 1
            return Exchange(
                number=self._number,
                request_id="",
                operation="",
                role="",
                monitor_id="",
                method=scope["method"],
                path=scope["path"].removeprefix(_ROOT),
                query=scope["query_string"],
                headers=tuple(headers),
                body=bytes(asked.kept),
                at=began,
                wall=clock,
                began=began,
                status=answering.status,
                answer_headers=tuple(answering.headers),
                content=bytes(answered.kept),
                milliseconds=(time.perf_counter() - clock) * 1000,
            )

        try:
            await self._answer(answering, answered, exchange, send)
        finally:
            answering.close()

    async def _answer(
        self,
        answering: Answering,
        answered: _Copy,
        exchange: Callable[[], Exchange],
        send: Send,
    ) -> None:
        """Send an answer on; what can be judged before its head is."""
        broken: str | None = None
        whole = False
        try:
            whole = await _held(answering, answered)
        except BrokenOff as error:
            broken = str(error)
        if whole:
            seen = exchange()
            observations = self._judged(seen, answering.headers)
            if self._enforce and any(one.kind is Kind.VIOLATION for one in observations):
                await _enforced(send, observations)
            else:
                await _start(send, answering.status, [*answering.headers, *_marks(observations)])
                await send({"type": "http.response.body", "body": bytes(answered.kept)})
            return
        await _start(send, answering.status, answering.headers)
        await send({"type": "http.response.body", "body": bytes(answered.kept), "more_body": True})
        try:
            while broken is None and (piece := await answering.piece()):
                answered.add(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except BrokenOff as error:
            broken = str(error)
        self._judged(exchange(), answering.headers, broken=broken)
        if broken is None:
            await send({"type": "http.response.body", "body": b""})
        # Else the answer is left without its end, as it came: the server closes the connection.

    def _judged(
        self, exchange: Exchange, headers: Headers, *, broken: str | None = None
    ) -> list[Observation]:
        reason = None if broken is None else "broken off by the upstream"
        if reason is None:
            try:
                exchange.content = _decoded(exchange.content, dict(headers))
            except _Undecodable as error:
                reason = str(error)
        observations = self._judge.judge(exchange, unjudged=reason)
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


async def _held(answering: Answering, copy: _Copy) -> bool:
    """Take in an answer's body; whether that was all of it, and soon. Raises `BrokenOff`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _HELD_SECONDS
    while copy.size <= _HELD_BYTES:
        try:
            async with asyncio.timeout_at(until):
                piece = await answering.piece()
        except TimeoutError:
            return False
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


def _values(scope: Scope, wanted: bytes) -> list[bytes]:
    return [
        part for name, value in scope["headers"] if name == wanted for part in value.split(b",")
    ]


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


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
