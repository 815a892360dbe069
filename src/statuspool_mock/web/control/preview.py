"""What the API would answer about a monitor now, without a request being made of it."""

from typing import Any, Protocol
from urllib.parse import urlencode

from statuspool_mock.sandbox import Sandbox
from statuspool_mock.simulation import Monitor, Team
from statuspool_mock.web.vendor.operations import OPERATIONS, OperationCall
from statuspool_mock.web.vendor.serializers import MonitorSerializer

_LOG_ROWS = 5


class PreviewContext(Protocol):
    """What a preview wants to know of a call of the control plane."""

    @property
    def sandbox(self) -> Sandbox:
        """The world that the key opened."""

    @property
    def team(self) -> Team:
        """Whose monitors the key may see."""

    def monitor(self) -> Monitor:
        """Return the monitor that the path names. Raises `UnknownMonitor`, `ForeignMonitor`."""


async def preview_answers(visit: PreviewContext) -> Any:
    """Answer GET /monitors/{id}/answers of the control plane.

    Nothing of it is judged, limited, struck by faults or entered in the journal.
    """
    monitor = visit.monitor()
    path = f"/v1/monitors/{monitor.id}"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("getMonitor", path, {}),
        ("getMonitorStatus", f"{path}/status", {}),
        ("listMonitorLogs", f"{path}/logs", {"limit": _LOG_ROWS, "page": 1}),
        ("listIncidents", "/v1/incidents", {"monitor_id": monitor.id, "resolved": False}),
    ]
    shape = MonitorSerializer()
    answers = []
    for operation, where, values in asked:
        call = OperationCall(visit.sandbox, visit.team, monitor.id, values, None, shape)
        answer = await OPERATIONS[operation](call)
        written = {name: str(value).lower() for name, value in values.items()}
        answers.append(
            {
                "operation": operation,
                "method": "GET",
                "path": f"{where}?{urlencode(written)}" if written else where,
                "status": answer.status,
                "body": answer.body,
            }
        )
    return {"results": answers}
