"""Parses durations (`45d`, `2h30m`), offsets (`-2h30m`) and ISO 8601 instants."""

import re
from datetime import UTC, datetime
from typing import Any

_DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?", re.ASCII)
_UNITS = (86_400, 3_600, 60, 1)
_LONGEST = 3_660 * 86_400
LATEST = 253_370_764_800
"""The end of time for every clock: 9999-01-01, so that no offset leaves the calendar."""

_LAST_WRITTEN = 253_402_300_799  # 9999-12-31T23:59:59Z


def duration_seconds(text: str) -> int:
    """Return the seconds of a duration such as `2h30m`. Raises `ValueError`."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is not a duration such as 45d, 12h, 2h30m or 90s")
    parts = zip(match.groups(), _UNITS, strict=True)
    seconds = sum(int(count) * unit for count, unit in parts if count)
    if seconds > _LONGEST:
        raise ValueError(f"{text!r} is longer than ten years")
    return seconds


def instant(text: str) -> int:
    """Return an ISO 8601 instant in seconds since 1970; without an offset it is UTC.

    Raises `ValueError`.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an instant such as 2025-01-15T09:42:11Z") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    seconds = int(parsed.timestamp())
    if not 0 <= seconds < LATEST:
        raise ValueError(f"{text!r} is outside the years 1970 to 9998")
    return seconds


def moment(value: Any) -> datetime | None:
    """Return an ISO 8601 time with a zone as a UTC datetime, or None for anything else."""
    if not isinstance(value, str) or len(value) < 19 or value[10] not in "Tt":
        return None
    try:
        at = datetime.fromisoformat(value.replace("z", "Z"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def offset_seconds(text: str, *, starts_at: int | None) -> int:
    """Return the offset of an instant from the scenario's start; negative before it.

    An ISO instant needs a scenario with a `starts_at`. Raises `ValueError`.
    """
    if text[:1] in {"-", "+"}:
        seconds = duration_seconds(text[1:])
        return -seconds if text[0] == "-" else seconds
    if text[:4].isdigit():
        at = instant(text)
        if starts_at is None:
            raise ValueError(f"{text!r} is a date, and a date needs a scenario with starts_at")
        return at - starts_at
    raise ValueError(
        f"{text!r} is neither an offset such as -2h30m nor an instant such as 2025-01-15T09:42:11Z"
    )


def written(seconds: float) -> str:
    """Return an instant in the format of the API: 2025-01-15T09:42:11Z; at most the year 9999."""
    at = datetime.fromtimestamp(min(int(seconds), _LAST_WRITTEN), UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
