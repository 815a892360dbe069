"""Tests of the value of a property: its type, format and range."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from statuspool_mock.time_parsing import moment

Test = Callable[[Any], bool]
_EVENTS = {"status_change", "incident_created", "sla_breach"}


def is_string(value: Any) -> bool:
    """Whether a value is a string, which may be empty."""
    return isinstance(value, str)


def is_text(value: Any) -> bool:
    """Whether a value is a string that is not empty."""
    return isinstance(value, str) and value != ""


def is_uuid(value: Any) -> bool:
    """Whether a value is a UUID with its dashes, in any case."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number from 0 on; 60.0 is one."""
    return is_number(value) and float(value).is_integer() and value >= 0


def is_text_list(value: Any) -> bool:
    """Whether a value is an array of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def is_time(value: Any) -> bool:
    """Whether a value is an ISO 8601 timestamp with its zone."""
    return moment(value) is not None


def is_percentage(value: Any) -> bool:
    """Whether a value is a number from 0 to 100."""
    return is_number(value) and 0 <= value <= 100


def is_status_code(value: Any) -> bool:
    """Whether a value is an HTTP status code."""
    return is_whole(value) and 100 <= value <= 599


def is_url(value: Any) -> bool:
    """Whether a value begins as an HTTP(S) URL does."""
    return is_text(value) and value.lower().startswith(("http://", "https://"))


def is_flag(value: Any) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def is_event_list(value: Any) -> bool:
    """Whether a value is an array of documented events, at least one."""
    return is_text_list(value) and value != [] and set(value) <= _EVENTS


def or_null(test: Test) -> Test:
    """Return a test that null passes too."""
    return lambda value: value is None or test(value)


def one_of(*values: Any) -> Test:
    """Return a test for one of these values."""
    return lambda value: not isinstance(value, bool) and value in values
