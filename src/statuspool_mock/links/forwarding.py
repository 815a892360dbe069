"""Forwards a request to the home of its world, and its response to the client."""

import logging
import secrets
import string

from starlette.types import Receive, Scope, Send

from statuspool_mock.links import frames
from statuspool_mock.links.client import Forwarded, Link, LinkLost
from statuspool_mock.links.frames import ForwardedRequest, Frame
from statuspool_mock.links.outcome import READS, Outcome
from statuspool_mock.web.errors import RequestedError, error_response
from statuspool_mock.web.fault_responses import cut_off

_ALPHABET = string.ascii_lowercase + string.digits
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


async def send_failure(world: str, send: Send, outcome: Outcome, *, seconds: float) -> None:
    """Send 500 for a request that no home has answered, and say in the log why."""
    request_id = "req_" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
    reason = (
        f"no home of it was found within {seconds:.0f} s"
        if outcome is Outcome.MOVED
        else "its home was lost meanwhile, and it may have been carried out or not"
    )
    _log.warning("A request to sandbox %s gets 500, reference %s: %s.", world, request_id, reason)
    response = error_response(RequestedError(500), request_id=request_id)
    headers = (*response.headers, ("X-Request-Id", request_id))
    await response._replace(headers=headers).send(send)
