"""Forwards requests to the replica that is the home of their world, over one connection each."""

import asyncio
import hmac
import json
import logging
import secrets
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any, cast

from starlette.types import Receive

from statuspool_mock.links import frames
from statuspool_mock.links.frames import Frame, FrameError, FrameReader
from statuspool_mock.web.fault_responses import gone

CONNECT_SECONDS = 2.0
MOST_WAITING_FRAMES = 1_000
"""How many parts of one response wait for a client that reads slowly."""
PATIENCE_SECONDS = 0.2
"""Whether the client of a request has left is looked at once it took so long, or twice as long."""
_log = logging.getLogger(__name__)


class LinkLost(Exception):
    """The connection is gone. `was_sent` says whether the other side may have the request."""

    def __init__(self, *, was_sent: bool) -> None:
        super().__init__("The connection to a replica is lost.")
        self.was_sent = was_sent


class Forwarded:
    """A request that was forwarded: the frames that come back, in order."""

    __slots__ = (
        "_frames",
        "_is_lost",
        "_is_slow",
        "_link",
        "_receive",
        "_waiter",
        "_watching",
        "is_left",
        "number",
    )

    def __init__(self, link: "Link", number: int, receive: Receive | None) -> None:
        self._link = link
        self._receive = receive
        self._is_slow = False
        self._watching: asyncio.Task[None] | None = None
        self.number = number
        self._frames: deque[Frame] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._is_lost = False
        self.is_left = False
        """Whether the client has left."""

    async def next(self) -> Frame:
        """Return the next frame. Raises `LinkLost`."""
        while not self._frames:
            if self._is_lost:
                raise LinkLost(was_sent=True)
            self._waiter = self._link.future()
            await self._waiter
        return self._frames.popleft()

    def put(self, frame: Frame) -> None:
        """Take a frame."""
        self._frames.append(frame)
        self._wake()
        if len(self._frames) > MOST_WAITING_FRAMES:
            self.cancel()
            self.lose()

    def lose(self) -> None:
        """Take that no more frames come."""
        self._is_lost = True
        self._wake()

    def cancel(self) -> None:
        """Tell the other side that nobody waits any more."""
        self._link.cancel(self.number)

    def leave(self) -> None:
        """Tell both sides that the client has left."""
        self.is_left = True
        self.cancel()
        self.lose()

    def look(self) -> None:
        """From the second time on, look whether the client leaves."""
        if self._is_slow and self._receive is not None and self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch(self._receive))
        self._is_slow = True

    def end(self) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self, receive: Receive) -> None:
        await gone(receive)
        self.leave()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


