"""What replicas send each other: frames of a kind, the number of an exchange, and a payload."""

import hashlib
import hmac
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAGIC = b"\0statuspool link 1\n"
"""How a replica begins a connection. No request of HTTP begins with a zero."""
NONCE_BYTES = 32
PROOF_BYTES = 32
MOST_FRAME_BYTES = 80 << 20

REQUEST, CANCEL, ASK = 1, 2, 3
RESPONSE, START, BODY, NOT_HERE, CUT_OFF, ANSWER = 11, 12, 13, 14, 15, 16

_HEAD = struct.Struct(">IBI")
_SIZE = struct.Struct(">I")
Headers = Sequence[tuple[bytes, bytes]]


class Frame(NamedTuple):
    """A frame. `number` is that of the exchange it belongs to."""

    kind: int
    number: int
    payload: bytes


class FrameError(Exception):
    """What arrived is not a frame."""


def frame(kind: int, number: int, payload: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    return _HEAD.pack(len(payload), kind, number) + payload


class FrameReader:
    """Takes frames out of what arrives."""

    def __init__(self) -> None:
        self._unread = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete. Raises `FrameError`."""
        unread: bytes | bytearray = data
        if self._unread:
            self._unread += data
            unread = self._unread
        at, end = 0, len(unread)
        while end - at >= _HEAD.size:
            size, kind, number = _HEAD.unpack_from(unread, at)
            if size > MOST_FRAME_BYTES:
                raise FrameError(f"a frame of {size} bytes")
            if end - at < _HEAD.size + size:
                break
            at += _HEAD.size
            yield Frame(kind, number, bytes(unread[at : at + size]))
            at += size
        if unread is data:
            self._unread += data[at:]
        else:
            del self._unread[:at]


class ForwardedRequest(NamedTuple):
    """A request as it is forwarded."""

    method: str
    scheme: str
    client: tuple[str, int] | None
    raw_path: bytes
    query: bytes
    headers: Headers
    body: bytes

    def packed(self) -> bytes:
        """Return it as a payload."""
        host, port = self.client or ("", 0)
        first = (self.method, self.scheme, host, str(port))
        lines = [text.encode("latin-1") for text in first]
        return _packed([*lines, self.raw_path, self.query], self.headers, self.body)

    @classmethod
    def of(cls, payload: bytes) -> "ForwardedRequest":
        """Return the request of a payload. Raises `FrameError`."""
        lines, headers, body = _unpacked(payload, 6)
        method, scheme, host, port = (line.decode("latin-1") for line in lines[:4])
        client = (host, int(port)) if host else None
        return cls(method, scheme, client, lines[4], lines[5], headers, body)


def packed_response(status: int, headers: Headers, body: bytes) -> bytes:
    """Return a response as a payload."""
    return _packed([b"%d" % status], headers, body)


def unpacked_response(payload: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of a payload. Raises `FrameError`."""
    lines, headers, body = _unpacked(payload, 1)
    return int(lines[0]), headers, body


def _packed(lines: list[bytes], headers: Headers, body: bytes) -> bytes:
    for pair in headers:
        lines += pair
    head = b"\n".join(lines)
    return b"".join((_SIZE.pack(len(head)), head, body))


def _unpacked(payload: bytes, count: int) -> tuple[list[bytes], list[tuple[bytes, bytes]], bytes]:
    end = _SIZE.size + _SIZE.unpack_from(payload)[0]
    lines = payload[_SIZE.size : end].split(b"\n")
    if len(lines) < count or (len(lines) - count) % 2:
        raise FrameError("a head with a line too few or too many")
    names, values = lines[count::2], lines[count + 1 :: 2]
    return lines[:count], list(zip(names, values, strict=True)), payload[end:]


def proof(secret: bytes, side: bytes, nonces: bytes) -> bytes:
    """Return what proves to the other side that this one knows the secret."""
    return hmac.digest(secret, side + nonces, hashlib.sha256)
