"""Holds back responses at breakpoints."""

import asyncio
import time
from typing import Any

from starlette.types import Receive

from statuspool_mock.exchanges.exchange import Entry, exchange_of
from statuspool_mock.sandbox import Sandbox, Sandboxes
from statuspool_mock.sandbox.breakpoints import MOST_HELD_OF_SERVER, HeldRequest
from statuspool_mock.web.fault_responses import gone
from statuspool_mock.web.responses import EncodedResponse


async def held_back(
    sandboxes: Sandboxes, sandbox: Sandbox, entry: Entry, encoded: EncodedResponse, receive: Receive
) -> EncodedResponse:
    """Return the response to send, at once or after it was held at a breakpoint.

    An edited response replaces the one in the journal. Nothing is held once the client has left.
    """
    if sum(len(each.breakpoints.held) for each in sandboxes) >= MOST_HELD_OF_SERVER:
        return encoded
    exchange = exchange_of(entry)
    exchange.content = encoded.content  # the journal leaves out what is too large
    held = sandbox.breakpoints.hold(exchange)
    if held is None:
        return encoded
    _report(sandbox, "held", held)
    leaving: asyncio.Future[None] = asyncio.ensure_future(gone(receive))
    try:
        ends: set[asyncio.Future[Any]] = {leaving, held.released}
        seconds = held.ends_at - time.time()
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        sandbox.breakpoints.forget(held)
        _report(sandbox, "released", held)
    edited = held.released.result() if held.released.done() else None
    if edited is None:
        return encoded
    sandbox.journal.amend(
        entry, status=edited.status, headers=edited.headers, content=edited.content
    )
    return EncodedResponse(edited.status, edited.headers, edited.content)


def _report(sandbox: Sandbox, kind: str, held: HeldRequest) -> None:
    exchange = held.exchange
    about = {"id": held.id, "method": exchange.method, "path": exchange.path}
    sandbox.events.add(kind, about, at=sandbox.instant)
