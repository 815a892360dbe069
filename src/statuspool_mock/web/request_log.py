"""What is known about a request once it has been answered: counted, and written to the access log.

`OuterMiddleware` calls the observers; what handles a request leaves notes in the scope.
"""

import logging
import secrets
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable

from starlette.types import Scope

REQUEST_ID = "statuspool.request_id"
"""The key of the request id in a scope."""
NOTES = "statuspool.notes"
"""The key of the notes on a request in a scope: one dictionary, also in copies of the scope."""
OPERATION, WORLD, FAULTS = "operation", "world", "faults"
"""The keys of the notes: the operation's id, the sandbox's name, the ids of injected faults."""
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of durations, in seconds."""


_access_log = logging.getLogger("statuspool_mock.access")


Observer = Callable[[Scope, int, float], None]
"""Is told the scope of a request, the status of its response, and the seconds that both took.

The status is 0 if the client left before there was a response.
"""


class RequestCounts:
    """Counts requests by operation and status, and how long they took by operation."""

    def __init__(self) -> None:
        self.statuses: dict[tuple[str, int], int] = defaultdict(int)
        self.durations: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self.seconds: dict[str, float] = defaultdict(float)

    def __call__(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request."""
        operation = scope[NOTES].get(OPERATION, "")
        self.statuses[operation, status] += 1
        self.durations[operation][bisect_left(BUCKETS, seconds)] += 1
        self.seconds[operation] += seconds


def random_request_id() -> str:
    """Return the id of a request that no application has seen."""
    return f"req_{secrets.token_hex(4)}"


def write_refusal_line(request_id: str, status: int, reason: str) -> None:
    """Write a line about what was refused before it was a request, with the reason's code."""
    fields = {"request_id": request_id, "status": status, "reason": reason}
    _access_log.info(
        "refused, %(status)d %(reason)s, %(request_id)s", fields, extra={"fields": fields}
    )


def write_access_line(scope: Scope, status: int, seconds: float) -> None:
    """Write a line about a request to the access log. Queries may hold secrets: they are left out.

    The path is quoted, so that nothing in it looks like another line.
    """
    notes = scope[NOTES]
    fields = {
        "request_id": scope[REQUEST_ID],
        "world": notes.get(WORLD, ""),
        "operation": notes.get(OPERATION, ""),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 3),
        "faults": list(notes.get(FAULTS, ())),
    }
    _access_log.info(
        "%(method)s %(path)r %(status)d in %(ms).1f ms, %(request_id)s, sandbox %(world)r, "
        "operation %(operation)r, faults %(faults)r",
        fields,
        extra={"fields": fields},
    )
