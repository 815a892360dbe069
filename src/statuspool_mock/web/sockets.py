"""The listening socket of a server, which is bound before anything else starts."""

import contextlib
import ipaddress
import resource
import socket
from collections.abc import Iterator

_MOST_CONNECTIONS = 4_096
_OTHER_FILES = 100


class CannotListen(Exception):
    """The address cannot be bound; the message says why and what to do."""


def is_local(host: str) -> bool:
    """Whether only this machine can reach a server that listens on this host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Bind an address; port 0 picks a free one. Raises `CannotListen`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"Cannot listen on {host}: {error.strerror}.") from error
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)
        except OSError as error:
            raise CannotListen(
                f"Cannot listen on {host} port {port}: {error.strerror}. "
                "Choose another with --port, or --port 0 for a free one."
            ) from error
        yield listener


def most_connections() -> int:
    """Return how many connections a server accepts: fewer if it may open only few files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(_MOST_CONNECTIONS, max(files - _OTHER_FILES, _OTHER_FILES))
