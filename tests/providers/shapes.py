"""What a provider's answers look like, in its dialect."""

from datetime import datetime
from typing import Any

from tests.providers.dialects import Dialect
from tests.providers.records import Incident, Monitor, Row, Webhook

Json = dict[str, Any]


class Shapes:
    """From records to the JSON of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def time(self, moment: datetime | None) -> str | None:
        return None if moment is None else self._dialect.write_time(moment)

    def monitor(self, monitor: Monitor) -> Json:
        shown = {
            "id": monitor.id,
            "name": monitor.name,
            "url": monitor.url,
            "interval_seconds": monitor.interval_seconds,
            "tags": monitor.tags,
            "regions": monitor.regions,
            "expected_status": monitor.expected_status,
            "status": monitor.status,
            "last_check_at": self.time(monitor.last_check),
            "updated_at": self.time(self._updated_at(monitor)),
        }
        if self._dialect.extra_fields:
            shown |= {"created_at": self.time(monitor.created_at), "owner": None, "links": {}}
        return shown

    def _updated_at(self, monitor: Monitor) -> datetime | None:
        is_new = monitor.updated_at == monitor.created_at
        return None if is_new and self._dialect.leaves_null else monitor.updated_at

    def row(self, row: Row) -> Json:
        return {
            "timestamp": self.time(row.timestamp),
            "region": row.region,
            "status_code": row.status_code,
            "response_time_ms": row.response_time_ms,
            "error_message": row.error_message,
        }

    def incident(self, incident: Incident) -> Json:
        shown = {
            "id": incident.id,
            "monitor_id": incident.monitor_id,
            "started_at": self.time(incident.started_at),
            "resolved_at": self.time(incident.resolved_at),
            "duration_seconds": incident.duration_seconds(self._dialect.now()),
            "affected_regions": incident.affected_regions,
        }
        if not self._dialect.terse_incident:
            shown |= {"title": incident.title, "description": incident.description}
        return shown

    def webhook(self, webhook: Webhook) -> Json:
        return {
            "id": webhook.id,
            "url": webhook.url,
            "events": webhook.events,
            "active": webhook.active,
            "last_triggered_at": self.time(webhook.last_triggered_at),
        }

    def sla(self, monitor: Monitor) -> Json:
        return {self._dialect.sla_name: {"uptime": self._uptime(monitor)}}

    def status(self, monitor: Monitor) -> Json:
        return {
            "status": monitor.state,
            "last_check_at": self.time(monitor.last_check),
            "response_time_ms": monitor.rows[-1].response_time_ms if monitor.rows else None,
            "uptime_30d": self._uptime(monitor),
        }

    def _uptime(self, monitor: Monitor) -> float:
        return monitor.uptime(self._dialect.now(), decimals=self._dialect.uptime_decimals)
