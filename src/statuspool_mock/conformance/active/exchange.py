"""A response with its request, and the curl command that repeats it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from statuspool_mock.bounded_documents import DocumentRejected, parse_json
from statuspool_mock.conformance.active.request import TEAMS
from statuspool_mock.conformance.bounded_client import MOST_VALUES

_SHOWN_BODY_BYTES = 2_000


class _NotJson:
    def __repr__(self) -> str:
        return "not JSON"


NOT_JSON = _NotJson()
"""The value of a body that is not JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerResponse:
    """A response. Header names are lower-case; `authorization` is already masked."""

    operation: str
    method: str
    url: str
    authorization: str | None
    sent_headers: Mapping[str, str]
    sent: bytes | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    key: str = "main"
    has_own_key: bool = True
    """Whether it was sent with the key as it is, and not with another authorization."""
    is_alone: bool = True
    """Whether no other request was sent at the same time."""
    seconds: float = 0.0
    at: float = 0.0
    """When it arrived, on a clock of the run."""
    group: int = 0
    """The number of the requests that were sent at the same time; 0 was sent alone."""
    value: Any = field(init=False)

    def __post_init__(self) -> None:
        try:
            value = parse_json(self.body, most_values=MOST_VALUES)
        except DocumentRejected:
            value = NOT_JSON
        object.__setattr__(self, "value", value)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def team(self) -> str:
        """The team whose key was sent; empty for a key of no team."""
        return TEAMS.get(self.key, "")

    @property
    def monitor_id(self) -> str:
        """The id of the monitor in the path; empty where the path has none."""
        _, found, rest = urlsplit(self.url).path.rpartition("/monitors/")
        return rest.partition("/")[0] if found else ""

    @property
    def sent_fields(self) -> Mapping[str, Any]:
        """The JSON object that was sent; empty where that was anything else."""
        try:
            sent = json.loads(self.sent or b"")
        except (ValueError, RecursionError):
            return {}
        return sent if isinstance(sent, dict) else {}

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object of the body; empty where the body is anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def results(self) -> list[Any]:
        """The items of a list's envelope; empty where there is no envelope."""
        results = self.fields.get("results")
        return results if isinstance(results, list) else []

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message.get_content_type() if self.headers.get("content-type") else ""

    def summary(self) -> str:
        """Return status and the beginning of the body, in one line."""
        text = self.body[:_SHOWN_BODY_BYTES].decode("utf-8", "replace")
        line = " ".join(text.split())
        return f"{self.status} {line[:200]}{'…' if len(line) > 200 else ''}".strip()

    def curl(self) -> str:
        """Return a command line that repeats the request; the key is a variable."""
        parts = ["curl", "-i", "-X", self.method, shlex.quote(self.url)]
        if self.authorization is not None:
            quoted = self.authorization.replace('"', '\\"')  # the shell fills in the variable
            parts += ["-H", f'"Authorization: {quoted}"']
        for name, text in self.sent_headers.items():
            parts += ["-H", shlex.quote(f"{name}: {text}")]
        if self.sent is not None:
            shown = self.sent[:_SHOWN_BODY_BYTES].decode("utf-8", "backslashreplace")
            parts += ["--data-binary", shlex.quote(shown)]
        return " ".join(parts)
