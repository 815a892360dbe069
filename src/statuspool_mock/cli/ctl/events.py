"""`ctl events`: what happens, as it happens."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from statuspool_mock.cli.ctl.clock import fact_details, monitor_name
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, text
from statuspool_mock.cli.ctl.verb import verb

if TYPE_CHECKING:
    from statuspool_mock.client import Control


@verb("events")
def events(control: "Control") -> Iterator[Outcome]:
    """Print events as they happen, until Ctrl-C."""
    return (Outcome(event, _event) for event in control.events())


VERBS = (events,)


def _event(event: Any) -> Iterator[Line | Table]:
    yield text(f"{event['id']:>5}  {event['at']}  {_described(event)}")


def _described(event: Any) -> str:
    if event["event"] == "fact":
        kind = event["kind"].replace("_", " ")
        return f"{kind}: {monitor_name(event)} {fact_details(event)}"
    if event["event"] == "exchange" and "path" in event:
        return f"{event['method']} {event['path']} → {event['status']}"
    if event["event"] == "control":
        return f"control: {event['operation']}"
    rest = {name: value for name, value in event.items() if name not in {"id", "event", "at"}}
    return json.dumps(rest, ensure_ascii=False)
