"""Forwards a request to the home of its world, and its response to the client."""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.types import Receive, Scope, Send

from statuspool_mock.fleet import link_frames as frames
from statuspool_mock.fleet.gate import READS, Outcome
from statuspool_mock.fleet.link_client import Forwarded, Link, LinkLost
from statuspool_mock.fleet.link_frames import ForwardedRequest, Frame
from statuspool_mock.web.fault_responses import cut_off, gone


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
    try:
        frame = await forwarded.next()
    except LinkLost:
        return Outcome.MOVED if scope["method"] in READS else Outcome.UNKNOWN
    except asyncio.CancelledError:
        forwarded.cancel()
        raise
    if frame.kind == frames.NOT_HERE:
        return Outcome.MOVED
    if frame.kind == frames.CUT_OFF:
        await cut_off(scope, receive)
        return Outcome.ANSWERED
    status, headers, content = frames.unpacked_response(frame.payload)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if frame.kind == frames.RESPONSE:
        await send({"type": "http.response.body", "body": content})
        return Outcome.ANSWERED
    await send({"type": "http.response.body", "body": content, "more_body": True})
    return await _stream(forwarded, scope, receive, send)


async def _stream(forwarded: Forwarded, scope: Scope, receive: Receive, send: Send) -> Outcome:
    """Forward what follows, until the end or until the client leaves."""
    leaving = asyncio.ensure_future(gone(receive))
    try:
        while (frame := await _next(forwarded, leaving)) is not None:
            if frame.kind != frames.BODY:
                break
            more = frame.payload[:1] == b"\1"
            body = frame.payload[1:]
            await send({"type": "http.response.body", "body": body, "more_body": more})
            if not more:
                return Outcome.ANSWERED
        if not leaving.done():
            await cut_off(scope, receive)
    finally:
        forwarded.cancel()
        leaving.cancel()
    return Outcome.ANSWERED


async def _next(forwarded: Forwarded, leaving: "asyncio.Future[None]") -> Frame | None:
    """Return the next frame, None if the client has left or the home is gone."""
    coming = asyncio.ensure_future(forwarded.next())
    either: set[asyncio.Future[Any]] = {coming, leaving}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
        return None
    with suppress(LinkLost):
        return coming.result()
    return None
