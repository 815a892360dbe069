"""Uvicorn's HTTP protocol within bounds: what a connection may send, leave unread and wait for."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from statuspool_mock.web.keep_alive import KeepAliveProtocol
from statuspool_mock.web.refusals import (
    HEAD_TOO_LARGE,
    MALFORMED,
    TOO_MANY_CONNECTIONS,
    TOO_SLOW,
    URL_TOO_LONG,
    Refusal,
    enveloped,
)
from statuspool_mock.web.responses import EncodedResponse
from statuspool_mock.web.sockets import most_connections
from statuspool_mock.web.upgrades import parse_on

_PIECE_BYTES = 4 << 10
"""How much is parsed at a time, so that the bounds hold between pieces."""
_WATCH_SECONDS = 2.5
_LINGER_SECONDS = 2.0
_MOST_LINGERING = 256
_SLOWEST_BODY_BYTES = 1 << 10


class ConnectionLimits(NamedTuple):
    """The bounds of a connection, and of their number."""

    connections: int
    head_bytes: int = 32 << 10
    url_bytes: int = 8 << 10
    queued_requests: int = 16
    head_seconds: float = 10
    body_seconds: float = 30
    """The time for each KiB of a body, or the rest of a body after the response."""
    unread_seconds: float = 60


class _Wait(NamedTuple):
    """What a connection waits for: at most so many seconds without a change of `progress`."""

    seconds: float
    progress: object
    is_for_reader: bool = False


class BoundedProtocol(KeepAliveProtocol):
    """A protocol that refuses what is too large, too slow or malformed, and ignores upgrades."""

    limits: ClassVar[ConnectionLimits] = ConnectionLimits(connections=most_connections())

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Handle a new connection."""
        super().connection_made(transport)
        self.flow = _HeldFlow(self.transport, is_held=self._holds_reading)
        self.url = b""
        self._running: RequestResponseCycle | None = None
        self._unparsed: deque[bytes] = deque()
        self._offence = MALFORMED
        self._refusal: Refusal | None = None
        self._heads = 0
        self._body_bytes = 0
        self._idle_bytes = 0  # since the last head, piece of a body, or end of a message
        self._wait: _Wait | None = None
        self._waits_since = 0.0
        self._watcher = self.loop.call_later(_WATCH_SECONDS, self._watch)
        if len(self.connections) > self.limits.connections:
            self._refuse(TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the end of a connection, also for a request that others are queued behind."""
        self._watcher.cancel()
        self._unparsed.clear()
        self.pipeline.clear()
        if self._running is not None:
            _disconnect(self._running)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrives, in pieces if it is much."""
        self._unset_keepalive_if_required()
        if self._refusal is not None:
            return
        if self._unparsed or len(data) > _PIECE_BYTES:
            pieces = range(0, len(data), _PIECE_BYTES)
            self._unparsed.extend(data[start : start + _PIECE_BYTES] for start in pieces)
            self._parse_on()
        else:
            self._parse(data)

    def on_headers_complete(self) -> None:
        """Start or queue a request."""
        if len(self.url) > self.limits.url_bytes:
            self._offence = URL_TOO_LONG
            raise ValueError
        self._begin()
        self.headers = _DROPPED  # what follows as headers is a trailer
        self._heads += 1
        self._idle_bytes = 0
        if self.pipeline:
            self.flow.resume_reading()  # to notice when the client leaves

    def on_body(self, body: bytes) -> None:
        """Add to the body of a request."""
        self._idle_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless the parser only leaves the rest to another protocol."""
        if self.parser.should_upgrade():
            return
        self._idle_bytes = 0
        self.cycle.more_body = False
        self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Go on with the next request, or with what arrived meanwhile."""
        super().on_response_complete()
        if self._unparsed:
            self.loop.call_soon(self._parse_on)
        elif self._refusal is not None:
            self._refuse(self._refusal)

    def give_away(self) -> asyncio.Transport:
        """Leave the connection to another protocol; return its transport."""
        self._watcher.cancel()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        transport: asyncio.Transport = self.transport.uncoalesced  # type: ignore[attr-defined]
        return transport

    def rendered(self, refusal: Refusal) -> EncodedResponse:
        """Return the response to what is refused."""
        return enveloped(refusal)

    def _begin(self) -> None:
        """Start a request, or queue it behind others."""
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _holds_reading(self) -> bool:
        """Whether nothing may be read, because enough is queued."""
        queued = self.pipeline
        return bool(self._unparsed) or (
            bool(queued)
            and (
                len(queued) >= self.limits.queued_requests
                or len(self.cycle.body) > HIGH_WATER_LIMIT
            )
        )

    @property
    def _is_busy(self) -> bool:
        """Whether a request waits for its response."""
        running = self._running
        return running is not None and not (running.response_complete or running.disconnected)

    def _parse_on(self) -> None:
        """Parse what has arrived, as far as requests can be queued."""
        while self._unparsed and len(self.pipeline) < self.limits.queued_requests:
            self._parse(self._unparsed.popleft())
        if self._unparsed:
            self.flow.pause_reading()
        elif not self.transport.is_closing():
            self.flow.resume_reading()

    def _parse(self, data: bytes) -> None:
        self._idle_bytes += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(self._offence)
        else:
            if self._idle_bytes > self.limits.head_bytes:
                is_url = len(self.url) > self.limits.url_bytes
                self._refuse(URL_TOO_LONG if is_url else HEAD_TOO_LARGE)

    def _feed(self, data: bytes) -> None:
        """Feed the parser, and a new one after each head that offers another protocol."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                parse_on(self, self.scope["headers"])
                data = data[upgrade.args[0] :]
            else:
                return

    def _refuse(self, refusal: Refusal) -> None:
        """Ignore what still arrives, and respond when all requests before have a response."""
        self._refusal = refusal
        self._unparsed.clear()
        if self.cycle is not None and self.cycle.more_body:
            self._abandon(self.cycle)
        if not self._is_busy and not self.transport.is_closing():
            self._send(self.rendered(refusal))

    def _abandon(self, cycle: RequestResponseCycle) -> None:
        """Give up the request whose body is refused; its response may have begun already."""
        cycle.more_body = False
        if cycle is not self._running:
            self.pipeline.popleft()
            return
        _disconnect(cycle)
        if cycle.response_started:
            self.transport.close()

    def _send(self, response: EncodedResponse) -> None:
        """Send the last response, then let the client read it before the connection closes."""
        self._watcher.cancel()
        headers = (*self.server_state.default_headers, *response.headers)
        lines = [b"%s: %s\r\n" % pair for pair in (*headers, (b"connection", b"close"))]
        self.transport.write(
            b"".join([STATUS_LINE[response.status], *lines, b"\r\n", response.content])
        )
        is_crowded = len(self.connections) > self.limits.connections + _MOST_LINGERING
        if is_crowded or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _watch(self) -> None:
        """Look whether the client makes progress, again and again."""
        self._watcher = self.loop.call_later(_WATCH_SECONDS, self._watch)
        wait, now = self._waits_for(), self.loop.time()
        if wait is None or wait != self._wait:
            self._wait, self._waits_since = wait, now
        elif now - self._waits_since < wait.seconds:
            return
        elif wait.is_for_reader:
            self.transport.abort()
        elif self._idle_bytes or self._is_busy:
            self._refuse(TOO_SLOW)
        else:
            self.transport.close()

    def _waits_for(self) -> _Wait | None:
        """Return what the client has to do next, None if it is the server's turn."""
        if self.flow.write_paused:
            size = self.transport.get_write_buffer_size()
            return _Wait(self.limits.unread_seconds, size, is_for_reader=True)
        is_receiving = self.cycle is not None and self.cycle.more_body
        if self._is_busy:
            if not is_receiving or self.flow.read_paused:
                return None
            return _Wait(self.limits.body_seconds, self._body_bytes // _SLOWEST_BODY_BYTES)
        if is_receiving:
            return _Wait(self.limits.body_seconds, None)
        return _Wait(self.limits.head_seconds, self._heads)


class _HeldFlow(FlowControl):
    """Flow control that does not resume reading while it is held."""

    def __init__(self, transport: asyncio.Transport, *, is_held: Callable[[], bool]) -> None:
        super().__init__(transport)
        self._is_held = is_held

    def resume_reading(self) -> None:
        """Resume reading, unless it is held."""
        if self.read_paused and not self._is_held():
            super().resume_reading()


class _Dropped(list[tuple[bytes, bytes]]):
    """A list that stays empty."""

    def append(self, _: object) -> None:
        """Do nothing."""


_DROPPED = _Dropped()


def _disconnect(cycle: RequestResponseCycle) -> None:
    """Tell a request that nobody waits for its response."""
    cycle.disconnected = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
