"""Turns exceptions into error responses of the API. Reference: Error Codes.

    ApiError
    ├── InvalidRequest      400
    ├── Unauthorized        401
    ├── ReadOnlyKey         403
    ├── ReceiverRefused     403
    ├── UnknownPath         404
    ├── MethodNotAllowed    405
    ├── RateLimited         429
    ├── TooManyListeners    503
    └── RequestedError      the status that a `Prefer: code=` header or a fault asks for

The exceptions of simulation, sandbox and control_auth are in the same table.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from statuspool_mock.contract import MOST_VIOLATIONS, Violation
from statuspool_mock.contract.reference import ERROR_CODES, ERROR_MESSAGES
from statuspool_mock.sandbox import (
    Conflict,
    InvalidInput,
    NotFound,
    StorageFailed,
    TooManySandboxes,
    WorldDamaged,
)
from statuspool_mock.simulation import (
    ClockRanBackwards,
    CommandRefused,
    ForeignMonitor,
    UnknownMonitor,
    UnknownWebhook,
)
from statuspool_mock.web.control_auth import ControlDenied
from statuspool_mock.web.responses import ApiResponse

_log = logging.getLogger(__name__)


class ApiError(Exception):
    """Anything that ends a request with an error response."""


class InvalidRequest(ApiError):
    """The request violates the contract."""

    def __init__(self, violations: Sequence[Violation], message: str = ERROR_MESSAGES[400]) -> None:
        super().__init__(message)
        self.violations = violations[:MOST_VIOLATIONS]


class Unauthorized(ApiError):
    """No key, or one that opens no sandbox."""


class ReadOnlyKey(ApiError):
    """A write with a read-only key."""


class ReceiverRefused(ApiError):
    """A web page registers a webhook whose url is one of this machine."""

    def __init__(self) -> None:
        super().__init__(
            "A web page may not have webhooks sent to this machine, unless its origin is named "
            "with serve --cors or is of this machine."
        )


class UnknownPath(ApiError):
    """The document has no such path."""


class MethodNotAllowed(ApiError):
    """The path has other methods."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"Use one of: {', '.join(allowed)}")
        self.allowed = allowed


class RateLimited(ApiError):
    """The key is over its limit; a request will pass in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(ERROR_MESSAGES[429].format(retry_after=retry_after))
        self.retry_after = retry_after


class TooManyListeners(ApiError):
    """There are as many event streams as there can be."""


class RequestedError(ApiError):
    """The client, or a fault, asks for this error."""

    def __init__(self, status: int, *, retry_after: int | None = None) -> None:
        super().__init__(f"Prefer: code={status}")
        self.status = status
        self.retry_after = retry_after


def error_response(error: Exception, *, request_id: str) -> ApiResponse:
    """Return the response for an error; an unexpected one is logged and becomes a 500."""
    if isinstance(error, RequestedError):
        error = _REQUESTED[error.status](error)
    for kind, render in _TABLE.items():
        if isinstance(error, kind):
            return render(error)
    if not isinstance(error, _Crash):
        _log.error("Unexpected error, reference %s", request_id, exc_info=error)
    return _documented(500, ERROR_MESSAGES[500].format(request_id=request_id))


def insufficient_storage(error: StorageFailed) -> ApiResponse:
    """Return the response of the control plane for a change that cannot be stored."""
    return _envelope(507, "INSUFFICIENT_STORAGE", str(error))


class _Crash(Exception):
    """A 500 that was asked for."""


def _envelope(
    status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = (), **more: Any
) -> ApiResponse:
    return ApiResponse(status, {"error": code, "message": message, **more}, headers)


def _documented(
    status: int, message: str, headers: tuple[tuple[str, str], ...] = (), **more: Any
) -> ApiResponse:
    return _envelope(status, ERROR_CODES[status], message, headers, **more)


def _invalid(error: Any) -> ApiResponse:
    details = [violation._asdict() for violation in error.violations]
    return _documented(400, str(error), details=details)


def _limited(error: Any) -> ApiResponse:
    seconds = error.retry_after
    headers = (("Retry-After", str(seconds)),)
    return _documented(429, str(error), headers, retry_after=seconds)


def _wrong_method(error: Any) -> ApiResponse:
    headers = (("Allow", ", ".join(error.allowed)),)
    return _envelope(405, "METHOD_NOT_ALLOWED", f"Method not allowed. {error}", headers)


def _unauthorized(_: Any) -> ApiResponse:
    headers = (("WWW-Authenticate", "Bearer"),)
    return _documented(401, ERROR_MESSAGES[401], headers)


def _forbidden(_: Any) -> ApiResponse:
    return _documented(403, ERROR_MESSAGES[403])


def _not_found(error: Any) -> ApiResponse:
    return _documented(404, str(error))


def _conflict(error: Any) -> ApiResponse:
    return _envelope(409, "CONFLICT", str(error))


_TABLE: dict[type[Exception], Callable[[Any], ApiResponse]] = {
    InvalidRequest: _invalid,
    Unauthorized: _unauthorized,
    ReadOnlyKey: _forbidden,
    ReceiverRefused: lambda error: _documented(403, str(error)),
    ForeignMonitor: _forbidden,
    UnknownMonitor: _not_found,
    UnknownWebhook: _not_found,
    UnknownPath: _not_found,
    MethodNotAllowed: _wrong_method,
    RateLimited: _limited,
    TooManySandboxes: _limited,
    TooManyListeners: lambda error: _envelope(503, "SERVICE_UNAVAILABLE", str(error)),
    NotFound: _not_found,
    StorageFailed: lambda error: _documented(500, str(error)),
    WorldDamaged: lambda error: _documented(500, str(error)),
    Conflict: _conflict,
    ClockRanBackwards: _conflict,
    ControlDenied: lambda error: _documented(403, str(error)),
    InvalidInput: lambda error: _invalid(InvalidRequest([Violation(error.field, str(error))])),
    CommandRefused: lambda error: _documented(400, str(error), details=[]),
}

_REQUESTED: dict[int, Callable[[RequestedError], Exception]] = {
    400: lambda _: InvalidRequest([Violation("body", "Requested by a Prefer header or a fault")]),
    401: lambda _: Unauthorized(),
    403: lambda _: ReadOnlyKey(),
    404: lambda _: UnknownPath("Resource not found, as requested by a Prefer header or a fault"),
    429: lambda error: RateLimited(error.retry_after or 1),
    500: lambda _: _Crash(),
}
