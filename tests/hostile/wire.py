"""Raw connections to a server, and the responses on them."""

import json
import socket
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit


class Response(NamedTuple):
    """A response as it was received."""

    status: int
    headers: dict
    body: bytes

    @property
    def value(self):
        return json.loads(self.body)


@contextmanager
def connected(url, *, timeout=60):
    """Connect to the server of a URL until the block ends."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as connection:
        yield connection


def exchange(url, *parts, half_close=False):
    """Send parts on a connection of its own, and return all that is received until its end."""
    with connected(url) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server may have closed it already, and said why
        return received(connection)


def received(connection):
    """Return everything until the end of a connection, also a reset."""
    data = bytearray()
    try:
        while chunk := connection.recv(1 << 16):
            data += chunk
    except ConnectionError:
        pass
    return bytes(data)


def responses(data, *, is_hostile=False):
    """Parse responses one after the other. Raises `AssertionError` if they are not well-formed.

    After hostile requests the last response may be cut off, as the client has gone, and any may
    lack the body that its headers describe, as the method may be HEAD.
    """
    found = []
    while data:
        head, separator, data = data.partition(b"\r\n\r\n")
        if is_hostile and not separator:
            break
        assert separator, f"expected the end of a head, got {head[-200:]!r}"
        line, *lines = head.split(b"\r\n")
        version, status, _ = line.split(b" ", 2)
        assert version == b"HTTP/1.1"
        headers = {
            name.decode("ascii").lower(): value.strip().decode("latin-1")
            for name, _, value in (one.partition(b":") for one in lines)
        }
        body = b""
        lacks_body = is_hostile and (not data or data.startswith(b"HTTP/1.1 "))
        if not lacks_body and int(status) not in {100, 204, 304}:
            size = int(headers["content-length"])
            body, data = data[:size], data[size:]
            if is_hostile and len(body) < size:
                break
            assert len(body) == size, f"expected {size} bytes, got {len(body)}"
        found.append(Response(int(status), headers, body))
    return found
