"""The event stream of a world, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from statuspool_mock.sandbox.events import Event
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import exchange_json, fact_json

_PULSE_SECONDS = 0.5
_PULSES_BETWEEN_COMMENTS = 30


async def stream_events(context: ControlContext) -> Any:
    """Handle GET /events."""
    given = context.headers.get(b"last-event-id", b"").decode("latin-1")
    newest = context.sandbox.events.newest
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else newest
    return _stream(context, min(number, newest))


async def _stream(context: ControlContext, number: int) -> AsyncGenerator[bytes, None]:
    """Yield events forever, and let a running world catch up with its clock meanwhile."""
    sandbox = context.sandbox
    yield b"retry: 1000\n\n"
    quiet = 0
    with sandbox.events.listening() as signal:
        while not sandbox.events.is_over:
            signal.clear()
            if not sandbox.is_held:
                sandbox.catch_up()
            for event in sandbox.events.since(number):
                number = event.id
                quiet = 0
                yield _rendered(context, event)
            try:
                async with asyncio.timeout(_PULSE_SECONDS):
                    await signal.wait()
            except TimeoutError:
                quiet += 1
                if quiet % _PULSES_BETWEEN_COMMENTS == 0:
                    yield b": still here\n\n"


def _rendered(context: ControlContext, event: Event) -> bytes:
    data = {"at": written(event.at), **_data(context, event)}
    text = json.dumps(data, ensure_ascii=False, default=str)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {text}\n\n".encode("utf-8", "replace")


def _data(context: ControlContext, event: Event) -> dict[str, Any]:
    if event.kind == "fact":
        return fact_json(event.value, context.world)
    if event.kind == "exchange":
        exchange = context.sandbox.journal.find(event.value)
        if exchange is None:
            return {"number": event.value, "gone": True}
        return exchange_json(exchange, context.sandboxes.document)
    return dict(event.value)
