"""What another server may do where the reference is silent or contradicts itself.

This is the data of `docs/rulings.md`, which gives the reasons. Both checkers of servers read it, so
that they agree about an exchange.
"""

import re
from collections.abc import Mapping
from typing import Any

from statuspool_mock.contract.operation import Operation
from statuspool_mock.contract.reference import DEFAULT_REGIONS, MAX_PAGE_SIZE, RATE_WINDOW_SECONDS

Schema = Mapping[str, Any]
_MAX_DIGITS = 4_000  # Python refuses to read more than 4,300

POST_SUCCESS = frozenset({200, 201})
"""The status of a successful POST is not documented."""

OTHER_REFUSALS: Mapping[int, str] = {
    405: "A method may be refused with 405.",
    413: "A body that is too large may be refused with 413.",
    414: "A URL that is too long may be refused with 414.",
    415: "Another content type may be refused with 415.",
    431: "Headers that are too large may be refused with 431.",
}
"""Statuses that no operation documents and each may use, with the reason."""

_NOT_FOUND_WITH: Mapping[str, tuple[str, str]] = {
    "listMonitors": ("page", "A page past the end may be a 404."),
    "listIncidents": ("monitor_id", "A filter by a monitor of another team may be a 404."),
}
"""Operations that document no 404, the parameter that may lead to one, and the reason."""


UNNAMED_FIELDS = frozenset({"sla_30d"})
"""Fields that are promised without a name: the mock's name for them is its own."""

NULLABLE_FIELDS = frozenset({"title", "updated_at"})
"""Fields that may be null where the operation's responses need not have them: nobody gave an
incident that checks opened a title, and nobody has changed a new monitor."""

NARROW: Mapping[str, Schema] = {
    "url": {"pattern": "^https://[a-z]{1,12}\\.example\\.com/[a-z]{0,12}$", "format": None},
    "tags": {"maxItems": 4, "items": {"type": "string", "pattern": "^[a-z-]{1,12}$"}},
    "regions": {
        "uniqueItems": True,
        "items": {"type": "string", "enum": list(DEFAULT_REGIONS)},
    },
    "expected_status": {"minimum": 200, "maximum": 499},
    "title": {"pattern": "^[A-Za-z][A-Za-z0-9 -]*[A-Za-z0-9]$", "maxLength": 80},
    "description": {"pattern": "^[ -~]*$", "maxLength": 80},
    "events": {"uniqueItems": True},
    "secret": {"pattern": "^[A-Za-z0-9_]{16,40}$"},
    "page": {"maximum": 1},  # a page past the end may be an error
    "from": {"enum": ["2025-01-14T00:00:00Z"]},  # and so may be `from` after `to`
    "to": {"enum": ["2025-01-15T00:00:00Z"]},
}
"""Keywords of fields and parameters that make a request one that every server must accept.

A keyword of None is removed from the document's schema; the same holds for `WIDE`.
"""

WIDE: Mapping[str, Schema] = {
    "url": {"format": None, "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#]"},
    "interval_seconds": {"type": "number"},  # 60.0 is 60 to many parsers
    "regions": {"minItems": None, "items": {"type": "string"}},
    "expected_status": {"type": "number", "multipleOf": 1, "minimum": None, "maximum": None},
    "monitor_id": {"format": None},  # an id that is not a UUID is as good as unknown
    "title": {"minLength": None},
    "secret": {"minLength": None},
    "events": {"minItems": None},
}
"""Keywords of fields without which a body is one that every server must refuse."""


def reason_for_status(operation: str, status: int, parameters: Mapping[str, str]) -> str | None:
    """Return why an operation may use a status that it does not document, None if it may not."""
    if status == 404 and operation in _NOT_FOUND_WITH:
        name, reason = _NOT_FOUND_WITH[operation]
        return reason if parameters.get(name, "1") != "1" else None
    return OTHER_REFUSALS.get(status)


def may_respond_with(operation: Operation, status: int, parameters: Mapping[str, str]) -> bool:
    """Whether an operation may use a status, documented or not."""
    if operation.method == "POST" and status in POST_SUCCESS:
        return True
    return (
        status in operation.statuses
        or reason_for_status(operation.id, status, parameters) is not None
    )


def possible_statuses(operation: str) -> frozenset[int]:
    """Return the statuses that an operation may use with some request, beside the documented."""
    return frozenset(OTHER_REFUSALS) | ({404} if operation in _NOT_FOUND_WITH else set())


def may_accept_parameter(name: str, text: str) -> bool:
    """Whether a server may accept an invalid value of a query parameter."""
    if name == "limit":  # it may use the maximum instead
        return _is_number(text) and int(text) > MAX_PAGE_SIZE
    return (name, text) == ("status", "degraded")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS


def has_sla_summary(fields: Mapping[str, Any]) -> bool:
    """Whether a monitor has an SLA summary, whatever its name. Monitors, GET /monitors/{id}."""
    names = [name for name in fields if "sla" in name.lower() or "30d" in name.lower()]
    return any(fields[name] not in (None, {}, "") for name in names)


def named_fields(details: Any) -> set[str]:
    """Return the names in the `details` of a 400: `tags.0`, `tags[0]` and `body.tags` name tags.

    Reference: Error Codes, 400; how an entry names a nested field is not documented.
    """
    names: set[str] = set()
    for entry in details if isinstance(details, list) else ():
        text = entry.get("field") if isinstance(entry, dict) else None
        if isinstance(text, str):
            names.update(part for part in re.split(r"[\[\]./]", text) if part)
    return names


def is_retry_after(text: str) -> bool:
    """Whether a `Retry-After` is whole seconds, no more than a minute. Error Codes, 429."""
    return _is_number(text) and 1 <= int(text) <= RATE_WINDOW_SECONDS
