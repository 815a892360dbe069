"""Responses: a status, a JSON body, headers."""

import asyncio
import json
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

Headers = tuple[tuple[bytes, bytes], ...]
_MOST_BYTES_AT_ONCE = 1 << 18


class EncodedResponse(NamedTuple):
    """A response as bytes."""

    status: int
    headers: Headers
    content: bytes

    async def send(self, send: Send) -> None:
        """Send it through ASGI."""
        await send(
            {"type": "http.response.start", "status": self.status, "headers": [*self.headers]}
        )
        content = self.content
        if len(content) > _MOST_BYTES_AT_ONCE:
            content = await _send_pieces(content, send)
        await send({"type": "http.response.body", "body": content})


class ApiResponse(NamedTuple):
    """A response. A `body` of None sends no body at all; `content` is a body that is encoded."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""

    def encoded(self) -> EncodedResponse:
        """Return it as bytes, with the headers that describe its body."""
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers]
        content = self.content
        if content or self.body is not None:
            content = content or encode(self.body)
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", b"%d" % len(content)))
        return EncodedResponse(self.status, tuple(headers), content)

    async def send(self, send: Send) -> None:
        """Send it through ASGI."""
        await self.encoded().send(send)


async def _send_pieces(content: bytes, send: Send) -> bytes:
    """Send a long body in pieces, between which others are served; return its last piece."""
    end = (len(content) - 1) // _MOST_BYTES_AT_ONCE * _MOST_BYTES_AT_ONCE
    for start in range(0, end, _MOST_BYTES_AT_ONCE):
        piece = content[start : start + _MOST_BYTES_AT_ONCE]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)
    return content[end:]


def encode(body: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits, such as the number of a page far past the end
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
