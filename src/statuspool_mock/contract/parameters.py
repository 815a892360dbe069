"""Reads query parameters, strict about text that only resembles a number or a time."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from statuspool_mock.contract.violations import is_uuid, message_for

_INTEGER = re.compile(r"-?[0-9]{1,4000}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)

Reader = Callable[[str], Any]
"""Turns a parameter's text into its value; raises `ValueError` if it is invalid."""


def reader_of(schema: Mapping[str, Any]) -> Reader:
    """Return the reader for a parameter's schema; its error says what was expected."""
    read = _plain_reader(schema)
    expected = message_for(schema, "type")
    low, high, enum = schema.get("minimum"), schema.get("maximum"), schema.get("enum")

    def reader(text: str) -> Any:
        try:
            value = read(text)
        except ValueError:
            raise ValueError(expected) from None
        if (
            (enum is not None and value not in enum)
            or (low is not None and value < low)
            or (high is not None and value > high)
        ):
            raise ValueError(expected)
        return value

    return reader


def _plain_reader(schema: Mapping[str, Any]) -> Reader:
    if schema["type"] == "integer":
        return _integer
    if schema["type"] == "boolean":
        return _boolean
    return {"date-time": _date_time, "uuid": _uuid}.get(schema.get("format", ""), str)


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError
    return int(text)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in {"true", "false"} else _fail()


def _fail() -> bool:
    raise ValueError


def _date_time(text: str) -> datetime:
    if _DATE_TIME.fullmatch(text) is None:
        raise ValueError
    if text[17:19] == "60":  # a leap second is a valid timestamp that `datetime` cannot hold
        text = f"{text[:17]}59{text[19:]}"
    return datetime.fromisoformat(text.upper())


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError
    return text.lower()
