"""The breakpoints of a world."""

from collections.abc import Mapping
from typing import Any

from statuspool_mock.client.calls import ControlCall, Json, given


class BreakpointControl:
    """Breakpoints: requests whose responses are held until they are released."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def all(self) -> list[Json]:
        """Return the breakpoints that are not used up."""
        found: list[Json] = self._call("GET", "/_mock/breakpoints")["results"]
        return found

    def add(self, **rule: Any) -> Json:
        """Hold the next requests that match, and return the breakpoint.

        `operation`, `method`, `monitor_id` and `role` select requests; `times` (default: 1) says
        how many are held, `hold_for` (default: `60s`) how long each.
        """
        added: Json = self._call("POST", "/_mock/breakpoints", rule)
        return added

    def remove(self, breakpoint_id: str) -> None:
        """Remove a breakpoint, and release what it holds."""
        self._call("DELETE", f"/_mock/breakpoints/{breakpoint_id}")

    def clear(self) -> None:
        """Remove every breakpoint, and release every request."""
        self._call("DELETE", "/_mock/breakpoints")

    def held(self) -> list[Json]:
        """Return the requests that are held, the one that waits for longest first."""
        found: list[Json] = self._call("GET", "/_mock/held")["results"]
        return found

    def get(self, held_id: str) -> Json:
        """Return a held request with headers and bodies."""
        held: Json = self._call("GET", f"/_mock/held/{held_id}")
        return held

    def release(
        self,
        held_id: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: str | None = None,
    ) -> None:
        """Send the response of a held request, with these parts replaced.

        A header of None is removed.
        """
        changes = given({"status": status, "headers": headers, "body": body})
        self._call("POST", f"/_mock/held/{held_id}/release", changes)
