"""Faults: add, list, remove."""

from typing import Any

from statuspool_mock.exchanges.faults import (
    DELIVERY,
    Breakage,
    DeliveryFault,
    Fault,
    FaultCounts,
    Latency,
    fault_data,
)
from statuspool_mock.sandbox import InvalidInput, NotFound
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext

_EFFECTS_ON_ANSWERS = frozenset({"status", "latency", "breakage"})
_SHAPES = ({"fixed_ms"}, {"least_ms", "most_ms"}, {"median_ms", "sigma"})


async def list_faults(context: ControlContext) -> Any:
    """Handle GET /faults."""
    sandbox = context.sandbox
    return {"results": [_json(*entry) for entry in sandbox.faults.entries(now=sandbox.instant)]}


async def add_fault(context: ControlContext) -> Any:
    """Handle POST /faults."""
    body, sandbox = dict(context.body), context.sandbox
    if not {"status", "latency", "breakage", "mishap"} & set(body):
        raise InvalidInput("Must have at least one of status, latency, breakage and mishap")
    if "mishap" in body:
        if body.setdefault("operation", DELIVERY) != DELIVERY or _EFFECTS_ON_ANSWERS & set(body):
            raise InvalidInput(f"Is for {DELIVERY} only, without other effects", field="mishap")
    elif body.get("operation") == DELIVERY:
        raise InvalidInput("Is required for deliveries", field="mishap")
    if "retry_after" in body and body.get("status") != 429:
        raise InvalidInput("Is only allowed with status 429", field="retry_after")
    operation = body.get("operation")
    known_operations = [*context.sandboxes.document.operations, DELIVERY]
    if operation is not None and operation not in known_operations:
        known = ", ".join(known_operations)
        raise InvalidInput(f"Must be one of: {known}", field="operation")
    ttl = context.duration("ttl")
    now = sandbox.world.now
    latency = body.get("latency")
    breakage = body.get("breakage")
    fault = Fault(
        **{name: body[name] for name in _PLAIN if name in body},
        id=f"fault-{sandbox.faults.made + 1}",
        monitor_id=body["monitor_id"].lower() if "monitor_id" in body else None,
        latency=None if latency is None else _latency(latency),
        breakage=None if breakage is None else Breakage(breakage),
        mishap=DeliveryFault(body["mishap"]) if "mishap" in body else None,
        created_at=now,
        ends_at=None if ttl is None else now + ttl,
    )
    sandbox.add_fault(fault)
    return _json(fault, FaultCounts())


async def remove_faults(context: ControlContext) -> Any:
    """Handle DELETE /faults."""
    context.sandbox.remove_faults()


async def remove_fault(context: ControlContext) -> Any:
    """Handle DELETE /faults/{id}."""
    if not context.sandbox.remove_faults(context.path["id"]):
        raise NotFound(f"There is no fault {context.path['id']!r}; it may be used up.")


_PLAIN = (
    "operation",
    "method",
    "role",
    "status",
    "retry_after",
    "probability",
    "seed",
    "times",
)


def _latency(body: dict[str, Any]) -> Latency:
    if set(body) not in _SHAPES:
        raise InvalidInput(
            "Must have fixed_ms, or least_ms and most_ms, or median_ms and sigma", field="latency"
        )
    if body.get("least_ms", 0) > body.get("most_ms", 0):
        raise InvalidInput("Must not be less than least_ms", field="latency.most_ms")
    return Latency(**body)


def _json(fault: Fault, counts: FaultCounts) -> dict[str, Any]:
    ends_at = None if fault.ends_at is None else written(fault.ends_at)
    return {
        **fault_data(fault, counts),
        "created_at": written(fault.created_at),
        "ends_at": ends_at,
    }
