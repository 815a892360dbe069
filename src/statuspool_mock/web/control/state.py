"""The state of a sandbox: reset, snapshots, checkpoints, case files."""

import re
from typing import Any

from statuspool_mock.sandbox import (
    InvalidInput,
    State,
    case_data,
    state_data,
    state_from,
)
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import clock_json

_NAME = re.compile(r"[\w. -]{1,64}")


async def reset_world(context: ControlContext) -> Any:
    """Handle POST /reset."""
    sandboxes, body = context.sandboxes, context.body
    context.sandbox.reset(sandboxes.open_world(body.get("scenario"), body.get("seed")))
    return clock_json(context.sandbox)


async def get_snapshot(context: ControlContext) -> Any:
    """Handle GET /snapshot."""
    return state_data(context.sandbox.state())


async def restore_snapshot(context: ControlContext) -> Any:
    """Handle PUT /snapshot."""
    context.sandbox.become(state_from(context.body), why="restored")
    return clock_json(context.sandbox)


async def list_checkpoints(context: ControlContext) -> Any:
    """Handle GET /checkpoints."""
    return {"results": [_json(*entry) for entry in context.sandbox.checkpoints]}


async def keep_checkpoint(context: ControlContext) -> Any:
    """Handle PUT /checkpoints/{name}."""
    name = context.path["name"]
    if not _NAME.fullmatch(name):
        raise InvalidInput("Must be 1 to 64 letters, digits, spaces, dots, dashes", field="name")
    return _json(name, context.sandbox.save_checkpoint(name))


async def rewind_to_checkpoint(context: ControlContext) -> Any:
    """Handle POST /checkpoints/{name}/rewind."""
    context.sandbox.become(context.sandbox.checkpoints.get(context.path["name"]), why="rewound")
    return clock_json(context.sandbox)


async def delete_checkpoint(context: ControlContext) -> Any:
    """Handle DELETE /checkpoints/{name}."""
    context.sandbox.checkpoints.delete(context.path["name"])


async def export_case(context: ControlContext) -> Any:
    """Handle GET /case."""
    return case_data(context.sandbox, context.sandboxes)


def _json(name: str, state: State) -> dict[str, Any]:
    return {"name": name, "now": written(state.world.now)}
