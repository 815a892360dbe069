"""TCP proxies on a thread, whose connections can be cut."""

import asyncio
import itertools
from contextlib import suppress

from tests.fleet.ports import free_port

_CHUNK = 65_536


class TcpProxy:
    """Passes bytes on to ports in turn.

    Stalled, it keeps them, as a network does that drops packets for a while.
    """

    def __init__(self, thread, *targets):
        self.port = free_port()
        self._targets = targets
        self._turns = itertools.count()
        self._thread = thread
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._writers = set()
        self._tasks = set()

    def __enter__(self):
        self._server = self._thread.do(self._listen())
        return self

    def __exit__(self, *_):
        self._thread.do(self._close())

    def stall(self):
        """Pass nothing on until `heal`."""
        self._thread.do(self._set(flowing=False))

    def cut(self):
        """Reset all connections, and new ones, until `heal`."""
        self._thread.do(self._set(flowing=True, refusing=True))

    def heal(self):
        """Pass on what was kept, and everything from now on."""
        self._thread.do(self._set(flowing=True))

    async def _listen(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1_000)

    async def _close(self):
        self._server.close()
        await self._set(flowing=True, refusing=True)
        await asyncio.gather(*self._tasks)

    async def _set(self, *, flowing, refusing=False):
        self._refusing = refusing
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()
        if refusing:
            for writer in self._writers:
                writer.transport.abort()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        self._tasks.add(asyncio.current_task())
        try:
            await self._flowing.wait()
            if self._refusing:
                return
            other_reader, other_writer = await self._connect()
            self._writers.add(other_writer)
            try:
                await asyncio.gather(
                    self._pump(reader, other_writer), self._pump(other_reader, writer)
                )
            finally:
                self._writers.discard(other_writer)
                other_writer.transport.abort()
        except OSError:
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            self._writers.discard(writer)
            writer.transport.abort()

    async def _connect(self):
        """Connect to the next target that takes the connection."""
        start = next(self._turns)
        for step in range(len(self._targets)):
            port = self._targets[(start + step) % len(self._targets)]
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    async def _pump(self, reader, writer):
        while data := await reader.read(_CHUNK):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()
        writer.write_eof()
