"""Reads JSON bodies: complete, bounded, and only what all parsers read alike."""

import json
from typing import Any

import orjson
from starlette.types import Receive

from statuspool_mock.contract import Violation
from statuspool_mock.web.errors import InvalidRequest

MOST_BYTES = 1 << 20
_MOST_DRAINED = 64 << 20


async def read_body(receive: Receive, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the body. Raises `InvalidRequest` if it is larger than `most_bytes`.

    The rest of a larger one is read for a while and dropped, so that the client sees the response.
    """
    message = await receive()
    if not message.get("more_body", False):
        parts, size = [message.get("body", b"")], len(message.get("body", b""))
    else:
        parts, size = [], 0
        while True:
            part = message.get("body", b"")
            size += len(part)
            if size <= most_bytes:
                parts.append(part)
            if not message.get("more_body", False) or size > _MOST_DRAINED:
                break
            message = await receive()
    if size > most_bytes:
        raise _broken(f"Must be at most {most_bytes} bytes")
    return b"".join(parts)


def parse_body(raw: bytes, media_type: str) -> Any:
    """Return the JSON value of a body. Raises `InvalidRequest`, which says what is wrong.

    Refuses what parsers disagree on: duplicate keys, NaN, lone surrogates, extreme nesting.
    """
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in {"application/json", ""}:
        raise InvalidRequest([Violation("Content-Type", "Must be application/json")])
    if not raw:
        raise _broken("Must be a JSON object")
    try:
        value = orjson.loads(raw)
        _DISTINCT.decode(raw.decode())
    except (ValueError, RecursionError) as error:
        raise _broken(f"Must be valid JSON: {error}") from None
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return values


_DISTINCT = json.JSONDecoder(object_pairs_hook=_distinct)


def _broken(message: str) -> InvalidRequest:
    return InvalidRequest([Violation("body", message)])
