"""Servers that never end their responses, or send what would fill memory."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

MIB = 1 << 20
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def _whole(content: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d" % len(content)
    return _OK + b"\r\n".join([length, *headers]) + b"\r\n\r\n" + content


def _endless(head: bytes, piece: bytes, seconds: float = 0.0) -> Iterator[bytes]:
    yield head
    while True:
        yield piece
        time.sleep(seconds)


@cache
def _bomb(layers: int) -> bytes:
    content = b"[" + b" " * (256 * MIB)
    for _ in range(layers):
        content = gzip.compress(content, 9)
    return content


def _page(monitors: int, total: int) -> bytes:
    one = {"id": "0" * 36, "name": "a" * 200, "url": "https://a.example/", "tags": ["a"] * 20}
    page = {"results": [one] * monitors, "page": 1, "total_pages": total}
    return json.dumps(page).encode()


RESPONSES: dict[str, Callable[[], Iterator[bytes]]] = {
    "an endless body": lambda: _endless(_CHUNKED, _chunk(b" " * MIB)),
    "endless headers": lambda: _endless(_OK, b"X-More: " + b"a" * 1_000 + b"\r\n"),
    "an endless header": lambda: _endless(_OK + b"X-More: ", b"a" * 1_000),
    "endless 103s": lambda: _endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a dripping body": lambda: _endless(_CHUNKED, _chunk(b" "), 0.1),
    "a dripping header": lambda: _endless(_OK + b"X-More: ", b"a", 0.1),
    "silence": lambda: _endless(b"", b"", 0.1),
    "a gzip bomb": lambda: iter([_whole(_bomb(1), b"Content-Encoding: gzip")]),
    "a gzip bomb in another": lambda: iter([_whole(_bomb(2), b"Content-Encoding: gzip, gzip")]),
    "another encoding": lambda: iter([_whole(b"[]", b"Content-Encoding: br")]),
    "broken gzip": lambda: iter([_whole(b"[]", b"Content-Encoding: gzip")]),
    "nested arrays": lambda: iter([_whole(b"[" * 200_000)]),
    "nested results": lambda: iter([_whole(b'{"results":' * 400 + b"1" + b"}" * 400)]),
    "empty arrays": lambda: iter([_whole(b"[" + b"[]," * 300_000 + b"[]]")]),
    "empty objects": lambda: iter([_whole(b'{"results":[' + b"{}," * 300_000 + b"{}]}")]),
    "results of a wrong type": lambda: iter([_whole(b'{"results": 5, "total_pages": {}}')]),
    "a page of 3,000 monitors": lambda: iter([_whole(_page(3_000, 1))]),
    "no JSON": lambda: iter([_whole(b"\0\xff")]),
    "no HTTP": lambda: _endless(b"", b"\0" * 1_000),
    "a redirect to itself": lambda: iter(
        [b"HTTP/1.1 302 Found\r\nLocation: /v1/monitors\r\nContent-Length: 0\r\n\r\n"]
    ),
}
ENDLESS_PAGES = lambda: iter([_whole(_page(100, 10**9))])  # noqa: E731  (one of the above kind)


@contextmanager
def hostile(response: Callable[[], Iterator[bytes]]) -> Iterator[str]:
    """Respond to every request like this, until the block ends; yield the root URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, response), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, response: Callable[[], Iterator[bytes]]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, response), daemon=True).start()


def _serve(connection: socket.socket, response: Callable[[], Iterator[bytes]]) -> None:
    with connection, suppress(OSError):
        connection.recv(65_536)
        for piece in response():
            connection.sendall(piece)
