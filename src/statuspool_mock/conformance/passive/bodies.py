"""Bodies on their way through the proxy: copied as far as they are checked, and decoded."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator

from starlette.types import Message, Receive, Scope

from statuspool_mock.conformance.passive.checker import MAX_CHECKED_BYTES
from statuspool_mock.conformance.passive.upstream import UpstreamResponse

_MAX_HELD_BYTES = 1 << 20
_MAX_HELD_SECONDS = 2.0


class UndecodableBody(Exception):
    """A body in an encoding that cannot be read."""


class BodyCopy:
    """The beginning of a body that is forwarded, as far as it is checked."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Add the next piece of the body."""
        if self.size <= MAX_CHECKED_BYTES:
            self._pieces.append(piece)
        self.size += len(piece)

    @property
    def content(self) -> bytes:
        """The copied beginning."""
        return b"".join(self._pieces)


async def request_body(
    scope: Scope, receive: Receive, copy: BodyCopy
) -> AsyncIterator[bytes] | bytes | None:
    """Return a request's body, as an iterator if it does not arrive in one piece."""
    names = [name for name, _ in scope["headers"]]
    if b"content-length" not in names and b"transfer-encoding" not in names:
        return None
    message = await receive()
    first: bytes = message.get("body", b"")
    copy.add(first)
    if not message.get("more_body", False):
        return first

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        more = True
        while more:
            following: Message = await receive()
            if following["type"] == "http.disconnect":
                raise ConnectionResetError("the client disconnected")
            piece = following.get("body", b"")
            copy.add(piece)
            more = following.get("more_body", False)
            if piece:
                yield piece

    return pieces()


async def hold(response: UpstreamResponse, copy: BodyCopy) -> bool:
    """Read the body of a response; False if it is too long or too slow. Raises `BrokenOff`."""
    if (body := response.arrived()) is not None:
        copy.add(body)
        return True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_MAX_HELD_SECONDS):
            while copy.size <= _MAX_HELD_BYTES:
                piece = await response.piece()
                if not piece:
                    return True
                copy.add(piece)
    return False


def decoded(content: bytes, headers: dict[bytes, bytes]) -> bytes:
    """Return the content without its encoding. Raises `UndecodableBody`."""
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").lower()
    if encoding in {"", "identity"} or not content:
        return content
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UndecodableBody(f"encoded as {encoding[:20]}")
    try:
        # Adding 32 to the window accepts both headers, gzip's and zlib's.
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, MAX_CHECKED_BYTES + 1)
    except zlib.error:
        raise UndecodableBody(f"broken {encoding}") from None
