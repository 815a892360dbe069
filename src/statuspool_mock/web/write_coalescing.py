"""Sends the head and the body of a response in one write, which saves a system call."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HELD_BYTES = 64 << 10


class CoalescingProtocol(HttpToolsProtocol):
    """Uvicorn's protocol over a transport that coalesces writes."""

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Handle a new connection."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", _CoalescingTransport(transport, self.loop))


class _CoalescingTransport:
    """A transport that sends what is written in one step of the event loop in one piece."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    @property
    def uncoalesced(self) -> asyncio.Transport:
        """The transport below."""
        return self._transport

    def write(self, data: bytes) -> None:
        """Write at the end of this step; large data at once, so that flow control works."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD_BYTES:
            self._flush()
        elif len(self._pieces) == 1:
            self._loop.call_soon(self._flush)

    def write_whole(self, data: bytes) -> None:
        """Write a whole response, which nothing follows in this step."""
        if self._pieces:
            self.write(data)
        else:
            self._transport.write(data)

    def is_flushed(self) -> bool:
        """Send what was written, and return whether nothing of it waits."""
        self._flush()
        return self._transport.get_write_buffer_size() == 0

    def close(self) -> None:
        """Send what was written, then close."""
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        """Send what was written, then end this direction."""
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        if self._pieces and not self._transport.is_closing():
            self._transport.writelines(self._pieces)
        self._pieces = []
        self._size = 0
