"""Holds back what is sent to a client until everything that it depends on is stored."""

from collections.abc import Awaitable

from starlette.types import Message, Send

from statuspool_mock.fleet.entry_queue import EntryQueue
from statuspool_mock.fleet.request_marks import RequestMarks
from statuspool_mock.links.outcome import READS, Outcome


class Gate(RequestMarks):
    """The `send` of one request at the home of its world.

    Most responses wait for nothing, so what is only needed where one does is found out there.
    """

    _start: Message | None = None
    """The beginning of the response, once it is sent."""
    outcome = Outcome.ANSWERED

    def __init__(self, log: EntryQueue, method: str, send: Send) -> None:
        self._log = log
        self._method = method
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send a part of the response; wait first where something is not stored yet."""
        log = self._log
        if log.done != log.made or log.is_lost or self.is_refused:
            return self._send_later(message)
        if self._start is None:
            self._start = message
        return self._send(message)

    async def _send_later(self, message: Message) -> None:
        if not self._is_whole:
            is_stored = await self._log.settled()
            if self.outcome is Outcome.ANSWERED:
                self.outcome = self._judged(message, is_stored=is_stored)
            if self.outcome is not Outcome.ANSWERED:
                return
        self._start = self._start or message
        await self._send(message)

    @property
    def _is_whole(self) -> bool:
        """Whether the rest was made before the beginning was sent, so that it waits for nothing."""
        headers = self._start.get("headers", ()) if self._start else ()
        return any(name == b"content-length" for name, _ in headers)

    def _judged(self, message: Message, *, is_stored: bool) -> Outcome:
        """Return what becomes of the request, where its world may have left."""
        is_failure = self._log.is_lost and message.get("status", 0) >= 500
        if is_stored and not self.is_refused and not is_failure:
            return Outcome.ANSWERED
        if self._start is not None:
            return Outcome.CUT_SHORT
        if not self.first_write and (self._method in READS or self.is_refused or is_failure):
            return Outcome.MOVED
        is_undone = self._log.is_certain and self.first_write > self._log.done
        return Outcome.MOVED if is_undone else Outcome.UNKNOWN
