"""Requests and responses as mutants change them, and a way to call the real server."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

Json = dict[str, Any]
_ROUTES: Mapping[str, tuple[str, str]] = {
    "listMonitors": ("GET", "/monitors"),
    "createMonitor": ("POST", "/monitors"),
    "getMonitor": ("GET", "/monitors/{id}"),
    "updateMonitor": ("PUT", "/monitors/{id}"),
    "deleteMonitor": ("DELETE", "/monitors/{id}"),
    "getMonitorStatus": ("GET", "/monitors/{id}/status"),
    "listMonitorLogs": ("GET", "/monitors/{id}/logs"),
    "listIncidents": ("GET", "/incidents"),
    "listWebhooks": ("GET", "/webhooks"),
}


@dataclass(frozen=True)
class MutantRequest:
    """A request to a known operation. `path` is below the API's base path."""

    operation: str
    method: str
    path: str
    monitor_id: str
    query: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    uncounted: bool = False
    """Sent by a mutant itself: it does not count towards any rate limit."""

    @cached_property
    def key(self) -> str:
        """The bearer key, empty if there is none."""
        scheme, _, key = self.header("authorization").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query parameters; of a name given twice, the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        """The body's JSON value, None if it is not JSON."""
        return _loads(self.body)

    @property
    def values(self) -> Json:
        """The fields of a JSON object, empty for any other body."""
        return self.json if isinstance(self.json, dict) else {}

    def header(self, name: str) -> str:
        """Return a header's value, empty if it is missing."""
        return next((value for known, value in self.headers if known == name), "")

    def with_query(self, **changes: str | None) -> "MutantRequest":
        """Return the request with other parameters; None removes one."""
        merged = {**self.parameters, **{name.rstrip("_"): text for name, text in changes.items()}}
        kept = {name: text for name, text in merged.items() if text is not None}
        return replace(self, query=urlencode(kept))

    def with_body(self, value: Any) -> "MutantRequest":
        """Return the request with another JSON body."""
        body = _dumps(value)
        changed = self.with_header("content-type", "application/json")
        return replace(changed.with_header("content-length", str(len(body))), body=body)

    def with_key(self, key: str) -> "MutantRequest":
        """Return the request with another key."""
        return self.with_header("authorization", f"Bearer {key}")

    def with_header(self, name: str, value: str) -> "MutantRequest":
        """Return the request with another value of a header."""
        others = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*others, (name, value)))

    def on_the_side(self, operation: str, *, monitor_id: str = "", **query: str) -> "MutantRequest":
        """Return a request of the mutant's own with the same key, outside its rate limit."""
        method, path = _ROUTES[operation]
        kept = ("authorization", "host")
        return MutantRequest(
            operation=operation,
            method=method,
            path=path.replace("{id}", monitor_id),
            monitor_id=monitor_id,
            query=urlencode({name.rstrip("_"): text for name, text in query.items()}),
            headers=tuple(header for header in self.headers if header[0] in kept),
            body=b"",
            uncounted=True,
        )


@dataclass(frozen=True)
class MutantResponse:
    """A response. Header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    @cached_property
    def json(self) -> Any:
        """The content's JSON value, None if it is not JSON."""
        return _loads(self.content)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def with_json(self, value: Any) -> "MutantResponse":
        """Return the response with another JSON body."""
        return self.with_content(_dumps(value), "application/json")

    def with_content(self, content: bytes, media_type: str) -> "MutantResponse":
        """Return the response with other content of a media type."""
        return replace(self, content=content).with_header("content-type", media_type)

    def with_status(self, status: int) -> "MutantResponse":
        """Return the response with another status."""
        return replace(self, status=status)

    def with_header(self, name: str, value: str | None) -> "MutantResponse":
        """Return the response with another value of a header; None removes it."""
        others = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=others if value is None else (*others, (name, value)))


CallServer = Callable[[MutantRequest], Awaitable[MutantResponse]]
"""Sends a request to the server behind a mutant."""
Handler = Callable[[MutantRequest, CallServer], Awaitable[MutantResponse]]
"""Handles a request: it may send any requests to the server and respond with anything."""


def _loads(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        return None


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, ensure_ascii=False).encode()
