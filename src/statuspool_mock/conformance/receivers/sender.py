"""Sends valid and invalid deliveries to one endpoint, and records its responses."""

import asyncio
import os
import socket
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from statuspool_mock.conformance.receivers.assertions import ReceiverResponse, ResponseProblem
from statuspool_mock.contract.signing import SIGNATURE_HEADER, payload, sign

_ENOUGH_BYTES = 64 * 1024
MONITOR = {
    "id": "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907",
    "name": "Production API — api.example.com",
    "url": "https://api.example.com/health",
    "tags": ["production", "api-gateway"],
}
_DATA: dict[str, dict[str, Any]] = {
    "status_change": {"monitor": {**MONITOR, "status": "down"}, "previous_status": "up"},
    "incident_created": {
        "incident": {
            "id": "b1f0c9a2-5d7e-4c38-9a41-6e2f7d8c0b15",
            "monitor_id": MONITOR["id"],
            "title": f"{MONITOR['name']} is down",
            "description": None,
            "started_at": "2025-01-15T09:42:11Z",
            "resolved_at": None,
            "affected_regions": ["eu-central-1", "us-east-1"],
        }
    },
    "sla_breach": {"monitor": MONITOR, "uptime_30d": 99.871, "target": 99.9},
}


class CaseSender:
    """Sends deliveries to one endpoint. Each has its own id, unless a body is sent again."""

    def __init__(self, client: httpx.AsyncClient, url: str, *, secret: str, timeout: float) -> None:
        self._client = client
        self._url = url
        self._secret = secret
        self._timeout_seconds = timeout

    @property
    def timeout_seconds(self) -> float:
        """How long to wait for a response."""
        return self._timeout_seconds

    def compose(
        self,
        event: str = "status_change",
        *,
        age: timedelta = timedelta(),
        data: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body of a new delivery, created `age` ago."""
        created = datetime.now(UTC) - age
        return payload(
            delivery_id=f"evt_{uuid.uuid4().hex}",
            event=event,
            created_at=created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            data={**_DATA.get(event, {"monitor": MONITOR}), **(data or {})},
        )

    def signature(self, body: bytes) -> str:
        """Return the valid signature."""
        return sign(body, self._secret)

    def forgery(self, body: bytes) -> str:
        """Return a signature made with another secret."""
        return sign(body, f"{self._secret}-another")

    async def deliver(self, body: bytes, *, header: str = SIGNATURE_HEADER) -> ReceiverResponse:
        """POST a body with its valid signature."""
        return await self.post(body, {header: self.signature(body)})

    async def deliver_slowly(self, body: bytes, *, pause_seconds: float) -> ReceiverResponse:
        """POST a validly signed body in three pieces with pauses in between."""
        third = len(body) // 3 + 1

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), third):
                if start:
                    await asyncio.sleep(pause_seconds)
                yield body[start : start + third]

        headers = {SIGNATURE_HEADER: self.signature(body), "Content-Length": str(len(body))}
        return await self._send("POST", headers, pieces())

    async def post(self, body: bytes, headers: Mapping[str, str | bytes]) -> ReceiverResponse:
        """POST a body with these headers."""
        return await self._send("POST", headers, body)

    async def get(self) -> ReceiverResponse:
        """GET the endpoint, as a browser does."""
        return await self._send("GET", {}, None)

    async def _send(
        self,
        method: str,
        headers: Mapping[str, str | bytes],
        content: bytes | AsyncIterator[bytes] | None,
    ) -> ReceiverResponse:
        if content is not None:
            headers = {"Content-Type": "application/json", **headers}
        raw = [
            (name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in headers.items()
        ]
        started = time.monotonic()
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._client.stream(method, self._url, headers=raw, content=content) as response,
            ):
                await _read_some(response)
        except TimeoutError:
            waited = f"no complete response within {self._timeout_seconds:g} s"
            return ReceiverResponse(problem=ResponseProblem.TOO_SLOW, detail=waited)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return ReceiverResponse(problem=ResponseProblem.CANNOT_CONNECT, detail=_reason(error))
        except httpx.TransportError as error:
            return ReceiverResponse(problem=ResponseProblem.BROKEN_OFF, detail=_reason(error))
        return ReceiverResponse(
            status=response.status_code,
            seconds=time.monotonic() - started,
            retry_after=response.headers.get("Retry-After"),
        )


async def _read_some(response: httpx.Response) -> None:
    """Read a bounded part of the body, which senders ignore."""
    count = 0
    async for chunk in response.aiter_raw():
        count += len(chunk)
        if count > _ENOUGH_BYTES:
            return


def _reason(error: BaseException) -> str:
    """Return the cause of an HTTP client's error, in the system's words."""
    if isinstance(error, httpx.ConnectTimeout):
        return "nothing responds there"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: {cause.verify_message}; SSL_CERT_FILE can name the authority to trust"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {cause.reason or cause}"
        if isinstance(cause, socket.gaierror):
            return cause.strerror or "unknown host"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)  # asyncio puts a text of its own into strerror
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__
