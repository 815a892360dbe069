"""Calls to a running mock, and their errors.

ClientError
├── ServerUnreachable   no mock is running there
└── RequestRefused      the mock refused; `status`, `error` and `details` say why
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

Json = dict[str, Any]


class ClientError(Exception):
    """A call that did not succeed."""


class ServerUnreachable(ClientError):
    """No mock is running at the address."""


class RequestRefused(ClientError):
    """The mock refused the request: its message, with every invalid field."""

    def __init__(self, status: int, body: Json) -> None:
        details = body.get("details") or ()
        wrong = "; ".join(f"{item['field']}: {item['message']}" for item in details)
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
            response = self._http.request(
                method, path, json=body, params=parameters, headers=headers
            )
        except httpx.TransportError as error:
            raise ServerUnreachable(
                f"No mock is running at {self._http.base_url}: {error}"
            ) from error
        if response.is_success:
            return response.json() if response.content else None
        try:
            told = response.json()
        except ValueError:
            told = {}
        raise RequestRefused(response.status_code, told if isinstance(told, dict) else {})

    def events(self, last_event_id: int | None) -> Iterator[Json]:
        """Yield events as they happen, each with its `id` and `event`. Raises `ClientError`."""
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        try:
            with self._http.stream(
                "GET", "/_mock/events", headers=headers, timeout=None
            ) as response:
                if not response.is_success:
                    raise RequestRefused(response.status_code, json.loads(response.read()))
                event: Json = {}
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        event["id"] = int(value)
                    elif name == "event":
                        event["event"] = value
                    elif name == "data":
                        event |= json.loads(value)
                    elif not line and event:
                        yield event
                        event = {}
        except httpx.TransportError as error:
            raise ServerUnreachable(
                f"The mock at {self._http.base_url} closed the connection: {error}"
            ) from error


def given(values: Mapping[str, Any]) -> Json:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
