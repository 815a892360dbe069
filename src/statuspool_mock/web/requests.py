"""A request to an operation: headers, body and key, read once."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from statuspool_mock.contract import Operation, Violation
from statuspool_mock.exchanges import Entry
from statuspool_mock.sandbox import Access
from statuspool_mock.sandbox.turns import Turns
from statuspool_mock.web.bodies import (
    ORDINARY,
    BodyLimits,
    parse_body,
    parsing_body,
    read_body,
)
from statuspool_mock.web.errors import InvalidRequest
from statuspool_mock.web.request_log import REQUEST_ID
from statuspool_mock.web.responses import EncodedResponse

_UNREAD = object()


@dataclass(slots=True)
class ApiRequest:
    """A request to an operation. `unread` is the error of a body that was not kept."""

    scope: Scope
    operation: Operation
    headers: dict[bytes, bytes]
    limits: BodyLimits = ORDINARY
    raw: bytes = b""
    unread: InvalidRequest | None = None
    _value: Any = _UNREAD

    @classmethod
    async def read(
        cls,
        scope: Scope,
        receive: Receive,
        operation: Operation,
        *,
        limits: BodyLimits = ORDINARY,
    ) -> "ApiRequest":
        """Read a request, with a body only if the operation takes one."""
        request = cls(scope, operation, _by_name(scope["headers"]), limits)
        if operation.takes_body:
            try:
                request.raw = await read_body(receive, limits.most_bytes)
            except InvalidRequest as error:
                request.unread = error
        return request

    @property
    def key(self) -> str | None:
        """The bearer key, or None. Reference: Error Codes, 401."""
        return bearer_key(self.headers.get(b"authorization", b""))

    @property
    def address(self) -> str:
        """The address of the client."""
        return address_of(self.scope)

    @property
    def object_id(self) -> str:
        """The id in the path, in lower case; empty if the path has none."""
        found: str = self.scope.get("path_params", {}).get("id", "")
        return found.lower()

    @property
    def parameters(self) -> list[str]:
        """The names of the query parameters that were sent."""
        query = self.scope["query_string"].decode("latin-1")
        return [name for name, _ in parse_qsl(query, keep_blank_values=True)]

    def values(self) -> tuple[Mapping[str, Any], Any, Sequence[Violation]]:
        """Return the parameters, the body's value, and the violations of both."""
        values, violations = self.operation.read_query(self.scope["query_string"])
        if not self.operation.takes_body:
            return values, None, violations
        try:
            if self.unread is not None:
                raise self.unread
            body = self._parse()
        except InvalidRequest as error:
            return values, None, [*violations, *error.violations]
        return values, body, [*violations, *self.operation.check_body(body)]

    async def parse(self, turns: Turns) -> None:
        """Parse a large body beside the event loop. Raises `InvalidRequest`."""
        if len(self.raw) > ORDINARY.most_bytes:
            self._value = await turns.take(parsing_body(self.raw, self._media_type(), self.limits))

    def _parse(self) -> Any:
        if self._value is not _UNREAD:
            return self._value
        if not self.raw and not self.operation.needs_body:
            return {}
        return parse_body(self.raw, self._media_type(), self.limits)

    def _media_type(self) -> str:
        return self.headers.get(b"content-type", b"").decode("latin-1")


def entry_of(
    scope: Scope,
    access: Access,
    encoded: EncodedResponse,
    request: ApiRequest | None = None,
    *,
    faults: tuple[str, ...] = (),
    control: bool = False,
    reached: int | None = None,
) -> Entry:
    """Return a request and its response for the journal; `request` is None if no route matched."""
    sandbox = access.sandbox
    clock = sandbox.clock
    return [
        sandbox.journal.written + 1,
        scope[REQUEST_ID],
        request.operation.id if request else "",
        access.role,
        request.object_id if request else "",
        scope["method"],
        scope["path"],
        scope["query_string"],
        tuple(scope["headers"]),
        request.raw if request else b"",
        clock.instant,
        clock.used_at,
        time.time(),
        encoded.status,
        encoded.headers,
        encoded.content,
        faults,
        control,
        reached,
        0.0,
        False,
        False,
    ]


def address_of(scope: Scope) -> str:
    """Return the address of a client; empty if it is not known."""
    client = scope.get("client")
    return client[0] if client else ""


def bearer_key(authorization: bytes) -> str | None:
    """Return the key of an `Authorization` header, or None without a bearer key."""
    scheme, _, key = authorization.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _by_name(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by lower-case name: all lines of `Prefer`, the last one of any other."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        if name == b"prefer" and name in headers:
            headers[name] += b"," + value
        else:
            headers[name] = value
    return headers
