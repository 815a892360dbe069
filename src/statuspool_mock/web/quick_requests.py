"""Answers a request at once, where uvicorn would make a task, an event and a timer.

The application's coroutine is started within the callback that read the request, with its body if
it has one. Nearly every request ends there: nothing in it waits. One that waits goes on as a task,
as any other does.
"""

import asyncio
import types
from collections.abc import Generator
from contextvars import copy_context
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_NAMES = (
    b"access-control-allow-origin",
    b"allow",
    b"content-length",
    b"content-type",
    b"date",
    b"location",
    b"retry-after",
    b"vary",
    b"www-authenticate",
    b"x-request-id",
)
_BEGINNINGS = {name: name + b": " for name in _NAMES}
_CONTROL = bytes({*range(32), 127} - {ord("\t")})


class QuickCycle(RequestResponseCycle):
    """A request, and its response: head and body are written together."""

    access_log = False
    chunked_encoding = None
    disconnected = False
    expected_content_length = 0
    keep_alive = True
    more_body = True
    response_complete = False
    response_started = False
    waiting_for_100_continue = False
    _event: asyncio.Event | None = None
    _head: Any = None

    def __init__(self, protocol: Any) -> None:
        self.body = bytearray()
        self.scope = protocol.scope
        self.transport: Any = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self.on_response = protocol.on_response_complete

    @property
    def message_event(  # type: ignore[override]
        self,
    ) -> asyncio.Event:
        """The event that something has arrived; seldom needed where there is no body."""
        if self._event is None:
            self._event = asyncio.Event()
            self._event.set()
        return self._event

    async def send(self, message: Any) -> None:
        """Keep the head until the body is there, and write both; what is unusual is uvicorn's."""
        if self.response_started or self.disconnected or self.flow.write_paused:
            await self._send_apart(message)
        elif self._head is None and message["type"] == "http.response.start":
            self._head = message
        elif data := self._whole(message):
            self.response_started = self.response_complete = True
            self.transport.write_whole(data)
            if self._event is not None:
                self._event.set()
            self.on_response()
        else:
            await self._send_apart(message)

    async def _send_apart(self, message: Any) -> None:
        head, self._head = self._head, None
        if head is not None:
            await super().send(head)
        await super().send(message)

    def _whole(self, message: Any) -> bytes | None:
        """Return the response as bytes, or None if anything about it is unusual."""
        head = self._head
        body: bytes = message.get("body", b"")
        if head is None or message.get("more_body") or not self.keep_alive:
            return None
        status, length = head["status"], None
        pieces = [STATUS_LINE[status]]
        headers = (*self.default_headers, *head.get("headers", ()))
        for name, value in headers:
            beginning = _BEGINNINGS.get(name)
            if beginning is None:
                return None
            if name == b"content-length":
                length = value
            pieces += (beginning, value, b"\r\n")
        pieces.append(b"\r\n")
        lines = b"".join(pieces)
        if len(lines) - len(lines.translate(None, _CONTROL)) != 2 * len(headers) + 4:
            return None  # a value has a control character, which uvicorn refuses
        if length == b"%d" % len(body) or (length is None and status == 204 and not body):
            return lines + body
        return None


@types.coroutine
def _rest(coroutine: Any, waits_for: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that has been started and waits."""
    try:
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - it is for the coroutine
                waits_for = coroutine.throw(error)
            else:
                waits_for = coroutine.send(sent)
    except StopIteration:
        return


async def _going_on(coroutine: Any, waits_for: Any) -> None:
    await _rest(coroutine, waits_for)


def start(coroutine: Any, *, loop: asyncio.AbstractEventLoop) -> "asyncio.Task[None] | None":
    """Run a coroutine until it waits; return the task that does the rest, None if it has ended.

    Until then there is no current task: what needs one calls `in_task` first.
    """
    context = copy_context()
    try:
        waits_for = context.run(coroutine.send, None)
    except StopIteration:
        return None
    return loop.create_task(_going_on(coroutine, waits_for), context=context)


async def in_task() -> None:
    """Make sure that what follows runs in a task."""
    if asyncio.current_task() is None:
        await asyncio.sleep(0)
