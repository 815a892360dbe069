"""Tells the connections of other replicas from those of clients: both come to the same port."""

import asyncio
from collections.abc import Callable
from typing import Any

from statuspool_mock.web.bounded_protocol import BoundedProtocol

TakeOver = Callable[[asyncio.Transport], asyncio.Protocol]
"""Returns the protocol of a connection of another replica."""


def with_links(protocol: type[BoundedProtocol], take_over: TakeOver) -> type[BoundedProtocol]:
    """Return a protocol that gives connections of other replicas away."""
    return type(
        "ReplicaProtocol", (_LinkDetector, protocol), {"take_over": staticmethod(take_over)}
    )


class _LinkDetector:
    """Looks at the first byte of a connection. No request of HTTP begins with a zero."""

    take_over: TakeOver
    _is_new = True

    def data_received(self: Any, data: bytes) -> None:
        """Give the connection away if it is another replica's."""
        if self._is_new:
            self._is_new = False
            if data[:1] == b"\0":
                transport = self.give_away()
                link = self.take_over(transport)
                transport.set_protocol(link)
                link.data_received(data)
                return
        super().data_received(data)  # type: ignore[misc]
