"""Mutants: list them, and switch them if the server allows it."""

from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput
from statuspool_mock.web.control.context import ControlContext


async def list_mutants(context: ControlContext) -> Any:
    """Handle GET /mutants."""
    board = context.active_mutants
    return {"results": list(board.listed()), "may_switch": board.may_switch}


async def switch_mutants(context: ControlContext) -> Any:
    """Handle PUT /mutants."""
    board = context.active_mutants
    if context.fleet is not None:
        raise Conflict(
            "The mutants of a fleet cannot be switched, since they would be switched on one server "
            "only; start all servers with --mutant."
        )
    if not board.may_switch:
        raise Conflict(
            "The mutants of this server are fixed; start it with --switch-mutants to change them."
        )
    try:
        board.switch(context.body["names"])
    except ValueError as error:
        raise InvalidInput(f"Must be names of mutants: {error}", field="names") from None
    return await list_mutants(context)
