"""Preview what the API would respond about a monitor now, without a request."""

import json
from typing import Any
from urllib.parse import urlencode

from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.vendor.operations import OPERATIONS, OperationCall
from statuspool_mock.web.vendor.serializers import MonitorSerializer

_LOG_ROWS = 5


async def preview_responses(context: ControlContext) -> Any:
    """Handle GET /monitors/{id}/answers.

    Nothing is counted against the rate limit, affected by faults or recorded in the journal.
    """
    monitor = context.monitor()
    path = f"/v1/monitors/{monitor.id}"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("getMonitor", path, {}),
        ("getMonitorStatus", f"{path}/status", {}),
        ("listMonitorLogs", f"{path}/logs", {"limit": _LOG_ROWS, "page": 1}),
        ("listIncidents", "/v1/incidents", {"monitor_id": monitor.id, "resolved": False}),
    ]
    shape = MonitorSerializer()
    responses = []
    for operation, where, values in asked:
        call = OperationCall(context.sandbox, context.team, monitor.id, values, None, shape)
        response = await OPERATIONS[operation](call)
        written = {name: str(value).lower() for name, value in values.items()}
        responses.append(
            {
                "operation": operation,
                "method": "GET",
                "path": f"{where}?{urlencode(written)}" if written else where,
                "status": response.status,
                "body": json.loads(response.encoded().content),
            }
        )
    return {"results": responses}
