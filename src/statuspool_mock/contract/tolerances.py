"""How far measured values may lie apart before a checker reports a difference."""

CLOCK_SLACK_SECONDS = 15
"""Between the times of two responses that a client requested one after the other."""
RATE_LIMIT_SLACK_SECONDS = 90
"""More slack if the client had to wait for the rate limit in between."""
DURATION_ROUNDING_SECONDS = 1
"""Between `duration_seconds` and the times of its incident."""
UPTIME_ROUNDING = 0.06
"""Between `uptime_30d` and the share of successful checks, in percentage points."""
SAFE_REQUESTS_PER_MINUTE = 110
"""The pace of a client that must not meet the rate limit of 120."""
MAX_RETRY_SECONDS = 90.0
"""The longest `Retry-After` that a client waits for."""
