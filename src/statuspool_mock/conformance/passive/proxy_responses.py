"""What the proxy itself sends: the header with violations, refusals, enforced errors."""

import json
from typing import Any

from starlette.types import Send

from statuspool_mock.conformance.passive.observation import Kind, Observation
from statuspool_mock.conformance.passive.upstream import Headers
from statuspool_mock.web.responses import EncodedResponse

HEADER = b"x-statuspool-violations"
"""The response header that lists the violations of an exchange."""
_MAX_HEADER_BYTES = 1_000


def violations_header(observations: list[Observation]) -> Headers:
    """Return the header that lists the violations, in ASCII and bounded; empty without any."""
    texts = [f"{one.rule}: {one.message}" for one in observations if one.kind is not Kind.NOTE]
    if not texts:
        return []
    text = " | ".join(texts).encode("ascii", "backslashreplace")
    plain = bytes(byte if 32 <= byte < 127 else 63 for byte in text)
    if len(plain) > _MAX_HEADER_BYTES:
        plain = plain[: _MAX_HEADER_BYTES - 3] + b"..."
    return [(HEADER, plain)]


async def send_head(send: Send, status: int, headers: Headers) -> None:
    """Send the status and headers of a response."""
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_piece(send: Send, piece: bytes) -> None:
    """Send a piece of a body that goes on."""
    await send({"type": "http.response.body", "body": piece, "more_body": True})


def refused(status: int, reason: str) -> EncodedResponse:
    """Return an error of the proxy itself, as plain text that no client mistakes for the API's."""
    body = f"statuspool-mock proxy: {reason}\n".encode()
    headers = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    )
    return EncodedResponse(status, headers, body)


async def send_refusal(send: Send, status: int, reason: str) -> None:
    """Send an error of the proxy itself."""
    await refused(status, reason).send(send)


async def send_enforced(send: Send, observations: list[Observation]) -> None:
    """Send an error in the API's envelope instead of a response that breaks the contract."""
    details: list[dict[str, Any]] = [
        {"field": one.rule, "message": one.message}
        for one in observations
        if one.kind is Kind.VIOLATION
    ]
    body = json.dumps(
        {
            "error": "CONTRACT_VIOLATION",
            "message": "The upstream's response breaks the contract; the proxy enforces it.",
            "details": details,
        }
    ).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *violations_header(observations),
    ]
    await send_head(send, 502, headers)
    await send({"type": "http.response.body", "body": body})
