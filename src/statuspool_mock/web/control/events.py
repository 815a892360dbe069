"""The event stream of a world, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from statuspool_mock.sandbox import long_work
from statuspool_mock.sandbox.events import Event
from statuspool_mock.time_parsing import written
from statuspool_mock.web.control.context import ControlContext
from statuspool_mock.web.control.serializers import exchange_json, fact_json
from statuspool_mock.web.errors import TooManyListeners

MOST_LISTENERS = 32
"""How many streams of one world there can be at once."""
MOST_LISTENERS_OF_SERVER = 256
_PULSE_SECONDS = 0.5
_PULSES_BETWEEN_COMMENTS = 30
_PACE_SECONDS = 0.05
_MOST_AT_ONCE = 100


async def stream_events(context: ControlContext) -> Any:
    """Handle GET /events. Raises `TooManyListeners`."""
    events = context.sandbox.events
    if events.listeners >= MOST_LISTENERS:
        raise TooManyListeners(f"This sandbox has {MOST_LISTENERS} event streams already.")
    if sum(each.events.listeners for each in context.sandboxes) >= MOST_LISTENERS_OF_SERVER:
        raise TooManyListeners(f"This server has {MOST_LISTENERS_OF_SERVER} event streams already.")
    given = context.headers.get(b"last-event-id", b"").decode("latin-1")
    number = (
        int(given) if given.isascii() and given.isdigit() and len(given) < 16 else events.newest
    )
    return _stream(context, min(number, events.newest))


async def _stream(context: ControlContext, number: int) -> AsyncGenerator[bytes, None]:
    """Yield events forever, and let a running world catch up with its clock meanwhile.

    Events that happen shortly after each other are sent together.
    """
    sandbox = context.sandbox
    events = sandbox.events
    quiet = 0
    with events.listening() as signal:
        yield b"retry: 1000\n\n"
        if number < events.began_after:
            number = events.began_after
            yield _gap(number)
        while not events.is_over:
            signal.clear()
            if sandbox.may_run_on and not sandbox.catch_up():
                await long_work.catch_up(sandbox, patience=_PULSE_SECONDS)
            if new := events.since(number)[:_MOST_AT_ONCE]:
                number = new[-1].id
                quiet = 0
                yield b"".join(events.rendered(event, partial(_rendered, context)) for event in new)
                await asyncio.sleep(_PACE_SECONDS)
                continue
            try:
                async with asyncio.timeout(_PULSE_SECONDS):
                    await signal.wait()
            except TimeoutError:
                quiet += 1
                if quiet % _PULSES_BETWEEN_COMMENTS == 0:
                    yield b": still here\n\n"


def _gap(number: int) -> bytes:
    """Return the event that says that events before it are missing: they were elsewhere."""
    return b'id: %d\nevent: gap\ndata: {"after": %d}\n\n' % (number, number)


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
