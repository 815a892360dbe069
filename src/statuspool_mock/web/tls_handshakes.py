"""TLS handshakes within bounds: connections count from the first, and have little time for it.

Given an SSL context, asyncio would tell a protocol of a connection only after the handshake, and
wait for that a minute. This needs asyncio's own event loop: uvloop reads before the handshake can
begin.
"""

import asyncio
import ssl
from collections.abc import Callable, MutableSet
from contextlib import suppress
from functools import partial
from typing import Any

from uvicorn.server import ServerState

from statuspool_mock.web.bounded_protocol import BoundedProtocol

ACCEPTED_AT_ONCE = 64
"""How many connections asyncio accepts before it tells a protocol of the first."""
CLOSING_SECONDS = 2.0
"""How long a client has to agree to the end of a connection."""
ACCEPTED_MEANWHILE = 4 * ACCEPTED_AT_ONCE
"""How many are open, at most, that will be refused."""


def secured(
    protocol: type[BoundedProtocol], context: ssl.SSLContext
) -> Callable[..., "TlsHandshake"]:
    """Return what stands for uvicorn's class of protocols where connections speak TLS."""

    def made(*, server_state: ServerState, **given: Any) -> TlsHandshake:
        make = partial(protocol, server_state=server_state, **given)
        return TlsHandshake(make, context, server_state.connections)

    return made


class TlsHandshake(asyncio.Protocol):
    """A new connection. Once its handshake is over, it belongs to an HTTP protocol."""

    def __init__(
        self,
        make_protocol: Callable[[], BoundedProtocol],
        context: ssl.SSLContext,
        connections: MutableSet[Any],
    ) -> None:
        self._make_protocol = make_protocol
        self._context = context
        self._connections = connections

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Begin the handshake, unless there are too many connections."""
        self._transport = transport
        most = BoundedProtocol.limits.connections
        if len(self._connections) >= max(most - ACCEPTED_MEANWHILE, most // 2):
            transport.abort()
            return
        self._connections.add(self)
        self._task = asyncio.get_running_loop().create_task(self._shake_hands())

    def shutdown(self) -> None:
        """Give up, since the server stops."""
        self._transport.abort()

    async def _shake_hands(self) -> None:
        early = _EarlyData()
        transport = None
        with suppress(OSError):  # the client is gone, too slow, or speaks no TLS that we do
            transport = await asyncio.get_running_loop().start_tls(
                self._transport,
                early,
                self._context,
                server_side=True,
                ssl_handshake_timeout=BoundedProtocol.limits.head_seconds,
                ssl_shutdown_timeout=CLOSING_SECONDS,
            )
        self._connections.discard(self)
        if transport is None:
            self._transport.abort()
        elif not early.is_over:
            protocol = self._make_protocol()
            transport.set_protocol(protocol)
            protocol.connection_made(transport)
            for data in early.data:
                protocol.data_received(data)


class _EarlyData(asyncio.Protocol):
    """Keeps what a client sends together with the end of its handshake."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.is_over = False

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.is_over = True
