"""Makes a connection of a socket that another process has accepted."""

import asyncio
import socket


class Arrival(asyncio.Protocol):
    """Keeps what comes before the connection has its protocol."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.has_ended = False
        """Whether the other side sends no more."""
        self.is_lost = False

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.data.append(data)

    def eof_received(self) -> bool:
        """Note it, and keep the connection open."""
        self.has_ended = True
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of the interface
        """Note it."""
        self.is_lost = True


async def arrived(connection: socket.socket) -> tuple[asyncio.Transport, Arrival] | None:
    """Return the transport of a connection, None if it is lost already."""
    arrival = Arrival()
    loop = asyncio.get_running_loop()
    connection.settimeout(0)
    try:
        transport, _ = await loop.connect_accepted_socket(lambda: arrival, connection)
    except OSError:
        connection.close()
        return None
    return None if arrival.is_lost else (transport, arrival)
