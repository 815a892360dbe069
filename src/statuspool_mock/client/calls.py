"""Calls to a running mock, and their errors.

ClientError
├── ServerUnreachable   no mock is running there
└── RequestRefused      the mock refused; `status`, `error` and `details` say why
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.bounded_responses import read_body

_MOST_BYTES = 128 << 20
"""The largest response: a snapshot of a large world, which may be 64 MiB, in a case file."""
_MOST_SECONDS = 600
_MOST_LINE_BYTES = 1 << 20
Json = dict[str, Any]


class ClientError(Exception):
    """A call that did not succeed."""


class ServerUnreachable(ClientError):
    """No mock is running at the address."""


class RequestRefused(ClientError):
    """The mock refused the request: its message, with every invalid field."""

    def __init__(self, status: int, body: Json) -> None:
        listed = body.get("details")
        details = (
            [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        )
        wrong = "; ".join(f"{item.get('field')}: {item.get('message')}" for item in details)
        message = body.get("message", f"status {status}")
        super().__init__(f"{message} ({wrong})" if wrong else message)
        self.status = status
        self.error = body.get("error")
        self.details = details


class ControlCall:
    """Sends requests to one sandbox of a mock."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: Any
    ) -> Any:
        """Return the JSON of the response, or None without a body. Raises `ClientError`.

        `key` is the API key of this call, unless it is the client's own.
        """
        headers = None if key is None else {"Authorization": f"Bearer {key}"}
        parameters = {name: value for name, value in query.items() if value is not None}
        try:
            with self._http.stream(
                method, path, json=body, params=parameters, headers=headers
            ) as response:
                content = _content(response)
        except httpx.TransportError as error:
            raise ServerUnreachable(
                f"No mock is running at {self._http.base_url}: {error}"
            ) from error
        if not response.is_success:
            raise _refusal(response, content)
        try:
            return parse_json(content) if content else None
        except DocumentRejected as error:
            raise ServerUnreachable(
                f"No mock is running at {self._http.base_url}: its response {error}"
            ) from error

    def events(self, last_event_id: int | None) -> Iterator[Json]:
        """Yield events as they happen, each with its `id` and `event`. Raises `ClientError`."""
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        try:
            with self._http.stream(
                "GET", "/_mock/events", headers=headers, timeout=None
            ) as response:
                if not response.is_success:
                    raise _refusal(response, _content(response))
                yield from _events(_lines(response.iter_raw()))
        except httpx.TransportError as error:
            raise ServerUnreachable(
                f"The mock at {self._http.base_url} closed the connection: {error}"
            ) from error
        except (ValueError, TypeError) as error:
            raise ServerUnreachable(
                f"No mock is running at {self._http.base_url}: an event {error}"
            ) from error


def _content(response: httpx.Response) -> bytes:
    return read_body(response, most_bytes=_MOST_BYTES, most_seconds=_MOST_SECONDS)


def _refusal(response: httpx.Response, content: bytes) -> RequestRefused:
    try:
        told = parse_json(content)
    except DocumentRejected:
        told = {}
    return RequestRefused(response.status_code, told if isinstance(told, dict) else {})


def _events(lines: Iterable[str]) -> Iterator[Json]:
    """Yield the events of a stream (WHATWG, server-sent events)."""
    event: Json = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            event["id"] = int(value)
        elif name == "event":
            event["event"] = value
        elif name == "data":
            event |= parse_json(value.encode())
        elif not line and event:
            yield event
            event = {}


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.removesuffix(b"\r").decode() for line in lines)
        if len(rest) > _MOST_LINE_BYTES:
            raise DocumentRejected(f"is larger than {_MOST_LINE_BYTES >> 20} MiB")


def given(values: Mapping[str, Any]) -> Json:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
