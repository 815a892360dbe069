"""The eleven operations: read the request, ask the world, serialize. No rules are here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from math import ceil, floor
from typing import Any, NamedTuple

from statuspool_mock.contract import Violation
from statuspool_mock.sandbox import Sandbox
from statuspool_mock.simulation import (
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    EditMonitor,
    Incident,
    Monitor,
    RegisterWebhook,
    Status,
    Team,
    World,
)
from statuspool_mock.web.errors import InvalidRequest
from statuspool_mock.web.responses import ApiResponse
from statuspool_mock.web.vendor import serializers

_CONFIGURATION = ("name", "url", "interval_seconds", "tags", "regions", "expected_status")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OperationCall(NamedTuple):
    """A validated request: its sandbox and team, the object in the path, and its values."""

    sandbox: Sandbox
    team: Team
    monitor_id: str
    values: Mapping[str, Any]
    body: Any
    shape: serializers.MonitorSerializer

    @property
    def world(self) -> World:
        """The world, for queries; changes go through the sandbox."""
        return self.sandbox.world

    def monitor(self) -> Monitor:
        """Return the monitor that the path names."""
        return self.world.monitor(self.monitor_id, team=self.team)


async def list_monitors(call: OperationCall) -> ApiResponse:
    """Handle GET /monitors."""
    wanted = call.values.get("status")
    page = call.world.summaries(
        team=call.team,
        status=None if wanted is None else Status(wanted),
        page=call.values["page"],
        limit=call.values["limit"],
    )
    body, content = call.shape.page(page)
    return ApiResponse(200, body, content=content)


async def create_monitor(call: OperationCall) -> ApiResponse:
    """Handle POST /monitors."""
    monitor = call.sandbox.apply(CreateMonitor(team=call.team, **_configuration(call.body)))
    assert isinstance(monitor, Monitor)  # noqa: S101 - for the type checker
    headers = (("Location", f"/v1/monitors/{monitor.id}"),)
    return ApiResponse(201, call.shape(call.world.summary(monitor)), headers)


async def get_monitor(call: OperationCall) -> ApiResponse:
    """Handle GET /monitors/{id}."""
    monitor = call.monitor()
    sla = serializers.sla_json(call.world.sla(monitor))
    return ApiResponse(200, {**call.shape(call.world.summary(monitor)), "sla_30d": sla})


async def update_monitor(call: OperationCall) -> ApiResponse:
    """Handle PUT /monitors/{id}."""
    changes = _configuration(call.body)
    monitor = call.sandbox.apply(EditMonitor(team=call.team, monitor_id=call.monitor_id, **changes))
    assert isinstance(monitor, Monitor)  # noqa: S101 - for the type checker
    return ApiResponse(200, call.shape(call.world.summary(monitor)))


async def delete_monitor(call: OperationCall) -> ApiResponse:
    """Handle DELETE /monitors/{id}."""
    call.sandbox.apply(DeleteMonitor(team=call.team, monitor_id=call.monitor_id))
    return ApiResponse(204, None)


async def get_monitor_status(call: OperationCall) -> ApiResponse:
    """Handle GET /monitors/{id}/status."""
    return ApiResponse(200, serializers.reading_json(call.world.reading(call.monitor())))


async def list_monitor_logs(call: OperationCall) -> ApiResponse:
    """Handle GET /monitors/{id}/logs."""
    since, until = call.values.get("from"), call.values.get("to")
    if since is not None and until is not None and since > until:
        raise InvalidRequest([Violation("from", "Must not be later than to")])
    monitor, values = call.monitor(), call.values
    read = partial(
        call.world.logs,
        monitor,
        since=None if since is None else ceil((since - _EPOCH).total_seconds()),
        until=None if until is None else floor((until - _EPOCH).total_seconds()),
        page=values["page"],
        limit=values["limit"],
    )
    wanted = (since, until, values["page"], values["limit"])
    sample, content = call.shape.log(read, at=call.world.reading(monitor), wanted=wanted)
    return ApiResponse(200, sample, content=content)


async def list_incidents(call: OperationCall) -> ApiResponse:
    """Handle GET /incidents."""
    if call.sandbox.is_large:
        sample, content = await call.sandbox.in_turns(serializers.encoding_whole(*_incidents(call)))
        return ApiResponse(200, sample, content=content)
    find, shape = _incidents(call)
    return ApiResponse(200, serializers.whole_json(find(), shape))


def _incidents(
    call: OperationCall,
) -> tuple[Callable[[], Sequence[Incident]], Callable[[Incident], Any]]:
    """Return what finds the incidents of a request, and what serializes one."""
    find = partial(
        call.world.incidents,
        team=call.team,
        monitor_id=call.values.get("monitor_id"),
        resolved=call.values.get("resolved"),
    )
    return find, partial(serializers.incident_json, now=call.world.now)


async def create_incident(call: OperationCall) -> ApiResponse:
    """Handle POST /incidents."""
    body = call.body
    command = CreateIncident(
        team=call.team,
        monitor_id=body["monitor_id"].lower(),
        title=body["title"],
        description=body.get("description"),
    )
    incident: Any = call.sandbox.apply(command)
    return ApiResponse(201, serializers.incident_json(incident, call.world.now))


async def list_webhooks(call: OperationCall) -> ApiResponse:
    """Handle GET /webhooks."""
    webhooks = call.world.webhooks(team=call.team, active=call.values.get("active"))
    return ApiResponse(200, serializers.whole_json(webhooks, serializers.webhook_json))


async def create_webhook(call: OperationCall) -> ApiResponse:
    """Handle POST /webhooks."""
    body = call.body
    command = RegisterWebhook(
        team=call.team, url=body["url"], events=tuple(body["events"]), secret=body["secret"]
    )
    webhook: Any = call.sandbox.apply(command)
    return ApiResponse(201, serializers.created_webhook_json(webhook))


def _configuration(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known fields of a body, with lists as tuples for the simulation."""
    return {
        name: tuple(body[name]) if isinstance(body[name], list) else body[name]
        for name in _CONFIGURATION
        if name in body
    }


OPERATIONS: Mapping[str, Callable[[OperationCall], Awaitable[ApiResponse]]] = {
    "listMonitors": list_monitors,
    "createMonitor": create_monitor,
    "getMonitor": get_monitor,
    "updateMonitor": update_monitor,
    "deleteMonitor": delete_monitor,
    "getMonitorStatus": get_monitor_status,
    "listMonitorLogs": list_monitor_logs,
    "listIncidents": list_incidents,
    "createIncident": create_incident,
    "listWebhooks": list_webhooks,
    "createWebhook": create_webhook,
}
"""The function of each operation in the document."""
