"""Forwards a request to the home of its world, and its response to the client."""

import asyncio

from starlette.types import Receive, Scope, Send

from statuspool_mock.fleet import link_frames as frames
from statuspool_mock.fleet.gate import READS, Outcome
from statuspool_mock.fleet.link_client import Forwarded, Link, LinkLost
from statuspool_mock.fleet.link_frames import ForwardedRequest, Frame
from statuspool_mock.web.fault_responses import cut_off, gone

PATIENCE_SECONDS = 0.2
"""How long a response may take before the replica looks whether the client has left."""


async def forward(link: Link, scope: Scope, body: bytes, receive: Receive, send: Send) -> Outcome:
    """Forward a request. Raises `LinkLost` if the other side has not got it.

    `receive` tells when the client leaves.
    """
    request = ForwardedRequest(
        scope["method"],
        scope["scheme"],
        scope.get("client"),
        scope["raw_path"],
        scope["query_string"],
        scope["headers"],
        body,
    )
    forwarded = link.forward(request.packed())
    presence = _Presence(forwarded, receive)
    try:
        return await _respond(forwarded, scope, receive, send)
    except LinkLost:
        if forwarded.is_left:
            return Outcome.ANSWERED
        return Outcome.MOVED if scope["method"] in READS else Outcome.UNKNOWN
    finally:
        presence.end()


async def _respond(forwarded: Forwarded, scope: Scope, receive: Receive, send: Send) -> Outcome:
    """Send the response as it comes. Raises `LinkLost` if the link is lost before it begins."""
    frame = await forwarded.next()
    if frame.kind == frames.NOT_HERE:
        return Outcome.MOVED
    if frame.kind == frames.CUT_OFF:
        await cut_off(scope, receive)
        return Outcome.ANSWERED
    status, headers, content = frames.unpacked_response(frame.payload)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    more = frame.kind == frames.START
    await send({"type": "http.response.body", "body": content, "more_body": more})
    while more:
        try:
            frame = await forwarded.next()
        except LinkLost:
            frame = Frame(frames.CUT_OFF, forwarded.number, b"")
        if frame.kind != frames.BODY:
            if not forwarded.is_left:
                await cut_off(scope, receive)
            break
        more, content = frame.payload[:1] == b"\1", frame.payload[1:]
        await send({"type": "http.response.body", "body": content, "more_body": more})
    return Outcome.ANSWERED


class _Presence:
    """Looks whether the client is still there, once a response takes long."""

    def __init__(self, forwarded: Forwarded, receive: Receive) -> None:
        self._forwarded = forwarded
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(PATIENCE_SECONDS, self._begin)
        self._watching: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Look no more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _begin(self) -> None:
        self._watching = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        await gone(self._receive)
        self._forwarded.leave()
