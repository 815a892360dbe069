"""Turns the world's facts into the events that endpoints subscribe to.

The reference names the events and the signature but shows no payload: its shape is inferred.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from statuspool_mock.contract.signing import payload
from statuspool_mock.simulation import (
    Fact,
    Incident,
    IncidentOpened,
    Monitor,
    SlaBreached,
    StatusChanged,
    Team,
    UnknownMonitor,
    World,
)
from statuspool_mock.time_parsing import written


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it is sent: the same bytes to every endpoint at every attempt."""

    id: str
    event: str
    team: Team
    monitor_id: str
    created_at: int
    body: bytes


def topic_of(fact: Fact) -> tuple[str, Team] | None:
    """Return the event of the message about a fact and its team, if endpoints are notified."""
    match fact:
        case StatusChanged():
            return "status_change", fact.team
        case SlaBreached():
            return "sla_breach", fact.team
        case IncidentOpened():
            return "incident_created", fact.incident.team
        case _:
            return None


def message_for(fact: Fact, world: World, *, number: int) -> Message | None:
    """Return the message about a fact, or None if endpoints are not notified of it.

    `number` determines its id, so the same world gives the same id. Reference: POST /webhooks,
    `events`.
    """
    match fact:
        case StatusChanged():
            event = "status_change"
            monitor = _monitor_of(fact.monitor_id, fact.team, world)
            if monitor is None:
                return None
            told: dict[str, Any] = {
                "monitor": {**_monitor(monitor), "status": fact.current},
                "previous_status": fact.previous,
            }
        case SlaBreached():
            event = "sla_breach"
            monitor = _monitor_of(fact.monitor_id, fact.team, world)
            if monitor is None:
                return None
            told = {"monitor": _monitor(monitor), "uptime_30d": fact.uptime, "target": fact.target}
        case IncidentOpened():
            event = "incident_created"
            told = {"incident": _incident(fact.incident)}
        case _:
            return None
    team = fact.incident.team if isinstance(fact, IncidentOpened) else fact.team
    monitor_id = fact.incident.monitor_id if isinstance(fact, IncidentOpened) else fact.monitor_id
    return compose(
        event, told, team=team, monitor_id=monitor_id, at=fact.at, seed=world.seed, number=number
    )


def compose(
    event: str,
    told: dict[str, Any],
    *,
    team: Team,
    monitor_id: str,
    at: int,
    seed: int,
    number: int,
) -> Message:
    """Return a message with its body serialized."""
    digest = hashlib.blake2b(f"{seed} message {number}".encode(), digest_size=12)
    message_id = f"evt_{digest.hexdigest()}"
    body = payload(delivery_id=message_id, event=event, created_at=written(at), data=told)
    return Message(message_id, event, team, monitor_id, at, body)


def message_data(message: Message) -> dict[str, Any]:
    """Return a message as plain data for JSON."""
    return {**asdict(message), "body": message.body.decode()}


def message_from(data: Mapping[str, Any]) -> Message:
    """Return the message of `message_data`. Raises `KeyError`, `TypeError` or `ValueError`."""
    values = dict(data)
    return Message(**values | {"team": Team(values["team"]), "body": values["body"].encode()})


def sample(event: str, monitor: Monitor, world: World, *, number: int) -> Message:
    """Return an event that did not happen, to test endpoints with."""
    now = world.now
    if event == "incident_created":
        told: dict[str, Any] = {
            "incident": {
                "id": "00000000-0000-4000-8000-000000000000",
                "monitor_id": monitor.id,
                "title": f"{monitor.name} is down",
                "description": None,
                "started_at": written(now),
                "resolved_at": None,
                "affected_regions": list(monitor.regions),
            }
        }
    elif event == "sla_breach":
        target = monitor.sla_target
        told = {"monitor": _monitor(monitor), "uptime_30d": target - 0.001, "target": target}
    else:
        current = world.status(monitor)
        previous = "down" if current == "up" else "up"  # a change is never from up to up
        told = {"monitor": {**_monitor(monitor), "status": current}, "previous_status": previous}
    return compose(
        event,
        told,
        team=monitor.team,
        monitor_id=monitor.id,
        at=now,
        seed=world.seed,
        number=number,
    )


def _monitor_of(monitor_id: str, team: Team, world: World) -> Monitor | None:
    try:
        return world.monitor(monitor_id, team=team)
    except UnknownMonitor:
        return None  # deleted in the same second


def _monitor(monitor: Monitor) -> dict[str, Any]:
    return {"id": monitor.id, "name": monitor.name, "url": monitor.url, "tags": list(monitor.tags)}


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "monitor_id": incident.monitor_id,
        "title": incident.title,
        "description": incident.description,
        "started_at": written(incident.started_at),
        "resolved_at": None if incident.resolved_at is None else written(incident.resolved_at),
        "affected_regions": list(incident.affected_regions),
    }
