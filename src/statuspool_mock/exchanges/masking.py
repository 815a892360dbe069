"""Masks keys and secrets wherever an exchange is shown."""

import json
import re
from collections.abc import Iterator
from typing import Any

MASK = "***"
_HEADERS = frozenset(
    {
        b"authorization",
        b"cookie",
        b"proxy-authorization",
        b"set-cookie",
        b"x-control-token",
        b"x-statuspool-signature",
    }
)
_WITH_SCHEME = frozenset({b"authorization", b"proxy-authorization"})
_FIELDS = frozenset({"secret", "verification_token"})
_ANY_FIELD = re.compile(rb'("(?:secret|verification_token)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\s]+)')
_SUSPECTS = tuple(field.encode() for field in _FIELDS)


def masked_headers(headers: tuple[tuple[bytes, bytes], ...]) -> list[tuple[str, str]]:
    """Return headers as text, with credentials masked except for their scheme."""
    return [(name.decode("latin-1"), _masked_value(name, value)) for name, value in headers]


def masked_body(raw: bytes) -> bytes:
    """Return a body with the values of secret fields masked, JSON or not."""
    if not any(field in raw for field in _SUSPECTS) and b"\\u" not in raw:
        return raw
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return _ANY_FIELD.sub(rb'\1"%b"' % MASK.encode(), raw)
    hidden = masked_value(value)
    if hidden == value:
        return raw
    return json.dumps(hidden, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def masked_value(value: Any) -> Any:
    """Return a JSON value with the values of secret fields masked. Iterators stay iterators."""
    if isinstance(value, dict):
        return {k: MASK if k in _FIELDS else masked_value(v) for k, v in value.items()}
    if isinstance(value, list):
        return [masked_value(item) for item in value]
    if isinstance(value, Iterator):
        return map(masked_value, value)
    return value


def _masked_value(name: bytes, value: bytes) -> str:
    if name.lower() not in _HEADERS:
        return value.decode("latin-1")
    scheme, space, _ = value.decode("latin-1").partition(" ")
    return f"{scheme} {MASK}" if space and name.lower() in _WITH_SCHEME else MASK
