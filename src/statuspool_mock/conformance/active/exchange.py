"""An answer with the request that asked for it, and the curl that asks again."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

_SHOWN_BODY_BYTES = 2_000


class _NoJson:
    def __repr__(self) -> str:
        return "no JSON"


NO_JSON = _NoJson()
"""The value of a body that is no JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerResponse:
    """What came back. Header names are lower-case; `authorization` is masked already."""

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
    seconds: float = 0.0
    value: Any = field(init=False)

    def __post_init__(self) -> None:
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = NO_JSON
        object.__setattr__(self, "value", value)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object that came, empty where none did."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def results(self) -> list[Any]:
        """The items of a list's envelope, none where there is none."""
        found = self.fields.get("results")
        return found if isinstance(found, list) else []

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
        """Return a command line that repeats the request; the token is a variable."""
        parts = ["curl", "-i", "-X", self.method, shlex.quote(self.url)]
        if self.authorization is not None:
            parts += ["-H", f'"Authorization: {self.authorization}"']
        for name, text in self.sent_headers.items():
            parts += ["-H", shlex.quote(f"{name}: {text}")]
        if self.sent is not None:
            shown = self.sent[:_SHOWN_BODY_BYTES].decode("utf-8", "backslashreplace")
            parts += ["--data-binary", shlex.quote(shown)]
        return " ".join(parts)
