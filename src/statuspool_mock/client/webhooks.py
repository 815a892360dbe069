"""The webhooks of a world."""

import json
from typing import Any

from statuspool_mock.client.calls import ControlCall, Json, given

EVENTS = ("status_change", "incident_created", "sla_breach")


class WebhookControl:
    """Webhook endpoints and their deliveries."""

    def __init__(self, call: ControlCall) -> None:
        self._call = call

    def register(self, url: str, *, secret: str, events: tuple[str, ...] = EVENTS) -> Json:
        """Register an endpoint through the API, for all events or some, and return it."""
        body = {"url": url, "events": list(events), "secret": secret}
        made: Json = self._call("POST", "/v1/webhooks", body)
        return made

    def all(self) -> list[Json]:
        """Return the endpoints, each with the number of events `waiting` for it."""
        found: list[Json] = self._call("GET", "/_mock/webhooks")["results"]
        return found

    def enable(self, webhook_id: str) -> Json:
        """Send a disabled endpoint events again, and return it."""
        return self._switched(webhook_id, "enable")

    def disable(self, webhook_id: str) -> Json:
        """Send an endpoint no more events, and return it. What waits for it fails."""
        return self._switched(webhook_id, "disable")

    def _switched(self, webhook_id: str, how: str) -> Json:
        webhook: Json = self._call("POST", f"/_mock/webhooks/{webhook_id}/{how}")
        return webhook

    def delete(self, webhook_id: str) -> None:
        """Remove an endpoint. What waits for it fails."""
        self._call("DELETE", f"/_mock/webhooks/{webhook_id}")

    def trigger(
        self, event: str, *, monitor_id: str | None = None, webhook_id: str | None = None
    ) -> Json:
        """Send a test event to all endpoints that are subscribed, or to one."""
        body = given({"event": event, "monitor_id": monitor_id, "webhook_id": webhook_id})
        told: Json = self._call("POST", "/_mock/webhooks/trigger", body)
        return told

    def deliveries(self, **wanted: Any) -> list[Json]:
        """Return deliveries, newest first.

        Filtered by `webhook_id`, `outcome`, `event`, `monitor_id`, `from` and `to`.
        """
        found: list[Json] = self._call("GET", "/_mock/deliveries", **wanted)["results"]
        return found

    def delivery(self, number: int) -> Json:
        """Return one delivery with its body and every attempt."""
        found: Json = self._call("GET", f"/_mock/deliveries/{number}")
        return found

    def received(self, *, event: str | None = None) -> list[Json]:
        """Return the payloads that endpoints accepted, oldest first."""
        taken = self.deliveries(outcome="delivered", event=event, limit=2000)
        bodies = (self.delivery(row["number"])["body"] for row in reversed(taken))
        return [json.loads(body) for body in bodies]

    def redeliver(self, number: int | None = None) -> int:
        """Redeliver one delivery or all that failed; return how many."""
        path = "/_mock/deliveries/redeliver"
        if number is not None:
            path = f"/_mock/deliveries/{number}/redeliver"
        count: int = self._call("POST", path)["redelivered"]
        return count
