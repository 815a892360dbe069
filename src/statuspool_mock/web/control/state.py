"""Reset, save, restore, checkpoints and rewind, case files."""

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


async def reset_world(visit: ControlContext) -> Any:
    """Answer POST /reset."""
    sandboxes, body = visit.sandboxes, visit.body
    visit.sandbox.reopen(sandboxes.open_world(body.get("scenario"), body.get("seed")))
    return clock_json(visit.sandbox)


async def get_snapshot(visit: ControlContext) -> Any:
    """Answer GET /snapshot."""
    return state_data(visit.sandbox.state())


async def restore_snapshot(visit: ControlContext) -> Any:
    """Answer PUT /snapshot."""
    visit.sandbox.become(state_from(visit.body), why="restored")
    return clock_json(visit.sandbox)


async def list_checkpoints(visit: ControlContext) -> Any:
    """Answer GET /checkpoints."""
    return {"results": [_json(*entry) for entry in sorted(visit.sandbox.checkpoints.items())]}


async def keep_checkpoint(visit: ControlContext) -> Any:
    """Answer PUT /checkpoints/{name}."""
    name = visit.path["name"]
    if not _NAME.fullmatch(name):
        raise InvalidInput("Must be 1 to 64 letters, digits, spaces, dots, dashes", field="name")
    return _json(name, visit.sandbox.keep_checkpoint(name))


async def rewind_to_checkpoint(visit: ControlContext) -> Any:
    """Answer POST /checkpoints/{name}/rewind."""
    visit.sandbox.become(visit.sandbox.checkpoint(visit.path["name"]), why="rewound")
    return clock_json(visit.sandbox)


async def delete_checkpoint(visit: ControlContext) -> Any:
    """Answer DELETE /checkpoints/{name}."""
    visit.sandbox.forget_checkpoint(visit.path["name"])


async def export_case(visit: ControlContext) -> Any:
    """Answer GET /case."""
    return case_data(visit.sandbox, visit.sandboxes)


def _json(name: str, state: State) -> dict[str, Any]:
    return {"name": name, "now": written(state.world.now)}
