"""A connection to Valkey or Redis. The commands of one step of the event loop leave together.

redis-py takes several times as long for a command, most of it for what is not needed here: see
docs/decisions/0008-a-fleet-on-one-ledger.md.
"""

import asyncio
import os
import re
from collections import deque
from collections.abc import Callable
from typing import Any, cast

import hiredis

from statuspool_mock.fleet.ledger_url import LedgerAddress

CONNECT_SECONDS = 2.0
_NUMBER = re.compile(r"\[Errno (-?\d+)\] ?")
OnReply = Callable[[Any], None]
"""Is given the reply to a command: a value, an error of the server, or `ConnectionError`."""


def why(error: BaseException) -> str:
    """Return in a few words why the ledger cannot be used."""
    text = str(error).partition(". ")[0].rstrip(".")
    number = _NUMBER.search(text)
    if number is not None and int(number[1]) > 0:
        return os.strerror(int(number[1]))
    return _NUMBER.sub("", text) or f"no reply within {CONNECT_SECONDS:.0f} s"


class LedgerConnection(asyncio.Protocol):
    """A connection. Replies come in the order of the commands."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._waiting: deque[OnReply] = deque()
        self._unsent: list[bytes] = []
        self._will_flush = False
        self._transport: asyncio.Transport | None = None
        self._reason = ""
        """Why the connection ends, where its end does not say so."""

    @classmethod
    async def open(cls, address: LedgerAddress, on_lost: Callable[[], None]) -> "LedgerConnection":
        """Connect and log in. Raises `OSError`, or an error of the server."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await loop.create_connection(
                lambda: cls(on_lost), address.host, address.port, ssl=address.tls
            )
            try:
                for command in address.greeting():
                    await connection.call(*command)
            except BaseException:
                connection.close()
                raise
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Give each reply to the one who waits for it."""
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                if self._waiting:
                    self._waiting.popleft()(reply)
                else:
                    self._reason = str(reply)  # it wants no more clients, and closes
        except hiredis.ProtocolError:
            self._reason = "what listens there is no Valkey"
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who wait."""
        self._transport = None
        waiting, self._waiting = self._waiting, deque()
        for on_reply in waiting:
            on_reply(ConnectionError(self._reason or str(exc or "it closed the connection")))
        self._on_lost()

    @property
    def is_open(self) -> bool:
        """Whether commands can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, on_reply: OnReply, *arguments: str | bytes | int) -> None:
        """Send a command with the next `flush`. Raises `ConnectionError` if it is lost."""
        if not self.is_open:
            raise ConnectionError(self._reason or "there is no connection")
        self._waiting.append(on_reply)
        packed = hiredis.pack_command(arguments)  # type: ignore[arg-type] # it takes any length
        self._unsent.append(packed)

    def call(self, *arguments: str | bytes | int) -> "asyncio.Future[Any]":
        """Send a command at the end of this step; the result is its reply.

        Errors of the server are raised.
        """
        future: asyncio.Future[Any] = self._loop.create_future()

        def on_reply(reply: Any) -> None:
            if future.done():
                return
            if isinstance(reply, Exception):
                future.set_exception(reply)
            else:
                future.set_result(reply)

        self.send(on_reply, *arguments)
        if not self._will_flush:
            self._will_flush = True
            self._loop.call_soon(self.flush)
        return future

    def flush(self) -> None:
        """Send what was given."""
        self._will_flush = False
        unsent, self._unsent = self._unsent, []
        if unsent and self._transport is not None:
            self._transport.write(b"".join(unsent))

    def close(self) -> None:
        """Send what was given, and close."""
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
