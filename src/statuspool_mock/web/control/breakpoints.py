"""Breakpoints: add, list, remove; held requests: list, show, release."""

import re
from typing import Any

from statuspool_mock.sandbox import InvalidInput
from statuspool_mock.sandbox.breakpoints import (
    MOST_SECONDS,
    USUAL_SECONDS,
    Breakpoint,
    EditedResponse,
    HeldRequest,
)
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import exchange_json, full_exchange_json

_CONDITIONS = ("operation", "method", "role", "times")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]{0,8000}")
_OF_THE_SERVER = frozenset({"connection", "content-length", "transfer-encoding", "x-request-id"})
_WITHOUT_BODY = frozenset({204, 304})


async def list_breakpoints(context: ControlContext) -> Any:
    """Handle GET /breakpoints."""
    return {"results": [_json(rule) for rule in context.sandbox.breakpoints.rules.values()]}


async def add_breakpoint(context: ControlContext) -> Any:
    """Handle POST /breakpoints."""
    body = context.body
    operation, known = body.get("operation"), context.sandboxes.document.operations
    if operation is not None and operation not in known:
        raise InvalidInput(f"Must be one of: {', '.join(known)}", field="operation")
    seconds = context.duration("hold_for") or USUAL_SECONDS
    if seconds > MOST_SECONDS:
        raise InvalidInput(f"Must be at most {MOST_SECONDS} seconds", field="hold_for")
    rule = Breakpoint(
        **{name: body[name] for name in _CONDITIONS if name in body},
        id="",
        monitor_id=body["monitor_id"].lower() if "monitor_id" in body else None,
        seconds=seconds,
    )
    return _json(context.sandbox.breakpoints.add(rule))


async def remove_breakpoints(context: ControlContext) -> None:
    """Handle DELETE /breakpoints."""
    context.sandbox.breakpoints.clear()


async def remove_breakpoint(context: ControlContext) -> None:
    """Handle DELETE /breakpoints/{id}."""
    context.sandbox.breakpoints.remove(context.path["id"])


async def list_held_requests(context: ControlContext) -> Any:
    """Handle GET /held."""
    document = context.sandboxes.document
    held = context.sandbox.breakpoints.held
    return {
        "results": [{**exchange_json(one.exchange, document), **_held_json(one)} for one in held]
    }


async def get_held_request(context: ControlContext) -> Any:
    """Handle GET /held/{id}."""
    held = context.sandbox.breakpoints.find(context.path["id"])
    return {
        **full_exchange_json(held.exchange, context.sandboxes.document),
        **_held_json(held),
        "response_body": held.exchange.content.decode(),  # to be edited, so nothing is masked
    }


async def release_held_request(context: ControlContext) -> None:
    """Handle POST /held/{id}/release."""
    held = context.sandbox.breakpoints.find(context.path["id"])
    held.release(_edited(held, context.body) if context.body else None)


def _edited(held: HeldRequest, changes: dict[str, Any]) -> EditedResponse:
    """Return the response with these changes. Raises `InvalidInput`."""
    exchange = held.exchange
    status = changes.get("status", exchange.status)
    content = changes["body"].encode() if "body" in changes else exchange.content
    headers = dict(exchange.response_headers)
    for name, value in changes.get("headers", {}).items():
        _check_header(name, value)
        headers.pop(name.lower().encode(), None)
        if value is not None:
            headers[name.lower().encode()] = value.encode("latin-1")
    headers.pop(b"content-length", None)
    if status in _WITHOUT_BODY:
        content = b""
    else:
        headers[b"content-length"] = b"%d" % len(content)
    return EditedResponse(status=status, headers=tuple(headers.items()), content=content)


def _check_header(name: str, value: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput("Must have valid names", field="headers")
    if name.lower() in _OF_THE_SERVER:
        raise InvalidInput(f"Must not have {name}, which the server sets", field="headers")
    if value is not None and not _VALUE.fullmatch(value):
        raise InvalidInput(f"Must have a valid value for {name}", field="headers")


def _held_json(held: HeldRequest) -> dict[str, Any]:
    return {
        "id": held.id,
        "breakpoint_id": held.breakpoint_id,
        "ends_at": written(held.ends_at),
    }


def _json(rule: Breakpoint) -> dict[str, Any]:
    conditions = ("operation", "method", "monitor_id", "role")
    given = {name: getattr(rule, name) for name in conditions if getattr(rule, name) is not None}
    return {"id": rule.id, **given, "times": rule.times, "hold_for": f"{rule.seconds}s"}
