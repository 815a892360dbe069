"""Facts of the reference that schemas cannot express, or that code needs as values.

The OpenAPI document states some of them too, and the simulation and the client repeat a few because
they may not import this package: `tests/contract/test_reference.py` holds all of them equal.
"""

from collections.abc import Mapping

# Reference: Introduction; Endpoint List; Error Codes, 429
REQUESTS_PER_MINUTE = 120
"""The requests that one key may make in a minute."""
RATE_WINDOW_SECONDS = 60.0

# Reference: Error Codes
ERROR_CODES: Mapping[int, str] = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}
ERROR_MESSAGES: Mapping[int, str] = {
    400: "Validation failed",
    401: "Invalid or expired API key",
    403: "Insufficient permissions for this resource",
    404: "Monitor {monitor_id} not found",
    429: "Too many requests. Try again in {retry_after} seconds.",
    500: "An unexpected error occurred. Reference: {request_id}",
}
ERROR_FIELDS = frozenset({"error", "message", "details", "field", "retry_after"})

# Reference: Monitors, GET /monitors; Status, GET /monitors/{id}/status
MONITOR_STATUSES = ("up", "down", "degraded", "paused")
CHECK_STATUSES = ("up", "down", "degraded")
"""The statuses that /status can report."""
LIST_FILTER_STATUSES = ("up", "down", "paused")

# Reference: Monitors, GET /monitors; Logs, GET /monitors/{id}/logs
MAX_PAGE_SIZE = 100

# Reference: Monitors, POST /monitors
MIN_NAME_LENGTH = 2
MAX_NAME_LENGTH = 128
INTERVALS = (30, 60, 120, 300)
DEFAULT_REGIONS = ("eu-central-1", "us-east-1", "ap-northeast-1")
DEFAULT_EXPECTED_STATUS = 200

# Reference: Monitors, GET /monitors/{id}; Status, GET /monitors/{id}/status
UPTIME_DAYS = 30

# Reference: Webhooks, POST /webhooks
EVENTS = ("status_change", "incident_created", "sla_breach")

# Reference: Code Examples, Update Monitor
UPDATE_SAMPLE_FIELDS = frozenset({"id", "name", "interval_seconds", "tags", "updated_at"})
"""The fields that the sample response to PUT shows."""

# Reference: Monitors; Status; Logs; Incidents; Webhooks; Code Examples
PROMISED_FIELDS: Mapping[str, frozenset[str]] = {
    "listMonitors": frozenset({"results", "page", "total_pages", "id", "name", "status"}),
    "createMonitor": frozenset({"id"}),
    "getMonitor": frozenset({
        "id", "name", "url", "interval_seconds", "tags", "regions", "expected_status", "status",
        "last_check_at",
    }),
    "updateMonitor": UPDATE_SAMPLE_FIELDS,
    "getMonitorStatus": frozenset({"status", "last_check_at", "response_time_ms", "uptime_30d"}),
    "listMonitorLogs": frozenset({
        "results", "page", "total_pages", "timestamp", "region", "status_code", "response_time_ms",
        "error_message",
    }),
    "listIncidents": frozenset({
        "results", "id", "monitor_id", "started_at", "resolved_at", "duration_seconds",
        "affected_regions",
    }),
    "listWebhooks": frozenset({"results", "id", "url", "events", "active", "last_triggered_at"}),
    "createWebhook": frozenset({"id", "active", "webhook_id", "verification_token"}),
}  # fmt: skip
"""The fields that responses of each operation must have; the document requires more."""
