"""Parses on after a request that offers another protocol, which HTTP lets a server ignore.

Httptools takes what follows the head of such a request for the other protocol. Here a new parser,
which is given a head of its own first, takes it for the body that it is.
"""

from collections.abc import Iterable
from typing import Any

import httptools

_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class _Callbacks:
    """The callbacks of a protocol, without those for the first head."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._is_muted = True

    def on_message_begin(self) -> None:
        if not self._is_muted:
            self._protocol.on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._is_muted:
            self._protocol.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._is_muted:
            self._protocol.on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._is_muted:
            self._protocol.on_headers_complete()
        self._is_muted = False

    def on_body(self, body: bytes) -> None:
        self._protocol.on_body(body)

    def on_message_complete(self) -> None:
        self._protocol.on_message_complete()


def parse_on(protocol: Any, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Give a protocol a parser for the body of a request with these headers, and what follows."""
    parser = httptools.HttpRequestParser(_Callbacks(protocol))
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    protocol.parser = parser
    framing = [b"%s: %s\r\n" % pair for pair in headers if pair[0] in _FRAMING]
    parser.feed_data(b"".join([b"POST / HTTP/1.1\r\n", *framing, b"\r\n"]))
