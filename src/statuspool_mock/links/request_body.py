"""The body of a request, which may be served more than once."""

from starlette.types import Message, Receive

MOST_KEPT_BYTES = (64 << 20) + 1
"""How much of a body is kept: one byte more than any operation takes."""


class RequestBody:
    """Keeps what was received of a body, so that another attempt receives it again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._parts: list[bytes] = []
        self._size = 0
        self._is_whole = False

    @classmethod
    def empty(cls, receive: Receive) -> "RequestBody":
        """Return the body of a request that has none."""
        body = cls(receive)
        body._is_whole = True
        return body

    async def receive(self) -> Message:
        """Return the next message, and keep it."""
        message = await self._receive()
        if message["type"] == "http.request":
            part = message.get("body", b"")
            if self._size < MOST_KEPT_BYTES:
                self._parts.append(part)
                self._size += len(part)
            self._is_whole = not message.get("more_body", False)
        return message

    async def whole(self) -> bytes | None:
        """Return the body, or None if the client has left before its end."""
        while not self._is_whole and self._size < MOST_KEPT_BYTES:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                return None
        return b"".join(self._parts)

    def again(self, body: bytes) -> Receive:
        """Return a `receive` that begins with the whole body."""
        rest: list[bytes] = [body]

        async def receive() -> Message:
            if rest:
                return {"type": "http.request", "body": rest.pop(), "more_body": False}
            return await self._receive()

        return receive
