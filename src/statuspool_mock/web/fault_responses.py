"""Sends responses whose transfer fails, as faults ask for it."""

import asyncio
import socket
import struct

from starlette.types import Receive, Scope, Send

from statuspool_mock.exchanges.faults import Breakage
from statuspool_mock.web.quick_requests import in_task
from statuspool_mock.web.responses import EncodedResponse

TRANSPORT = "statuspool.transport"
"""The key of the connection in a scope's extensions, if the server provides it."""

_STALL_SECONDS = 60
_LINGER_NOT = struct.pack("ii", 1, 0)


async def send_broken(
    encoded: EncodedResponse, breakage: Breakage, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response with this breakage."""
    if breakage is Breakage.EMPTY:
        await _resized(encoded, b"").send(send)
    elif breakage is Breakage.TRUNCATED:
        await _resized(encoded, encoded.content[: len(encoded.content) // 2]).send(send)
    else:
        if breakage is Breakage.STALLED:
            await _stall(encoded, receive, send)
        await cut_off(scope, receive)


def _resized(encoded: EncodedResponse, content: bytes) -> EncodedResponse:
    headers = [pair for pair in encoded.headers if pair[0] != b"content-length"]
    length = (b"content-length", b"%d" % len(content))
    return EncodedResponse(encoded.status, (*headers, length), content)


async def _stall(encoded: EncodedResponse, receive: Receive, send: Send) -> None:
    """Send the first half, then wait until the client gives up, at most a minute."""
    half = encoded.content[: len(encoded.content) // 2]
    await send(
        {"type": "http.response.start", "status": encoded.status, "headers": [*encoded.headers]}
    )
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await in_task()  # for the timeout
    try:
        async with asyncio.timeout(_STALL_SECONDS):
            await gone(receive)
    except TimeoutError:
        pass


async def cut_off(scope: Scope, receive: Receive) -> None:
    """Reset the connection, if the server provides it."""
    extension = scope.get("extensions", {}).get(TRANSPORT)
    if extension is None:
        return
    transport = extension["connection"]
    if transport.is_closing():  # the client has disconnected already
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # With a linger time of 0, closing sends a reset instead of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await gone(receive)


async def gone(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass
