"""Error responses to what is refused before it is a request."""

from typing import NamedTuple

from statuspool_mock.contract.reference import ERROR_CODES, ERROR_MESSAGES
from statuspool_mock.web.request_log import random_request_id, write_refusal_line
from statuspool_mock.web.responses import ApiResponse, EncodedResponse


class Refusal(NamedTuple):
    """Why a connection is closed: a status, an error code, and a message."""

    status: int
    code: str
    message: str


MALFORMED = Refusal(400, ERROR_CODES[400], "The request is not valid HTTP/1.1.")
TOO_SLOW = Refusal(408, "REQUEST_TIMEOUT", "The rest of the request did not arrive in time.")
URL_TOO_LONG = Refusal(414, "URI_TOO_LONG", "The URL is too long.")
HEAD_TOO_LARGE = Refusal(
    431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The headers of the request are too large."
)
TOO_MANY_CONNECTIONS = Refusal(503, "SERVICE_UNAVAILABLE", "The server has too many connections.")


def enveloped(refusal: Refusal) -> EncodedResponse:
    """Return the error response of the API, and log it."""
    body: dict[str, object] = {"error": refusal.code, "message": refusal.message}
    if refusal is MALFORMED:
        body["message"] = ERROR_MESSAGES[400]
        body["details"] = [{"field": "request", "message": "Must be valid HTTP/1.1"}]
    request_id = random_request_id()
    write_refusal_line(request_id, refusal.status, refusal.code)
    return ApiResponse(refusal.status, body, (("X-Request-Id", request_id),)).encoded()
