"""One request and its response, as sent."""

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl

from statuspool_mock.bounded_documents import DocumentRejected, parse_json

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A request and its response.

    `at` is the world's time and `wall` the reading of the server's clock, both in seconds; `began`
    is the real time, in seconds since 1970. `milliseconds` is set once the response was sent.
    `operation` is empty if the document has no such path or method. `control` marks calls of the
    control plane. `reached` is the instant of a world that was behind its clock. `is_cut` means
    that the bodies were too large to keep, `is_edited` that the response was edited at a
    breakpoint.
    """

    number: int
    request_id: str = ""
    operation: str = ""
    role: str = ""
    monitor_id: str = ""
    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    at: float
    wall: float
    began: float
    status: int
    response_headers: Headers
    content: bytes
    faults: tuple[str, ...] = ()
    control: bool = False
    reached: int | None = None
    milliseconds: float = 0.0
    is_cut: bool = False
    is_edited: bool = False

    @property
    def size(self) -> int:
        """The approximate size in bytes."""
        return size_of(self.body, self.content)

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters; the last one if given twice."""
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True))

    @property
    def value(self) -> Any:
        """The request's body as JSON, or None if it is not JSON."""
        return _json(self.body)

    @property
    def response(self) -> Any:
        """The response's body as JSON, or None if it is not JSON."""
        return _json(self.content)

    @property
    def error(self) -> str | None:
        """The error code in the response, if any. Reference: Error Codes."""
        if self.status < 400:
            return None
        response = self.response
        return response.get("error") if isinstance(response, dict) else None


Entry = list[Any]
"""The values of an exchange in the order of its fields.

The journal keeps these, and makes an `Exchange` of one when it is read, since most are never read.
"""
_NAMES = [field.name for field in fields(Exchange)]
NUMBER, OPERATION, BODY, AT, STATUS, RESPONSE_HEADERS, CONTENT, CONTROL, *_FLAGS = (
    _NAMES.index(name)
    for name in (
        *("number", "operation", "body", "at", "status", "response_headers", "content", "control"),
        *("milliseconds", "is_cut", "is_edited"),
    )
)
MILLISECONDS, IS_CUT, IS_EDITED = _FLAGS
"""Positions in an entry."""


def size_of(body: bytes, content: bytes) -> int:
    """Return the approximate size of an exchange with these bodies, in bytes."""
    return len(body) + len(content) + 1_000


def exchange_of(entry: Entry) -> Exchange:
    """Return the exchange of an entry."""
    return Exchange(**dict(zip(_NAMES, entry, strict=True)))


def _json(raw: bytes) -> Any:
    try:
        return parse_json(raw)
    except DocumentRejected:
        return None
