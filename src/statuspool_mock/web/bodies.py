"""Reads JSON bodies: complete, bounded, and only what all parsers read alike."""

import json
from collections import Counter
from itertools import accumulate
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive

from statuspool_mock.contract import Violation
from statuspool_mock.sandbox.json_steps import JsonReader
from statuspool_mock.simulation import Steps, finish
from statuspool_mock.web.errors import InvalidRequest

MOST_LEVELS = 100
"""How deep a body may be nested."""
_MOST_DRAINED = 64 << 20
_MOST_SHOWN = 100
_BYTES_IN_A_STEP = 1 << 16


class BodyLimits(NamedTuple):
    """How large a body may be: its bytes, and the values in it."""

    most_bytes: int
    most_values: int


ORDINARY = BodyLimits(1 << 20, 20_000)
SNAPSHOT = BodyLimits(64 << 20, 3_000_000)
"""The limits of the snapshot of a large world."""


async def read_body(receive: Receive, most_bytes: int) -> bytes:
    """Return the body. Raises `InvalidRequest` if it is incomplete or larger than `most_bytes`.

    The rest of a larger one is read for a while and dropped, so that the client sees the response.
    """
    message = await receive()
    if not message.get("more_body", False) and message["type"] == "http.request":
        whole: bytes = message.get("body", b"")
        if len(whole) > most_bytes:
            raise _broken(f"Must be at most {most_bytes} bytes")
        return whole
    body, size = bytearray(), 0
    while message["type"] == "http.request":
        part = message.get("body", b"")
        size += len(part)
        if size <= most_bytes:
            body += part
        if not message.get("more_body", False) or size > _MOST_DRAINED:
            break
        message = await receive()
    else:
        raise _broken("Must arrive completely")
    if size > most_bytes:
        raise _broken(f"Must be at most {most_bytes} bytes")
    return bytes(body)


def parse_body(raw: bytes, media_type: str, limits: BodyLimits = ORDINARY) -> Any:
    """Return the JSON value of a body. Raises `InvalidRequest`, which says what is wrong.

    Refuses what parsers disagree on: duplicate keys, NaN, lone surrogates, extreme nesting.
    """
    _check_type(raw, media_type)
    if len(raw) > limits.most_values or raw.count(b"{") + raw.count(b"[") > MOST_LEVELS:
        finish(_checking_structure(raw, limits.most_values))
    try:
        value = orjson.loads(raw)
        _DISTINCT.decode(raw.decode())
    except ValueError as error:
        raise _broken(f"Must be valid JSON: {error}") from None
    return value


def parsing_body(raw: bytes, media_type: str, limits: BodyLimits) -> Steps[Any]:
    """Return the value of a large body as `parse_body` does, in steps."""
    yield
    _check_type(raw, media_type)
    yield from _checking_structure(raw, limits.most_values)
    try:
        return (yield from JsonReader(hook=_distinct, check=orjson.loads).reading(raw.decode()))
    except ValueError as error:
        raise _broken(f"Must be valid JSON: {error}") from None


def _check_type(raw: bytes, media_type: str) -> None:
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in {"application/json", ""}:
        raise InvalidRequest([Violation("Content-Type", "Must be application/json")])
    if not raw:
        raise _broken("Must be a JSON object")


def _checking_structure(raw: bytes, most_values: int) -> Steps[None]:
    """Refuse what costs too much to parse, in steps. Raises `InvalidRequest`."""
    values = level = start = 0
    is_text = False
    while start < len(raw):
        end = start + _BYTES_IN_A_STEP
        while raw[end - 1 : end] == b"\\":
            end += 1
        unescaped = raw[start:end].replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = unescaped.split(b'"')
        structure = b"".join(parts[is_text::2])
        is_text ^= len(parts) % 2 == 0
        values += sum(map(structure.count, (b",", b"{", b"[")))
        if values > most_values:
            raise _broken(f"Must have at most {most_values} values")
        brackets = structure.translate(None, delete=_NOT_BRACKETS)
        levels = [*accumulate((1 if one in b"{[" else -1 for one in brackets), initial=level)]
        if max(levels) > MOST_LEVELS:
            raise _broken(f"Must be nested at most {MOST_LEVELS} levels deep")
        level = levels[-1]
        start = end
        yield


_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice[:_MOST_SHOWN]!r} is given twice")
    return values


_DISTINCT = json.JSONDecoder(object_pairs_hook=_distinct)


def _broken(message: str) -> InvalidRequest:
    return InvalidRequest([Violation("body", message)])
