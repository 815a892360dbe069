"""The clock of a world."""

from typing import Any

from statuspool_mock.client.calls import ControlCall, Json


class ClockControl:
    """The clock. Every method returns the state of the clock after it."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def read(self) -> Json:
        """Return `now`, `mode` (frozen, live or scaled) and `rate`."""
        return self._json("GET", "/_mock/clock")

    def freeze(self) -> Json:
        """Stop the clock."""
        return self._json("PUT", "/_mock/clock", {"mode": "frozen"})

    def live(self) -> Json:
        """Let the clock run in real time."""
        return self._json("PUT", "/_mock/clock", {"mode": "live"})

    def scale(self, rate: float) -> Json:
        """Let `rate` seconds pass in the world for each real second."""
        return self._json("PUT", "/_mock/clock", {"rate": rate})

    def set(self, now: str) -> Json:
        """Advance to an ISO 8601 instant; `facts` lists what happened."""
        return self._json("PUT", "/_mock/clock", {"now": now})

    def advance(self, by: str) -> Json:
        """Advance by a duration such as `2h` or `90s`; `facts` lists what happened."""
        return self._json("POST", "/_mock/clock/advance", {"by": by})

    def advance_to_next_event(self, *, within: str | None = None) -> Json:
        """Advance until something happens, by at most `within` (default: 30 days)."""
        body: Json = {"to_next_event": True} | ({"by": within} if within else {})
        return self._json("POST", "/_mock/clock/advance", body)

    def _json(self, method: str, path: str, body: Any = None) -> Json:
        response: Json = self._call(method, path, body)
        return response
