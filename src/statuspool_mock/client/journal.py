"""The journal of a world."""

from collections.abc import Mapping
from typing import Any

from statuspool_mock.client.calls import ControlCall, Json


class JournalControl:
    """The exchanges of this world's clients."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def all(self, **wanted: Any) -> list[Json]:
        """Return exchanges, newest first.

        Filtered by `operation`, `status`, `monitor_id`, `text`, `from` and `to`; at most `limit`
        (default: 100).
        """
        found: list[Json] = self._call("GET", "/_mock/journal", **wanted)["results"]
        return found

    def get(self, number: int) -> Json:
        """Return one exchange with headers and bodies."""
        exchange: Json = self._call("GET", f"/_mock/journal/{number}")
        return exchange

    def count(self, **wanted: Any) -> int:
        """Return how many exchanges match."""
        count: int = self._call("GET", "/_mock/journal/count", **wanted)["count"]
        return count

    def check(self, **expected: Any) -> Json:
        """Return whether requests were made as often as expected, and the near misses."""
        verification: Json = self._call("POST", "/_mock/journal/verify", expected)
        return verification

    def verify(self, **expected: Any) -> None:
        """Raise `AssertionError`, with the near misses, unless requests match as often as expected.

        `operation`, `method`, `status`, `monitor_id`, `role`, `error`, `query` and `body` (a subset
        of its fields) are the pattern; `times`, `at_least` and `at_most` say how often (default: at
        least once).
        """
        found = self.check(**expected)
        if not found["verified"]:
            raise AssertionError(describe(found, expected))

    def har(self) -> Json:
        """Return the journal as HAR 1.2."""
        archive: Json = self._call("GET", "/_mock/journal.har")
        return archive

    def clear(self) -> None:
        """Clear the journal and the coverage."""
        self._call("DELETE", "/_mock/journal")

    def coverage(self) -> Json:
        """Return which responses clients have received, and which never."""
        coverage: Json = self._call("GET", "/_mock/coverage")
        return coverage


def describe(verification: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """Return a failed verification and its near misses as text."""
    lines = [
        f"Expected {verification['expected']} of {dict(expected)}, found {verification['found']}."
    ]
    for miss in verification["near_misses"]:
        exchange = miss["exchange"]
        lines.append(f"  near: {exchange['method']} {exchange['path']} → {exchange['status']}")
        lines += [f"        {mismatch}" for mismatch in miss["mismatches"]]
    return "\n".join(lines)
