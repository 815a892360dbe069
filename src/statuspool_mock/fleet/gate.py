"""Holds back what is sent to a client until everything that it depends on is stored."""

from starlette.types import Message, Send

from statuspool_mock.fleet.entry_queue import EntryQueue
from statuspool_mock.fleet.request_marks import RequestMarks
from statuspool_mock.links.outcome import READS, Outcome


class Gate(RequestMarks):
    """The `send` of one request at the home of its world."""

    __slots__ = ("_is_whole", "_log", "_method", "_send", "has_begun", "outcome")

    def __init__(self, log: EntryQueue, method: str, send: Send) -> None:
        self.is_refused = False
        self.first_write = 0
        self._log = log
        self._method = method
        self._send = send
        self._is_whole = False
        """Whether the rest was made before the beginning was sent, so that it waits for nothing."""
        self.has_begun = False
        self.outcome = Outcome.ANSWERED

    async def __call__(self, message: Message) -> None:
        """Send a part of the response; wait first where something is not stored yet."""
        log = self._log
        if not self._is_whole and (log.done != log.made or log.is_lost or self.is_refused):
            is_stored = await log.settled()
            if self.outcome is Outcome.ANSWERED:
                self.outcome = self._judged(message, is_stored=is_stored)
            if self.outcome is not Outcome.ANSWERED:
                return
        if not self.has_begun:
            self.has_begun = True
            self._is_whole = any(
                name == b"content-length" for name, _ in message.get("headers", ())
            )
        await self._send(message)

    def _judged(self, message: Message, *, is_stored: bool) -> Outcome:
        """Return what becomes of the request, where its world may have left."""
        is_failure = self._log.is_lost and message.get("status", 0) >= 500
        if is_stored and not self.is_refused and not is_failure:
            return Outcome.ANSWERED
        if self.has_begun:
            return Outcome.CUT_SHORT
        if not self.first_write and (self._method in READS or self.is_refused or is_failure):
            return Outcome.MOVED
        is_undone = self._log.is_certain and self.first_write > self._log.done
        return Outcome.MOVED if is_undone else Outcome.UNKNOWN
