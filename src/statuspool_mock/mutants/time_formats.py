"""Times of responses, moved or in a wrong format."""

from collections.abc import Callable
from datetime import datetime, timedelta


def moved(*, hours: int) -> Callable[[str | None], str | None]:
    """Return the change that moves an instant; null stays null."""

    def change(text: str | None) -> str | None:
        if text is None:
            return None
        at = datetime.fromisoformat(text) + timedelta(hours=hours)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    return change


def unix_time(text: str) -> int:
    """Return an instant in seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp())


def without_zone(text: str) -> str:
    """Return an instant without a zone, as databases print it."""
    return text.replace("T", " ").removesuffix("Z")


def is_instant(text: str) -> bool:
    """Whether a string is an ISO 8601 timestamp of any kind."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
