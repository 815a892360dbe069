"""Serializes values of a sandbox to the JSON of the control plane's document."""

import json
from typing import Any

from statuspool_mock.contract import Document
from statuspool_mock.exchanges import Exchange, masked_body, masked_headers, masked_query
from statuspool_mock.sandbox import ActiveScript, Sandbox
from statuspool_mock.sandbox.advancing import Advance
from statuspool_mock.simulation import (
    Fact,
    IncidentOpened,
    IncidentResolved,
    Monitor,
    SlaBreached,
    StatusChanged,
    UnknownMonitor,
    World,
)
from statuspool_mock.simulation.model import Epoch, Overlay
from statuspool_mock.time_parsing import written

Json = dict[str, Any]
_MOST_FACTS = 10_000


def optional(at: float | None) -> str | None:
    """Return an instant as text, or None for None."""
    return None if at is None else written(at)


def clock_json(sandbox: Sandbox) -> Json:
    """Return the time of a world's clock, how it runs, and how far the world is behind it."""
    clock = sandbox.clock.reading()
    return {
        "now": written(clock.shows),
        "mode": "frozen" if clock.rate == 0 else "live" if clock.rate == 1 else "scaled",
        "rate": clock.rate,
        "until": optional(clock.until),
        "lag_seconds": sandbox.lag_seconds,
    }


def advance_json(sandbox: Sandbox, advanced: Advance) -> Json:
    """Return what happened while a world advanced."""
    facts, notes = advanced.facts, []
    if advanced.stopped is not None:
        notes.append(advanced.stopped)
    if len(facts) > _MOST_FACTS:
        notes.append(f"Only the newest {_MOST_FACTS} of {len(facts)} facts are listed.")
    return {
        **clock_json(sandbox),
        "from": written(advanced.began),
        "complete": advanced.stopped is None,
        "facts": [fact_json(fact, sandbox.world) for fact in facts[-_MOST_FACTS:]],
        **({"note": " ".join(notes)} if notes else {}),
    }


def fact_json(fact: Fact, world: World) -> Json:
    """Return a fact with its kind, and the name of its monitor if that still exists."""
    told = _fact_json(fact)
    try:
        name = world.monitor(told["monitor_id"], team=told["team"]).name
    except UnknownMonitor:
        name = None
    return {**told, "monitor_name": name}


def _fact_json(fact: Fact) -> Json:
    match fact:
        case StatusChanged():
            return {
                "kind": "status_changed",
                "at": written(fact.at),
                "team": fact.team,
                "monitor_id": fact.monitor_id,
                "previous": fact.previous,
                "current": fact.current,
            }
        case SlaBreached():
            return {
                "kind": "sla_breached",
                "at": written(fact.at),
                "team": fact.team,
                "monitor_id": fact.monitor_id,
                "uptime": fact.uptime,
                "target": fact.target,
            }
        case IncidentOpened() | IncidentResolved():
            incident = fact.incident
            opened = isinstance(fact, IncidentOpened)
            return {
                "kind": "incident_opened" if opened else "incident_resolved",
                "at": written(fact.at),
                "team": incident.team,
                "monitor_id": incident.monitor_id,
                "incident_id": incident.id,
                "title": incident.title,
                "affected_regions": incident.affected_regions,
            }


def monitor_json(world: World, monitor: Monitor) -> Json:
    """Return a monitor with the details that the API does not show."""
    reading = world.reading(monitor)
    return {
        "id": monitor.id,
        "team": monitor.team,
        "name": monitor.name,
        "url": monitor.url,
        "tags": monitor.tags,
        "interval_seconds": monitor.interval_seconds,
        "regions": monitor.regions,
        "expected_status": monitor.expected_status,
        "status": world.status(monitor),
        "behaviour": monitor.behaviour,
        "sla_target": monitor.sla_target,
        "last_check_at": optional(reading.last_check_at),
        "next_check_at": optional(world.next_check_at(monitor)),
        "response_time_ms": reading.response_time_ms,
        "uptime_30d": reading.uptime_30d,
        "overlays": [_overlay_json(overlay) for overlay in monitor.overlays],
        "epochs": [_epoch_json(epoch) for epoch in monitor.epochs],
    }


def _overlay_json(overlay: Overlay) -> Json:
    return {
        "forced": overlay.forced,
        "from": written(overlay.start),
        "to": optional(overlay.end),
        "regions": overlay.regions,
        "status_code": overlay.effect.status_code,
        "response_time_ms": overlay.effect.response_ms,
        "error_message": overlay.effect.error_message,
    }


def _epoch_json(epoch: Epoch) -> Json:
    return {
        "from": written(epoch.start),
        "to": optional(epoch.end),
        "interval_seconds": epoch.interval_seconds,
        "regions": epoch.regions,
        "expected_status": epoch.expected_status,
        "behaviour": epoch.behaviour,
    }


def active_script_json(active_script: ActiveScript, *, now: float) -> Json:
    """Return the outage script being played, with its steps and which of them are done."""
    return {
        "scripts": active_script.scripts,
        "pace": active_script.pace,
        "start": written(active_script.start),
        "end": written(active_script.end),
        "steps": [
            {"at": written(at), "about": about, "done": at <= now}
            for at, about in active_script.steps
        ],
    }


def exchange_json(exchange: Exchange, document: Document) -> Json:
    """Return an exchange as a row of a list."""
    return {
        "number": exchange.number,
        "request_id": exchange.request_id,
        "at": written(exchange.at),
        "operation": exchange.operation or None,
        "method": exchange.method,
        "path": exchange.path,
        "query": masked_query(exchange.query),
        "role": exchange.role,
        "status": exchange.status,
        "error": exchange.error,
        "faults": exchange.faults,
        "edited": exchange.is_edited,
        "warnings": warnings(exchange, document),
        "milliseconds": round(exchange.milliseconds, 3),
    }


def full_exchange_json(exchange: Exchange, document: Document) -> Json:
    """Return an exchange with headers and bodies, keys and secrets masked."""
    return {
        **exchange_json(exchange, document),
        "request_headers": masked_headers(exchange.headers),
        "request_body": masked_body(exchange.body).decode("utf-8", "replace"),
        "response_headers": masked_headers(exchange.response_headers),
        "response_body": masked_body(exchange.content).decode("utf-8", "replace"),
    }


def warnings(exchange: Exchange, document: Document) -> list[str]:
    """Return warnings about parts of a request that were ignored: unknown parameters and fields."""
    operation = document.operations.get(exchange.operation)
    if operation is None:
        return []
    found = [
        f"{operation.id} has no query parameter {json.dumps(name, ensure_ascii=False)}"
        for name in exchange.parameters
        if name not in operation.parameters
    ]
    value = exchange.value if operation.takes_body else None
    if isinstance(value, dict):
        found += [
            f"{operation.id} has no field {json.dumps(name, ensure_ascii=False)}"
            for name in value
            if name not in operation.fields
        ]
    return found
