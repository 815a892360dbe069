"""The sandboxes of this server."""

from collections.abc import Callable
from typing import Any

from statuspool_mock import __version__
from statuspool_mock.sandbox import Sandbox, Sandboxes
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext


async def list_sandboxes(context: ControlContext) -> Any:
    """Handle GET /sandboxes."""
    sandboxes, covers = context.sandboxes, context.grant.covers
    others, most = context.server.others, sandboxes.most
    found = listed(sandboxes, covers=covers)
    if others is not None:
        most *= others.shares
        for one in await others.sandboxes():
            for kind, items in found.items():
                items += [each for each in one[kind] if covers(each["name"])]
    return {**found, "most": most, "idle_seconds": sandboxes.idle_seconds}


def listed(sandboxes: Sandboxes, *, covers: Callable[[str], bool]) -> dict[str, list[Any]]:
    """Return the sandboxes of this server that `covers` admits, open ones and damaged ones."""
    return {
        "results": [_json(one) for one in sandboxes if covers(one.name)],
        "damaged": [
            {"name": name, "reason": reason} for name, reason in sandboxes.damaged if covers(name)
        ],
    }


async def delete_sandbox(context: ControlContext) -> Any:
    """Handle DELETE /sandboxes/{name}."""
    sandboxes, name = context.sandboxes, context.own_name()
    for sandbox in sandboxes:
        if sandbox.name == name:
            await sandbox.free()
    sandboxes.delete(name)


async def repair_sandbox(context: ControlContext) -> Any:
    """Handle POST /sandboxes/{name}/repair."""
    return {"kept_as": context.sandboxes.repair(context.own_name())}


async def get_health(context: ControlContext) -> Any:
    """Handle GET /health."""
    return {"status": "ok", "version": __version__, "scenario": context.sandboxes.scenario}


def _json(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "name": sandbox.name,
        "now": written(sandbox.clock.now()),
        "rate": sandbox.rate,
        "monitors": sandbox.world.monitor_count,
        "exchanges": sandbox.journal.written,
        "idle_seconds": round(sandbox.clock.wall() - sandbox.clock.touched_at, 3),
    }
