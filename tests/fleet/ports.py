"""Ports that a server can have again after it was killed, and single exchanges with them."""

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000
_choice = random.SystemRandom()


def free_port():
    """Return a port that nothing listens on and that no outgoing connection is given."""
    highest = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else 32_768
    while True:
        port = _choice.randrange(_LOWEST, highest)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def exchange(port, requests, *, seconds=60):
    """Send one request after another over a connection; return what comes back for each."""
    replies = []
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as peer:
        for request in requests:
            peer.sendall(request)
            replies.append(peer.recv(65_536))
    return replies
