"""Mutants: list them, and switch them if the server allows it."""

from typing import Any

from statuspool_mock.sandbox import Conflict, InvalidInput
from statuspool_mock.web.control.context import ControlContext

_FIXED = "The mutants of this server are fixed; start it with --switch-mutants to switch them."
_FIXED_IN_FLEET = (
    "The mutants of a fleet cannot be switched, since they would be switched on one server only; "
    "end all servers, and start them with the same --mutant."
)


async def list_mutants(context: ControlContext) -> Any:
    """Handle GET /mutants."""
    board = context.server.mutants
    return {
        "results": list(board.listed()),
        "may_switch": board.may_switch,
        "why_fixed": _why_fixed(context),
    }


async def switch_mutants(context: ControlContext) -> Any:
    """Handle PUT /mutants."""
    why_fixed = _why_fixed(context)
    if why_fixed is not None:
        raise Conflict(why_fixed)
    try:
        await context.server.mutants.switch(context.body["names"])
    except ValueError as error:
        raise InvalidInput(f"Must be names of mutants: {error}", field="names") from None
    return await list_mutants(context)


def _why_fixed(context: ControlContext) -> str | None:
    """Return why the mutants cannot be switched, and what can be done; None if they can."""
    if context.server.fleet is not None:
        return _FIXED_IN_FLEET
    return None if context.server.mutants.may_switch else _FIXED
