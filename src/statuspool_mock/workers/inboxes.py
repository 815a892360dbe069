"""Sockets through which workers give each other connections."""

import contextlib
import socket
from collections.abc import Iterator

CONNECTION, LINK = b"c", b"l"
"""What is given: a client's connection with what it has sent, or one end of a link."""
MOST_HANDED_OVER_BYTES = 64 << 10
"""How much a client may have sent of what is handed over with its connection."""


class Inboxes:
    """A socket for each worker, to which every worker may send.

    They are made before the workers are, and outlive them: what was sent to a worker that has ended
    is for the one in its place.
    """

    def __init__(self, count: int) -> None:
        self._pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
        for end in (end for pair in self._pairs for end in pair):
            end.settimeout(0)
        for _, to in self._pairs:
            with contextlib.suppress(OSError):
                to.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MOST_HANDED_OVER_BYTES)

    def send(self, worker: int, kind: bytes, data: bytes, file: int) -> bool:
        """Give a worker a connection; return False if it has no room for it now."""
        try:
            socket.send_fds(self._pairs[worker][1], [kind, data], [file])
        except OSError:
            return False
        return True

    def file(self, worker: int) -> int:
        """Return the file number that is readable when a worker has got something."""
        return self._pairs[worker][0].fileno()

    def received(self, worker: int) -> Iterator[tuple[bytes, bytes, socket.socket]]:
        """Yield what a worker has got: kind, data, connection."""
        inbox, size = self._pairs[worker][0], MOST_HANDED_OVER_BYTES + 1
        while True:
            try:
                message, files, _, _ = socket.recv_fds(inbox, size, 1)
            except OSError:
                return
            if files:
                yield message[:1], message[1:], socket.socket(fileno=files[0])

    def close(self) -> None:
        """Close all."""
        for end in (end for pair in self._pairs for end in pair):
            end.close()
