"""The monitors of a world."""

from collections.abc import Sequence
from typing import Any

from statuspool_mock.client.calls import ControlCall, Json, given


class MonitorControl:
    """The team's monitors: created and read through the API, controlled by the control plane."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def create(
        self,
        name: str,
        url: str = "https://example.com/",
        *,
        interval_seconds: int = 60,
        **more: Any,
    ) -> Json:
        """Create a monitor and return it; `more` are further fields of the API."""
        body = {"name": name, "url": url, "interval_seconds": interval_seconds, **more}
        response: Json = self._call("POST", "/v1/monitors", body)
        return response

    def all(self) -> list[Json]:
        """Return every monitor, with details that the API does not show."""
        found: list[Json] = []
        page = 1
        while True:
            response = self._call("GET", "/_mock/monitors", page=page, limit=1000)
            found += response["results"]
            if page >= response["total_pages"]:
                return found
            page += 1

    def find(self, name_or_id: str) -> Json:
        """Return the monitor with this id, or the only one with this name or with it in its name.

        Raises `LookupError`.
        """
        known = self.all()
        found = [m for m in known if m["id"] == name_or_id.lower()] or [
            m for m in known if m["name"] == name_or_id
        ]
        if not found:
            wanted = name_or_id.casefold()
            found = [m for m in known if wanted in m["name"].casefold()]
        if len(found) == 1:
            return found[0]
        names = (
            ", ".join(f"{m['name']} ({m['id']})" for m in (found or known)[:10]) or "none at all"
        )
        what = f"{len(found)} monitors are" if found else "No monitor is"
        raise LookupError(f"{what} called {name_or_id!r}; there are: {names}")

    def force_down(self, monitor: str | Json, **how: Any) -> Json:
        """Make its checks fail, in `regions` (default: all), for `lasting` such as `10m`."""
        return self._force(monitor, "down", **how)

    def force_up(self, monitor: str | Json, **how: Any) -> Json:
        """Make its checks succeed; see `force_down`."""
        return self._force(monitor, "up", **how)

    def force_degraded(self, monitor: str | Json, **how: Any) -> Json:
        """Make its checks slow; see `force_down`."""
        return self._force(monitor, "degraded", **how)

    def release(self, monitor: str | Json) -> Json:
        """End a forced status."""
        return self._json("DELETE", f"/_mock/monitors/{_id(monitor)}/status")

    def pause(self, monitor: str | Json) -> Json:
        """Stop checking a monitor."""
        return self._json("POST", f"/_mock/monitors/{_id(monitor)}/pause")

    def resume(self, monitor: str | Json) -> Json:
        """Check a paused monitor again."""
        return self._json("POST", f"/_mock/monitors/{_id(monitor)}/resume")

    def add_outage(self, monitor: str | Json, **outage: Any) -> Json:
        """Script an outage in the past or future.

        `start` (default: now) and `end` are ISO 8601 instants, `lasting` is a duration; `regions`
        (default: all), `status_code` (default: 502), `response_time_ms` and `error_message` say
        what checks return.
        """
        names = {"start": "from", "end": "to", "lasting": "for"}
        body = {names.get(name, name): value for name, value in outage.items()}
        return self._json("POST", f"/_mock/monitors/{_id(monitor)}/outages", body)

    def clear_outages(self, monitor: str | Json) -> Json:
        """End scripted outages and cancel those in the future."""
        return self._json("DELETE", f"/_mock/monitors/{_id(monitor)}/outages")

    def _force(
        self,
        monitor: str | Json,
        status: str,
        *,
        regions: Sequence[str] | None = None,
        lasting: str | None = None,
    ) -> Json:
        body = {"status": status, "regions": regions, "for": lasting}
        return self._json("PUT", f"/_mock/monitors/{_id(monitor)}/status", given(body))

    def _json(self, method: str, path: str, body: Any = None) -> Json:
        response: Json = self._call(method, path, body)
        return response


def _id(monitor: str | Json) -> str:
    return monitor if isinstance(monitor, str) else str(monitor["id"])
