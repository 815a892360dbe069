"""Read the bodies of HTTP responses within bounds: bytes, also after decoding, and time."""

import time
import zlib
from collections.abc import Iterable

import httpx

ACCEPTED = "gzip"
"""The only encoding that requests should accept: a body may name several, each of them a bomb."""
_MIB = 1 << 20


class ResponseRejected(httpx.TransportError):
    """A response goes beyond a bound, or its body cannot be decoded; the message says why."""


class BoundedBody:
    """Collects the pieces of a body as they arrive, still encoded."""

    def __init__(self, headers: httpx.Headers, *, most_bytes: int) -> None:
        self._encoding = headers.get("content-encoding", "identity").strip().lower()
        self._most_bytes = most_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Add the next piece. Raises `ResponseRejected`."""
        self._size += len(piece)
        if self._size > self._most_bytes:
            raise self._too_large()
        self._pieces.append(piece)

    def content(self) -> bytes:
        """Return the whole body, decoded. Raises `ResponseRejected`."""
        raw = b"".join(self._pieces)
        if self._encoding in {"", "identity"} or not raw:
            return raw
        if self._encoding not in {"gzip", "x-gzip"}:
            raise ResponseRejected(f"the body is encoded as {self._encoding[:40]!r}, not gzip")
        try:
            decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
            content = decoder.decompress(raw, self._most_bytes + 1)
        except zlib.error as error:
            raise ResponseRejected(f"the body is broken gzip: {error}") from None
        if len(content) > self._most_bytes:
            raise self._too_large()
        return content

    def _too_large(self) -> ResponseRejected:
        return ResponseRejected(f"the body is larger than {self._most_bytes // _MIB} MiB")


def read_body(response: httpx.Response, *, most_bytes: int, most_seconds: float) -> bytes:
    """Return the decoded body of a streamed response. Raises `httpx.TransportError`."""
    body = BoundedBody(response.headers, most_bytes=most_bytes)
    for piece in pieces_in_time(response.iter_raw(), most_seconds=most_seconds):
        body.add(piece)
    return body.content()


def pieces_in_time(pieces: Iterable[bytes], *, most_seconds: float) -> Iterable[bytes]:
    """Yield the pieces of a body. Raises `httpx.ReadTimeout` once they take too long."""
    deadline = time.monotonic() + most_seconds
    for piece in pieces:
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout(f"the body is not complete after {most_seconds:g} s")
        yield piece