class Link(asyncio.Protocol):
    """A connection to another replica."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._loop = asyncio.get_running_loop()
        self._trusted: asyncio.Future[None] = self._loop.create_future()
        self._greeting = b""
        self._nonce = secrets.token_bytes(frames.NONCE_BYTES)
        self._reader = FrameReader()
        self._numbers = count(1)
        self._exchanges: dict[int, Forwarded] = {}
        self._unsent: list[bytes] = []
        self._looking: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, address: str, *, secret: bytes) -> "Link":
        """Connect to a replica. Raises `LinkLost`."""
        host, _, port = address.rpartition(":")
        link = cls(secret)
        loop = asyncio.get_running_loop()
        connecting = loop.create_connection(lambda: link, host.strip("[]"), int(port))
        return await link._connected(connecting)

    @classmethod
    async def over(cls, end: socket.socket, *, secret: bytes) -> "Link":
        """Speak over one end of a pair of sockets. Raises `LinkLost`."""
        link = cls(secret)
        loop = asyncio.get_running_loop()
        return await link._connected(loop.create_unix_connection(lambda: link, sock=end))

    async def _connected(self, connecting: Awaitable[object]) -> "Link":
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connecting
                await self._trusted
        except (OSError, TimeoutError) as error:
            self.close()
            raise LinkLost(was_sent=False) from error
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(frames.MAGIC + self._nonce)

    def data_received(self, data: bytes) -> None:
        """Give each frame to the one who waits for it."""
        if not self._trusted.done():
            data = self._greet(data)
        try:
            for frame in self._reader.feed(data) if data else ():
                self._take(frame)
        except FrameError as error:
            _log.warning("A replica sent %s.", error)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of the interface
        """Tell all who wait."""
        self._transport = None
        if not self._trusted.done():
            self._trusted.set_exception(ConnectionError("The replica refused the connection."))
        exchanges, self._exchanges = self._exchanges, {}
        for exchange in exchanges.values():
            exchange.lose()

    @property
    def is_open(self) -> bool:
        """Whether requests can be forwarded."""
        return self._transport is not None and not self._transport.is_closing()

    def forward(
        self, request: bytes, receive: Receive | None, *, kind: int = frames.REQUEST
    ) -> Forwarded:
        """Forward a packed request, or a question. `receive` tells when the client leaves.

        Raises `LinkLost`.
        """
        if not self.is_open:
            raise LinkLost(was_sent=False)
        exchange = Forwarded(self, next(self._numbers) & 0xFFFFFFFF, receive)
        self._exchanges[exchange.number] = exchange
        if self._looking is None:
            self._looking = self._loop.call_later(PATIENCE_SECONDS, self._look)
        self._send(frames.frame(kind, exchange.number, request))
        return exchange

    def future(self) -> "asyncio.Future[None]":
        """Return a future of the loop."""
        return self._loop.create_future()

    async def ask(self, question: Any) -> Any:
        """Return the answer to a question. Raises `LinkLost`."""
        exchange = self.forward(json.dumps(question).encode(), None, kind=frames.ASK)
        return json.loads((await exchange.next()).payload)

    def cancel(self, number: int) -> None:
        """Tell the other side that nobody waits for a response any more."""
        if self._exchanges.pop(number, None) is not None and self.is_open:
            self._send(frames.frame(frames.CANCEL, number))

    def close(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _look(self) -> None:
        """Look after requests that take long; a timer for each would take longer than most do."""
        for exchange in self._exchanges.values():
            exchange.look()
        again = self._loop.call_later(PATIENCE_SECONDS, self._look) if self._exchanges else None
        self._looking = again

    def _take(self, frame: Frame) -> None:
        more = frame.kind == frames.START or (
            frame.kind == frames.BODY and frame.payload[:1] == b"\1"
        )
        exchanges = self._exchanges
        exchange = exchanges.get(frame.number) if more else exchanges.pop(frame.number, None)
        if exchange is not None:
            exchange.put(frame)

    def _greet(self, data: bytes) -> bytes:
        self._greeting += data
        size = frames.NONCE_BYTES + frames.PROOF_BYTES
        if len(self._greeting) < size or self._transport is None:
            return b""
        nonce, given = (
            self._greeting[: frames.NONCE_BYTES],
            self._greeting[frames.NONCE_BYTES : size],
        )
        nonces = self._nonce + nonce
        if not hmac.compare_digest(given, frames.proof(self._secret, b"server", nonces)):
            _log.warning("A replica has another link secret.")
            self._transport.abort()
            return b""
        self._transport.write(frames.proof(self._secret, b"client", nonces))
        self._trusted.set_result(None)
        return self._greeting[size:]

    def _send(self, data: bytes) -> None:
        self._unsent.append(data)
        if len(self._unsent) == 1:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent and self._transport is not None:
            self._transport.write(b"".join(unsent))


class Links:
    """The connections to others, by address, opened on first use with `connect`."""

    def __init__(self, connect: Callable[[str], Coroutine[Any, Any, Link]]) -> None:
        self._connect = connect
        self._links: dict[str, Link] = {}
        self._opening: dict[str, asyncio.Task[Link]] = {}

    def known(self, address: str) -> Link | None:
        """Return an open connection, if there is one."""
        link = self._links.get(address)
        return link if link is not None and link.is_open else None

    async def to(self, address: str) -> Link:
        """Return a connection to a replica. Raises `LinkLost`."""
        link = self.known(address)
        if link is not None:
            return link
        opening = self._opening.get(address)
        if opening is None:
            opening = asyncio.create_task(self._connect(address))
            self._opening[address] = opening
            opening.add_done_callback(lambda _: self._opening.pop(address, None))
        link = self._links[address] = await asyncio.shield(opening)
        return link

    def close(self) -> None:
        """Close all."""
        for link in self._links.values():
            link.close()
