"""Serves what other replicas forward, on connections that have proved to know the secret."""

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from statuspool_mock.links import frames
from statuspool_mock.links.frames import ForwardedRequest, Frame, FrameError, FrameReader
from statuspool_mock.web.fault_responses import TRANSPORT
from statuspool_mock.web.quick_requests import start

HANDSHAKE_SECONDS = 5.0
QUICK_METHODS = frozenset({"GET", "DELETE"})
_QUICK_BELOW = "/v1/"
Answer = Callable[[Any], Awaitable[Any]]
_log = logging.getLogger(__name__)


class LinkServer(asyncio.Protocol):
    """A connection of another replica. `app` serves its requests, `answer` its questions."""

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        secret: bytes,
        app: ASGIApp,
        answer: Answer,
        connections: "set[LinkServer]",
    ) -> None:
        self._transport = transport
        self._secret = secret
        self._app = app
        self._answer = answer
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._greeting = b""
        self._nonces = b""
        self._is_trusted = False
        self._reader = FrameReader()
        self._exchanges: dict[int, _Exchange] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsent: list[bytes] = []
        self._timer = self._loop.call_later(HANDSHAKE_SECONDS, transport.abort)
        connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Take frames, once the other side has proved to know the secret."""
        if not self._is_trusted:
            data = self._greet(data)
        if not data:
            return
        try:
            for frame in self._reader.feed(data):
                self._take(frame)
        except FrameError as error:
            _log.warning("A replica sent %s.", error)
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of the interface
        """Tell all requests that nobody waits for them."""
        self._timer.cancel()
        self._connections.discard(self)
        for exchange in self._exchanges.values():
            exchange.leave()

    def close(self) -> None:
        """Send what was given, and close."""
        self._flush()
        self._transport.close()

    def send(self, data: bytes) -> None:
        """Send a frame at the end of this step."""
        self._unsent.append(data)
        if len(self._unsent) == 1:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent and not self._transport.is_closing():
            self._transport.write(b"".join(unsent))

    def _greet(self, data: bytes) -> bytes:
        """Check that the other side knows the secret, and prove it; return what follows."""
        self._greeting += data
        size = len(frames.MAGIC) + frames.NONCE_BYTES
        if not self._nonces and len(self._greeting) >= size:
            if not self._greeting.startswith(frames.MAGIC):
                self._transport.abort()
                return b""
            nonce = secrets.token_bytes(frames.NONCE_BYTES)
            self._nonces = self._greeting[len(frames.MAGIC) : size] + nonce
            self._greeting = self._greeting[size:]
            self._transport.write(nonce + frames.proof(self._secret, b"server", self._nonces))
        if not self._nonces or len(self._greeting) < frames.PROOF_BYTES:
            return b""
        given, rest = self._greeting[: frames.PROOF_BYTES], self._greeting[frames.PROOF_BYTES :]
        if not hmac.compare_digest(given, frames.proof(self._secret, b"client", self._nonces)):
            _log.warning("A connection of a replica with another link secret was refused.")
            self._transport.abort()
            return b""
        self._timer.cancel()
        self._is_trusted = True
        return rest

    def _take(self, frame: Frame) -> None:
        if frame.kind == frames.REQUEST:
            exchange = _Exchange(self, frame.number)
            self._exchanges[frame.number] = exchange
            scope = exchange.scope(ForwardedRequest.of(frame.payload))
            serving = self._serve(exchange, scope)
            if scope["method"] in QUICK_METHODS and scope["path"].startswith(_QUICK_BELOW):
                self._keep(start(serving, loop=self._loop))
            else:
                self._keep(self._loop.create_task(serving))
        elif frame.kind == frames.CANCEL:
            exchange_left = self._exchanges.get(frame.number)
            if exchange_left is not None:
                exchange_left.leave()
        elif frame.kind == frames.ASK:
            self._keep(self._loop.create_task(self._respond(frame)))

    def _keep(self, task: "asyncio.Task[None] | None") -> None:
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, exchange: "_Exchange", scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            del self._exchanges[exchange.number]
            exchange.end()

    async def _respond(self, frame: Frame) -> None:
        answer = await self._answer(json.loads(frame.payload))
        self.send(frames.frame(frames.ANSWER, frame.number, json.dumps(answer).encode()))


class _Exchange:
    """A forwarded request and its response, as ASGI sees them."""

    __slots__ = ("_body", "_head", "_is_left", "_left", "_link", "_over", "number")

    def __init__(self, link: LinkServer, number: int) -> None:
        self._link = link
        self.number = number
        self._body: bytes | None = None
        self._head: Message | None = None
        self._left: asyncio.Event | None = None
        self._is_left = False
        self._over = False

    def scope(self, request: ForwardedRequest) -> dict[str, Any]:
        """Return the scope of a request."""
        self._body = request.body
        path = request.raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": unquote(path) if "%" in path else path,
            "raw_path": request.raw_path,
            "query_string": request.query,
            "root_path": "",
            "headers": request.headers,
            "client": request.client,
            "server": None,
            "extensions": {TRANSPORT: {"connection": self}},
        }

    async def receive(self) -> Message:
        """Return the body, then wait until the client leaves."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        if not self._is_left:
            self._left = self._left or asyncio.Event()
            await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send a part of the response."""
        if self._over:
            return
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        body, more = message.get("body", b""), message.get("more_body", False)
        if head is None:
            kind, payload = frames.BODY, (b"\1" if more else b"\0") + body
        else:
            kind = frames.START if more else frames.RESPONSE
            payload = frames.packed_response(head["status"], head.get("headers", ()), body)
        self._over = not more
        self._link.send(frames.frame(kind, self.number, payload))

    def refuse(self) -> None:
        """Say that the world is not here."""
        self._finish(frames.NOT_HERE)

    def abort(self) -> None:
        """Let the client's connection be cut off."""
        self._finish(frames.CUT_OFF)

    def end(self) -> None:
        """Say that no more comes, if the response is not complete."""
        self._finish(frames.CUT_OFF)

    def leave(self) -> None:
        """Say that the client has left."""
        self._is_left = self._over = True
        if self._left is not None:
            self._left.set()

    def is_closing(self) -> bool:
        """Whether the client has left."""
        return self._is_left

    def get_extra_info(self, _: str) -> None:
        """Return None: the client's socket is not here."""

    def _finish(self, kind: int) -> None:
        if not self._over:
            self._link.send(frames.frame(kind, self.number))
            self.leave()
