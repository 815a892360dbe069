"""Sending answers that go wrong on the way, as faults ask for it."""

import asyncio
import socket
import struct

from starlette.types import Receive, Scope, Send

from statuspool_mock.exchanges.faults import Breakage
from statuspool_mock.web.responses import EncodedResponse

TRANSPORT = "statuspool.transport"
"""Where a scope's extensions carry the connection, if the server lets us have it."""

_STALL_SECONDS = 60
_LINGER_NOT = struct.pack("ii", 1, 0)


async def send_broken(
    wire: EncodedResponse, breakage: Breakage, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer, or what is left of it."""
    if breakage is Breakage.EMPTY:
        await _resized(wire, b"").send(send)
    elif breakage is Breakage.TRUNCATED:
        await _resized(wire, wire.content[: len(wire.content) // 2]).send(send)
    else:
        if breakage is Breakage.STALLED:
            await _stall(wire, receive, send)
        await _cut_off(scope, receive)


def _resized(wire: EncodedResponse, content: bytes) -> EncodedResponse:
    headers = [pair for pair in wire.headers if pair[0] != b"content-length"]
    length = (b"content-length", b"%d" % len(content))
    return EncodedResponse(wire.status, (*headers, length), content)


async def _stall(wire: EncodedResponse, receive: Receive, send: Send) -> None:
    """Send the first half, then wait until the client gives up, or a minute."""
    half = wire.content[: len(wire.content) // 2]
    await send({"type": "http.response.start", "status": wire.status, "headers": [*wire.headers]})
    await send({"type": "http.response.body", "body": half, "more_body": True})
    try:
        async with asyncio.timeout(_STALL_SECONDS):
            await gone(receive)
    except TimeoutError:
        pass


async def _cut_off(scope: Scope, receive: Receive) -> None:
    """Reset the connection; a server that hides it from us answers as it will."""
    extension = scope.get("extensions", {}).get(TRANSPORT)
    if extension is None:
        return
    transport = extension["connection"]
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # With no time to linger, closing sends a reset instead of a goodbye.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await gone(receive)


async def gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
