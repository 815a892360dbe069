"""Hands a connection over to the worker that is the home of the world that a request is for."""

from collections.abc import Iterable
from typing import Any, Protocol

from statuspool_mock.web.known_heads import MOST_KNOWN_HEADS, KnownHead
from statuspool_mock.web.quick_protocol import QuickProtocol
from statuspool_mock.web.refusals import Refusal
from statuspool_mock.workers.inboxes import MOST_HANDED_OVER_BYTES

HOME = "statuspool.home"
"""The key of the worker that is to serve a request in its scope, if it is another one."""


class Switchboard(Protocol):
    """What a connection asks of its worker."""

    here: int
    """The number of this worker."""
    own_heads: dict[int, KnownHead]
    """Known heads of requests for worlds that are at home here, by their `id`."""

    def home(self, headers: Iterable[tuple[bytes, bytes]], url: bytes) -> int | None:
        """Return the worker that serves a request, None if any can."""

    def hand_over(self, transport: Any, data: bytes, *, to: int) -> bool:
        """Give a worker a connection and what has arrived on it; return whether it has it."""


class HandedOver(Exception):
    """The connection belongs to another worker from now on."""


class HandOverProtocol(QuickProtocol):
    """A protocol that gives connections away whose requests are for another worker.

    A hand-over costs about as much as to forward one request. So the connection stays where it is,
    and the request is forwarded, only where the client seems to change between worlds with each
    request; and where the request cannot be given away whole, since other bytes came with it.
    """

    switchboard: Switchboard
    _previous: int | None = None
    """The worker of the last request that needed a certain one."""
    _is_settled = False
    """Whether the one before was for the same worker."""
    _arrived: list[bytes] | None = None
    """All that has arrived of a request, until its head is complete; None if that is not known."""
    _is_away = False

    def _parse(self, data: bytes) -> None:
        if self._arrived is not None:
            self._arrived.append(data)
        elif self._is_between:
            self._arrived = [data]
        super()._parse(data)

    def _may_repeat(self, head: KnownHead) -> bool:
        own, here = self.switchboard.own_heads, self.switchboard.here
        if own.get(id(head)) is not head:
            home = self.switchboard.home(head.headers, head.raw_path)
            if home is None:
                return True
            if home != here:
                return False
            if len(own) >= MOST_KNOWN_HEADS:
                own.clear()
            own[id(head)] = head
        self._is_settled = self._previous == here
        self._previous = here
        return True

    def _begin(self) -> None:
        arrived, self._arrived = self._arrived, None
        home = self.switchboard.home(self.headers, self.url)
        if home is not None:
            if home != self.switchboard.here:
                if arrived is not None and self._leaves(arrived, home):
                    self._is_away = True
                    raise HandedOver
                self.scope[HOME] = home  # type: ignore[literal-required]
            self._is_settled = home == self._previous
            self._previous = home
        super()._begin()

    def _leaves(self, arrived: list[bytes], home: int) -> bool:
        """Hand the connection over if that is possible; return whether it was."""
        changes_often = not self._is_settled and self._previous not in {None, home}
        if changes_often or self._is_busy or self.pipeline or self.scheme != "http":
            return False
        data = b"".join([*arrived, *self._unparsed])
        transport: Any = self.transport
        return (
            len(data) <= MOST_HANDED_OVER_BYTES
            and transport.is_flushed()
            and self.switchboard.hand_over(transport, data, to=home)
        )

    def _refuse(self, refusal: Refusal) -> None:
        if self._is_away:  # what ended the parser was no error
            self._unparsed.clear()
            self.transport.close()
        else:
            super()._refuse(refusal)
