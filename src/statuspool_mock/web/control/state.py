"""The state of a sandbox: reset, snapshots, checkpoints, case files."""

import re
from functools import partial
from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput, State, case_data, long_work
from statuspool_mock.sandbox.json_steps import encoding
from statuspool_mock.sandbox.quotas import MOST_MONITORS, MOST_WEBHOOKS
from statuspool_mock.sandbox.state import lazy_state_data, reading_world
from statuspool_mock.simulation import Steps, World
from statuspool_mock.simulation.incident_index import MOST_INCIDENTS
from statuspool_mock.simulation.monitor_updates import MOST_EPOCHS, MOST_OVERLAYS
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import clock_json
from statuspool_mock.web.responses import ApiResponse
from statuspool_mock.webhooks.outbox import MOST_WAITING

MOST_BODY_BYTES = 64 << 20
"""The size of a snapshot or case file, and of a request to the control plane."""

_NAME = re.compile(r"[\w. -]{1,64}")


async def reset_world(context: ControlContext) -> Any:
    """Handle POST /reset."""
    sandboxes, body = context.sandboxes, context.body
    open_world = partial(sandboxes.open_world, body.get("scenario"), body.get("seed"))
    await long_work.reset(context.sandbox, open_world)
    return clock_json(context.sandbox)


async def get_snapshot(context: ControlContext) -> Any:
    """Handle GET /snapshot."""
    sandbox = context.sandbox
    return ApiResponse(200, None, content=await sandbox.in_turns(_snapshot(sandbox.capturing())))


def _snapshot(capturing: Steps[State]) -> Steps[bytes]:
    return (yield from _json_of(lazy_state_data((yield from capturing)), "snapshot"))


def _json_of(data: Any, noun: str) -> Steps[bytes]:
    """Return JSON, in steps. Raises `Conflict` if it is too large to be sent back."""
    try:
        return b"".join((yield from encoding(data, most_bytes=MOST_BODY_BYTES)))
    except ValueError:
        raise Conflict(
            f"This world is too large for a {noun}, which has at most "
            f"{MOST_BODY_BYTES >> 20} MiB. Checkpoints can hold it."
        ) from None


async def restore_snapshot(context: ControlContext) -> Any:
    """Handle PUT /snapshot."""
    await long_work.become(context.sandbox, _reading(context.body), why="restored")
    return clock_json(context.sandbox)


def _reading(data: Any) -> Steps[tuple[State, World]]:
    """Return a snapshot's state and world, within a sandbox's bounds. Raises `InvalidInput`."""
    restored = yield from reading_world(data)
    _check_bounds(restored[0])
    return restored


def _check_bounds(state: State) -> None:
    world, lines = state.world, state.outbox.lines
    monitors = [one.monitor for one in world.monitors]
    counted = (
        ("monitors", len(world.monitors), MOST_MONITORS),
        ("incidents", len(world.incidents), MOST_INCIDENTS + MOST_MONITORS),
        ("webhooks", len(world.webhooks), MOST_WEBHOOKS),
        (
            "outages",
            max((len(one.overlays) for one in monitors), default=0),
            MOST_OVERLAYS,
        ),
        ("epochs", max((len(one.epochs) for one in monitors), default=0), 2 * MOST_EPOCHS),
        ("messages", sum(len(line.messages) for line in lines), MOST_WAITING),
    )
    for noun, found, most in counted:
        if found > most:
            raise InvalidInput(f"Has {found} {noun}, at most {most} are possible", field=noun)


async def list_checkpoints(context: ControlContext) -> Any:
    """Handle GET /checkpoints."""
    return {"results": [_json(*entry) for entry in context.sandbox.checkpoints]}


async def keep_checkpoint(context: ControlContext) -> Any:
    """Handle PUT /checkpoints/{name}."""
    name = context.path["name"]
    if not _NAME.fullmatch(name):
        raise InvalidInput("Must be 1 to 64 letters, digits, spaces, dots, dashes", field="name")
    return _json(name, await long_work.save_checkpoint(context.sandbox, name))


async def rewind_to_checkpoint(context: ControlContext) -> Any:
    """Handle POST /checkpoints/{name}/rewind."""
    state = context.sandbox.checkpoints.get(context.path["name"])
    await long_work.become(context.sandbox, _known(state), why="rewound")
    return clock_json(context.sandbox)


def _known(state: State) -> Steps[tuple[State, World]]:
    return state, (yield from World.restoring(state.world))


async def delete_checkpoint(context: ControlContext) -> Any:
    """Handle DELETE /checkpoints/{name}."""
    long_work.delete_checkpoint(context.sandbox, context.path["name"])


async def export_case(context: ControlContext) -> Any:
    """Handle GET /case."""
    data = case_data(context.sandbox, context.sandboxes)
    return ApiResponse(200, None, content=await context.sandbox.in_turns(_json_of(data, "case")))


def _json(name: str, state: State) -> dict[str, Any]:
    return {"name": name, "now": written(state.world.now)}
