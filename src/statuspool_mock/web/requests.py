"""What arrives, read once: headers, body, the key's access, and what will be remembered of it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from statuspool_mock.contract import Operation, Violation
from statuspool_mock.exchanges import Exchange
from statuspool_mock.sandbox import Access
from statuspool_mock.web.bodies import MOST_BYTES, parse_body, read_body
from statuspool_mock.web.errors import InvalidRequest
from statuspool_mock.web.responses import EncodedResponse

REQUEST_ID = "statuspool.request_id"
"""Where the scope carries the request's id."""


@dataclass(slots=True)
class ApiRequest:
    """A request to an operation. `too_large` tells of a body that was not kept."""

    scope: Scope
    operation: Operation
    headers: dict[bytes, bytes]
    raw: bytes = b""
    too_large: InvalidRequest | None = None

    @classmethod
    async def read(
        cls, scope: Scope, receive: Receive, operation: Operation, *, most_bytes: int = MOST_BYTES
    ) -> "ApiRequest":
        """Read a request; a body only where the operation takes one."""
        request = cls(scope, operation, _by_name(scope["headers"]))
        if operation.takes_body:
            try:
                request.raw = await read_body(receive, most_bytes)
            except InvalidRequest as error:
                request.too_large = error
        return request

    @property
    def key(self) -> str | None:
        """The bearer key, None where there is none. Reference: Error Codes, 401."""
        return bearer_key(self.headers.get(b"authorization", b""))

    @property
    def object_id(self) -> str:
        """The id in the path, in lower case; empty where the path has none."""
        found: str = self.scope.get("path_params", {}).get("id", "")
        return found.lower()

    @property
    def parameters(self) -> list[str]:
        """The names of the query parameters that were sent."""
        query = self.scope["query_string"].decode("latin-1")
        return [name for name, _ in parse_qsl(query, keep_blank_values=True)]

    def values(self) -> tuple[Mapping[str, Any], Any, Sequence[Violation]]:
        """Return parameters, the body's value, and everything that is wrong with either."""
        values, violations = self.operation.read_query(self.scope["query_string"])
        if not self.operation.takes_body:
            return values, None, violations
        try:
            if self.too_large is not None:
                raise self.too_large
            body = self._parse()
        except InvalidRequest as error:
            return values, None, [*violations, *error.violations]
        return values, body, [*violations, *self.operation.check_body(body)]

    def _parse(self) -> Any:
        media_type = self.headers.get(b"content-type", b"").decode("latin-1")
        if not self.raw and not self.operation.needs_body:
            return {}
        return parse_body(self.raw, media_type)

    def exchange(self, access: Access, wire: EncodedResponse, **more: Any) -> Exchange:
        """Return what the journal keeps of this request and its answer."""
        sandbox = access.sandbox
        scope = self.scope
        return Exchange(
            number=sandbox.journal.written + 1,
            request_id=scope[REQUEST_ID],
            operation=self.operation.id,
            role=access.role,
            monitor_id=self.object_id,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            body=self.raw,
            at=sandbox.instant,
            wall=sandbox.clock.used_at,
            began=time.time(),
            status=wire.status,
            response_headers=wire.headers,
            content=wire.content,
            **more,
        )


def bearer_key(authorization: bytes) -> str | None:
    """Return the key of an `Authorization` header, None where it is no bearer's."""
    scheme, _, key = authorization.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _by_name(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by their lower-case names; of `Prefer` every line counts, else the last."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        if name == b"prefer" and name in headers:
            headers[name] += b"," + value
        else:
            headers[name] = value
    return headers
