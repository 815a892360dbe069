"""Masks keys and secrets wherever an exchange is shown.

Masked are the values of headers, of query parameters, and of fields of JSON bodies and forms whose
names say that they are secret, in any case and with any separators; and in URLs passwords and such
parameters. `EventSource` sends no headers, so an API key may also be the query parameter `key`.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from statuspool_mock.bounded_documents import DocumentRejected, parse_json

MASK = "***"
_PARTS = ("apikey", "authorization", "cookie", "passwd", "password", "secret", "signature")
_ENDINGS = ("accesskey", "privatekey", "token")
_KEY_PARAMETER = "key"
_SEPARATORS = re.compile(r"[-_. ]")
_WITH_SCHEME = frozenset({"authorization", "proxy-authorization"})

_PASSWORD = re.compile(r"(://[^/?#@\s\"]*?:)[^/?#@\s\"]*@")
_PARAMETER = re.compile(r"(?P<name>[^=&?#\s\"',;:]{1,100})=(?P<value>[^&#\s\"',;]*)")
_FIELD = re.compile(r'"(?P<name>[^"\\]{1,100})"(?P<colon>\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\s]+)')
_HINTS = re.compile(rb"api|author|cook|pass|secret|signat|key|token|://|\\u|%", re.IGNORECASE)


def masked_headers(headers: tuple[tuple[bytes, bytes], ...]) -> list[tuple[str, str]]:
    """Return headers as text, with credentials masked except for their scheme."""
    return [_masked_header(name.decode("latin-1"), value) for name, value in headers]


def masked_query(query: bytes) -> str:
    """Return a query as text, with the values of secret parameters masked."""
    return masked_text(query.decode("latin-1"))


def masked_body(raw: bytes) -> bytes:
    """Return a body with the values of secret fields masked: JSON, a form, or broken JSON."""
    if not _HINTS.search(raw):
        return raw
    try:
        value = parse_json(raw)
    except DocumentRejected:
        text = raw.decode("utf-8", "surrogateescape")
        return masked_text(_FIELD.sub(_masked_field, text)).encode("utf-8", "surrogateescape")
    hidden = masked_value(value)
    if hidden == value:
        return raw
    return json.dumps(hidden, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def masked_value(value: Any) -> Any:
    """Return a JSON value with the values of secret fields masked. Iterators stay iterators."""
    if isinstance(value, dict):
        return {
            name: _hidden(item) if is_secret(name) else masked_value(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked_value(item) for item in value]
    if isinstance(value, Iterator):
        return map(masked_value, value)
    return masked_text(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """Return a text with passwords of URLs, and the values of secret parameters, masked."""
    if "://" in text:
        text = _PASSWORD.sub(rf"\1{MASK}@", text)
    return _PARAMETER.sub(_masked_parameter, text) if "=" in text else text


@lru_cache(maxsize=1_000)
def is_secret(name: str) -> bool:
    """Return whether the name of a header, parameter or field says that its value is secret."""
    plain = _SEPARATORS.sub("", name).lower()
    return plain.endswith(_ENDINGS) or any(part in plain for part in _PARTS)


def _hidden(value: Any) -> Any:
    """Return a value of the same type and shape that says nothing."""
    if isinstance(value, dict):
        return {name: _hidden(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    if isinstance(value, str):
        return MASK if value else value
    return value if isinstance(value, bool) or value is None else 0


def _masked_header(name: str, value: bytes) -> tuple[str, str]:
    text = value.decode("latin-1")
    if not is_secret(name):
        return name, masked_text(text)
    scheme, space, _ = text.partition(" ")
    return name, f"{scheme} {MASK}" if space and name.lower() in _WITH_SCHEME else MASK


def _masked_parameter(match: re.Match[str]) -> str:
    name = unquote_plus(match["name"])
    if not match["value"] or not (is_secret(name) or name.lower() == _KEY_PARAMETER):
        return match[0]
    return f"{match['name']}={MASK}"


def _masked_field(match: re.Match[str]) -> str:
    return f'"{match["name"]}"{match["colon"]}"{MASK}"' if is_secret(match["name"]) else match[0]
