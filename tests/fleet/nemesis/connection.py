"""A small HTTP client that never repeats a request by itself, so that a history stays true."""

import asyncio
import json

_CONNECT_SECONDS = 5


class NotSent(Exception):
    """No server accepted a connection: the request had no effect."""


class Lost(Exception):
    """The connection broke, or nothing came in time: nobody knows whether the request counted."""


class Connection:
    """A connection to one of some ports, chosen at random, and another one when it breaks."""

    def __init__(self, ports, chance, *, seconds):
        self._ports = ports
        self._chance = chance
        self._seconds = seconds
        self._writer = None

    async def ask(self, method, path, key, body=None):
        """Return status and JSON. Raises `NotSent` or `Lost`."""
        if self._writer is None:
            await self._connect()
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: fleet\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(self._seconds):
                self._writer.write(head.encode() + content)
                return await self._response()
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.close()
            raise Lost(repr(error)) from error

    def close(self):
        """Close the connection; the next request opens another one, perhaps elsewhere."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _connect(self):
        for port in self._chance.sample(self._ports, len(self._ports)):
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    opened = await asyncio.open_connection("127.0.0.1", port)
            except (OSError, TimeoutError):
                continue
            self._reader, self._writer = opened
            return
        raise NotSent

    async def _response(self):
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        size = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        content = await self._reader.readexactly(size)
        return status, json.loads(content) if content else None
