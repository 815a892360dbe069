"""Forwards a request to the home of its world, and its response to the client."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from statuspool_mock.links import frames
from statuspool_mock.links.client import Forwarded, Link, LinkLost
from statuspool_mock.links.frames import ForwardedRequest, Frame
from statuspool_mock.links.outcome import READS, Outcome
from statuspool_mock.links.request_body import RequestBody
from statuspool_mock.web.errors import RequestedError, error_response
from statuspool_mock.web.fault_responses import cut_off
from statuspool_mock.web.request_log import random_request_id

_PAUSE_SECONDS = 0.05
_log = logging.getLogger(__name__)


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
    forwarded = link.forward(request.packed(), receive)
    try:
        return await _respond(forwarded, scope, receive, send)
    except LinkLost:
        if forwarded.is_left:
            return Outcome.ANSWERED
        return Outcome.MOVED if scope["method"] in READS else Outcome.UNKNOWN
    finally:
        forwarded.end()


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


async def until_answered(
    attempt: Callable[[bytes, Receive], Awaitable[Outcome]],
    body: RequestBody,
    send: Send,
    *,
    world: str,
    seconds: float,
    outcome: Outcome = Outcome.MOVED,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Attempt to have a request answered, again and again until it is; after `seconds` send 500.

    `attempt` is given the body, and a `receive` that begins with it. `outcome` is that of an
    attempt before.
    """
    content = await body.whole()
    if content is None:
        return
    give_up = clock() + seconds
    while outcome is Outcome.MOVED and clock() < give_up:
        outcome = await attempt(content, body.again(content))
        if outcome is Outcome.MOVED:
            await asyncio.sleep(_PAUSE_SECONDS)
    if outcome is not Outcome.ANSWERED:
        await send_failure(world, send, outcome, seconds=seconds)


async def send_failure(world: str, send: Send, outcome: Outcome, *, seconds: float) -> None:
    """Send 500 for a request that no home has answered, and say in the log why."""
    request_id = random_request_id()
    reason = (
        f"no home of it was found within {seconds:.0f} s"
        if outcome is Outcome.MOVED
        else "its home was lost meanwhile, and it may have been carried out or not"
    )
    _log.warning("A request to sandbox %s gets 500, reference %s: %s.", world, request_id, reason)
    response = error_response(RequestedError(500), request_id=request_id)
    headers = (*response.headers, ("X-Request-Id", request_id))
    await response._replace(headers=headers).send(send)
