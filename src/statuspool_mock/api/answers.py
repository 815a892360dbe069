"""What goes out: a status, a JSON body, headers."""

import json
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Send


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. A `body` of None sends no body at all."""

    status: int
    body: dict[str, Any] | None
    headers: tuple[tuple[str, str], ...] = ()

    async def send(self, send: Send) -> None:
        """Send it through ASGI."""
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers]
        content = b""
        if self.body is not None:
            content = encode(self.body)
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def encode(body: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits, such as the number of a page far past the end
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
