"""Mutants: which are on, and others where the server lets them be switched."""

from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput
from statuspool_mock.web.control.context import ControlContext


async def list_mutants(context: ControlContext) -> Any:
    """Answer GET /mutants."""
    board = context.active_mutants
    return {"results": list(board.listed()), "may_switch": board.may_switch}


async def switch_mutants(context: ControlContext) -> Any:
    """Answer PUT /mutants."""
    board = context.active_mutants
    if not board.may_switch:
        raise Conflict("This server's mutants stay as they are: start it with --switch-mutants.")
    try:
        board.switch(context.body["names"])
    except ValueError as error:
        raise InvalidInput(f"Must be names of mutants: {error}", field="names") from None
    return await list_mutants(context)
