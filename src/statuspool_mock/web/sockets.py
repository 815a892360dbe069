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


def reachable_hosts(host: str) -> list[str]:
    """Return hosts at which a server that listens on this one is reached, this machine's first."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [host]
    if not address.is_unspecified:
        return [host]
    local, families = "127.0.0.1", [(socket.AF_INET, "192.0.2.1")]
    if address.version == 6:
        local, families = "::1", [(socket.AF_INET6, "2001:db8::1"), *families]
    found = [_own_address(family, distant) for family, distant in families]
    return [local, *(one for one in dict.fromkeys(found) if one)]


def _own_address(family: socket.AddressFamily, distant: str) -> str:
    """Return the address from which this machine would reach another; nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((distant, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


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
