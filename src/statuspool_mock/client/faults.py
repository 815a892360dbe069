"""The faults of a world."""

from typing import Any

from statuspool_mock.client.calls import ControlCall, Json


class FaultControl:
    """Faults: rules that break exchanges on purpose."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def all(self) -> list[Json]:
        """Return the faults that are not used up."""
        found: list[Json] = self._call("GET", "/_mock/faults")["results"]
        return found

    def add(self, **fault: Any) -> Json:
        """Add a fault and return it.

        `operation`, `method`, `monitor_id` and `role` select requests; `status` (with
        `retry_after`), `latency` and `breakage` are the effects; `probability`, `seed`, `times` and
        `ttl` say when.
        """
        added: Json = self._call("POST", "/_mock/faults", fault)
        return added

    def remove(self, fault_id: str) -> None:
        """Remove a fault."""
        self._call("DELETE", f"/_mock/faults/{fault_id}")

    def clear(self) -> None:
        """Remove every fault."""
        self._call("DELETE", "/_mock/faults")
