"""Responses: a status, a JSON body, headers."""

import json
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

Headers = tuple[tuple[bytes, bytes], ...]


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
        await send({"type": "http.response.body", "body": self.content})


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


def encode(body: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits, such as the number of a page far past the end
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
