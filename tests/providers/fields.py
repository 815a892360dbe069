"""Reading what clients send: every wrong field at once, in the reference's words."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

_EVENTS = {"status_change", "incident_created", "sla_breach"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


class Refusal(Exception):
    """A request that ends in an error of this status."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Any = (), **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": code, "message": message, **more}
        self.headers = dict(headers)


def invalid(wrong: Mapping[str, str], status: int = 400) -> Refusal:
    details = [{"field": field, "message": message} for field, message in wrong.items()]
    return Refusal(status, "INVALID_REQUEST", "Validation failed", details=details)


def is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_url(value: object) -> bool:
    if not isinstance(value, str) or re.search(r"\s", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


Rule = tuple[Callable[[Any], bool], str]
_URL: Rule = (_is_url, "Must be a valid HTTP or HTTPS URL")

MONITOR: Mapping[str, Rule] = {
    "name": (
        lambda value: isinstance(value, str) and 2 <= len(value) <= 128,
        "Must be a string of 2 to 128 characters",
    ),
    "url": _URL,
    "interval_seconds": (
        lambda value: _is_integer(value) and value in {30, 60, 120, 300},
        "Must be one of: 30, 60, 120, 300",
    ),
    "tags": (_texts, "Must be an array of strings"),
    "regions": (
        lambda value: _texts(value) and value != [] and all(value),
        "Must be an array of regions",
    ),
    "expected_status": (
        lambda value: _is_integer(value) and 100 <= value <= 599,
        "Must be an HTTP status code",
    ),
}
INCIDENT: Mapping[str, Rule] = {
    "monitor_id": (is_uuid, "Must be a UUID"),
    "title": (_is_text, "Must be a text"),
    "description": (lambda value: isinstance(value, str), "Must be a string"),
}
WEBHOOK: Mapping[str, Rule] = {
    "url": _URL,
    "events": (
        lambda value: _texts(value) and value != [] and set(value) <= _EVENTS,
        f"Must be an array of: {', '.join(sorted(_EVENTS))}",
    ),
    "secret": (_is_text, "Must be a text"),
}


def parse(raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises `Refusal`."""
    try:
        value = json.loads(raw, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise invalid({"body": "Must be valid JSON"}) from None
    if not isinstance(value, dict):
        raise invalid({"body": "Must be a JSON object"})
    return value


def judge(
    values: Mapping[str, Any],
    rules: Mapping[str, Rule],
    *,
    required: tuple[str, ...],
    refuses_unknown: bool,
) -> dict[str, Any]:
    """Return the known fields of a body. Raises `Refusal` for all that is wrong."""
    wrong = {field: "Field is required" for field in required if values.get(field) is None}
    for field, value in values.items():
        if field in rules:
            is_right, message = rules[field]
            if field not in wrong and not is_right(value):
                wrong[field] = message
        elif refuses_unknown:
            wrong[field] = "Unknown field"
    if wrong:
        raise invalid(wrong)
    return {field: value for field, value in values.items() if field in rules}


def time_of(text: str) -> datetime:
    """Return an instant. Raises `ValueError`."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper())


def _no_number(text: str) -> float:
    raise ValueError(text)
