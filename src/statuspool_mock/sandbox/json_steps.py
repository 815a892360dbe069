"""Large JSON in steps: written and read piece by piece, since `json` lets nobody else run."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from statuspool_mock.simulation.steps import Steps

_ITEMS_IN_A_STEP = 20
_WINDOWS = (1 << 12, 1 << 16)
_DEPTH = 3  # the lists of a state lie no deeper


def encoding(value: Any, *, most_bytes: int | None = None) -> Steps[list[bytes]]:
    """Return compact JSON in pieces. Iterators become arrays, and texts may hold lone surrogates.

    Raises `ValueError` if it is larger than `most_bytes`.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in _pieces(value, 0):
        pieces.append(piece)
        size += len(piece)
        if most_bytes is not None and size > most_bytes:
            raise ValueError(f"larger than {most_bytes} bytes")
        yield
    return pieces


def emptying(value: Any, depth: int = 0) -> Steps[None]:
    """Take the value apart in steps: to free a large one at once takes 30 ms and more."""
    while value and isinstance(value, dict | list) and depth < _DEPTH:
        item = value.popitem()[1] if isinstance(value, dict) else value.pop()
        yield from emptying(item, depth + 1)
        yield


def _pieces(value: Any, depth: int) -> Iterator[bytes]:
    if isinstance(value, Mapping) and depth < _DEPTH:
        separator = b"{"
        for key, item in value.items():
            yield separator + encoded(key) + b":"
            yield from _pieces(item, depth + 1)
            separator = b","
        yield b"{}" if separator == b"{" else b"}"
    elif isinstance(value, Iterator | list | tuple) and depth <= _DEPTH:
        items, separator = iter(value), b"["
        while part := list(islice(items, _ITEMS_IN_A_STEP)):
            yield separator + encoded(part)[1:-1]
            separator = b","
        yield b"[]" if separator == b"[" else b"]"
    else:
        yield encoded(value)


def encoded(value: Any) -> bytes:
    """Return compact JSON at once; texts may hold lone surrogates."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, an integer beyond 64 bits, or a named tuple
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


class JsonReader:
    """Reads JSON in steps. `hook` makes objects of pairs; `check` is given the text of each piece.

    Both raise `ValueError` for what they refuse, as does the reader beyond `most_levels`.
    """

    def __init__(
        self,
        *,
        hook: Callable[[list[tuple[str, Any]]], Any] = dict,
        check: Callable[[str], object] | None = None,
        most_levels: int = 100,
    ) -> None:
        self._hook = hook
        self._most_levels = most_levels
        self._check = check
        self._decoder = json.JSONDecoder(object_pairs_hook=None if hook is dict else hook)

    def reading(self, text: str) -> Steps[Any]:
        """Return the value of a text. Raises `ValueError` or `RecursionError`."""
        value, end = yield from self._value(text, _after_space(text, 0), 0)
        if _after_space(text, end) != len(text):
            raise json.JSONDecodeError("Extra data", text, end)
        return value

    def _value(self, text: str, at: int, level: int) -> Steps[tuple[Any, int]]:
        if text[at : at + 1] not in {"{", "["}:
            return self._whole(text, at)
        for size in _WINDOWS:
            window = text[at : at + size]
            try:
                value, end = self._whole(window, 0)
            except ValueError:
                if at + size >= len(text):
                    raise
            else:
                return value, at + end
        yield
        if level >= self._most_levels:
            raise ValueError(f"nested more than {self._most_levels} levels deep")
        if text[at] == "[":
            return (yield from self._array(text, at + 1, level + 1))
        return (yield from self._object(text, at + 1, level + 1))

    def _whole(self, text: str, at: int) -> tuple[Any, int]:
        value, end = self._decoder.raw_decode(text, at)
        if self._check is not None:
            self._check(text[at:end])
        return value, end

    def _array(self, text: str, at: int, level: int) -> Steps[tuple[list[Any], int]]:
        found: list[Any] = []
        while True:
            value, at = yield from self._value(text, _after_space(text, at), level)
            found.append(value)
            if len(found) % _ITEMS_IN_A_STEP == 0:
                yield
            at, is_over = _after_comma(text, at, "]")
            if is_over:
                return found, at

    def _object(self, text: str, at: int, level: int) -> Steps[tuple[Any, int]]:
        found: list[tuple[str, Any]] = []
        while True:
            at = _after_space(text, at)
            if text[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting a name in double quotes", text, at)
            name, at = self._whole(text, at)
            at = _after_space(text, at)
            if text[at : at + 1] != ":":
                raise json.JSONDecodeError("Expecting ':'", text, at)
            value, at = yield from self._value(text, _after_space(text, at + 1), level)
            found.append((name, value))
            if len(found) % _ITEMS_IN_A_STEP == 0:
                yield
            at, is_over = _after_comma(text, at, "}")
            if is_over:
                return self._hook(found), at


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\n", "\r"}:
        at += 1
    return at


def _after_comma(text: str, at: int, end: str) -> tuple[int, bool]:
    """Return the place after a comma or after the end, and whether it was the end."""
    at = _after_space(text, at)
    found = text[at : at + 1]
    if found not in {",", end} or not found:
        raise json.JSONDecodeError(f"Expecting ',' or {end!r}", text, at)
    return at + 1, found == end
