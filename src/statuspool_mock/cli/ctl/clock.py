"""`ctl clock`: the time of a sandbox."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, text
from statuspool_mock.cli.ctl.verb import topic, verb
from statuspool_mock.cli.types import Number

if TYPE_CHECKING:
    from statuspool_mock.client import Control

_MOST_FACTS = 40


@verb("show")
def show(control: "Control") -> Outcome:
    """Show the clock."""
    return Outcome(control.clock.read(), show_clock)


@verb("freeze")
def freeze(control: "Control") -> Outcome:
    """Stop the clock."""
    return Outcome(control.clock.freeze(), show_clock)


@verb("live")
def live(control: "Control") -> Outcome:
    """Run the clock in real time."""
    return Outcome(control.clock.live(), show_clock)


@verb("scale")
@click.argument("rate", type=Number(), metavar="N", help="Seconds of the sandbox per real second.")
def scale(control: "Control", *, rate: float) -> Outcome:
    """Run the clock faster or slower than real time."""
    return Outcome(control.clock.scale(rate), show_clock)


@verb("set")
@click.argument("time", metavar="TIME", help="ISO 8601 time, not before the clock's.")
def set_time(control: "Control", *, time: str) -> Outcome:
    """Move the clock forward to a time, and list what happened."""
    return Outcome(control.clock.set(time), show_clock)


@verb("advance")
@click.argument("duration", metavar="DURATION", help="How far to move, such as 90s or 2h30m.")
def advance(control: "Control", *, duration: str) -> Outcome:
    """Move the clock forward by a duration, and list what happened."""
    return Outcome(control.clock.advance(duration), show_clock)


@verb("next")
@option(
    "--within",
    metavar="DURATION",
    show_default="30d",
    help="Move no further than this if nothing happens.",
)
def to_next_event(control: "Control", *, within: str | None) -> Outcome:
    """Move the clock forward until something happens."""
    return Outcome(control.clock.advance_to_next_event(within=within), show_clock)


VERBS = (
    topic(
        "clock",
        "Show, stop, start and move the clock.",
        show,
        freeze,
        live,
        scale,
        set_time,
        advance,
        to_next_event,
    ),
)


def show_clock(clock: Any) -> Iterator[Line | Table]:
    """Show the time and mode of a clock, with what happened while it moved."""
    rate = f" ×{clock['rate']:g}" if clock["mode"] == "scaled" else ""
    until = f" until {clock['until']}" if clock.get("until") else ""
    yield Line((clock["now"], "  ", clock["mode"], rate, until))
    if clock.get("lag_seconds"):
        behind = f"The world is {clock['lag_seconds']} s behind its clock and catches up."
        yield text(behind, style="yellow")
    facts = clock.get("facts", ())
    if len(facts) > _MOST_FACTS:
        yield text(f"{len(facts)} events; the last {_MOST_FACTS} (all of them with --json):")
    if facts:
        rows = (
            (fact["at"], fact["kind"].replace("_", " "), monitor_name(fact), fact_details(fact))
            for fact in facts[-_MOST_FACTS:]
        )
        yield Table(("At", "Event", "Monitor", "Details"), rows)
    if clock.get("note"):
        yield text(clock["note"], style="yellow")


def monitor_name(fact: Mapping[str, Any]) -> str:
    """Return the monitor that a fact is about."""
    return str(fact["monitor_name"] or fact["monitor_id"])


def fact_details(fact: Mapping[str, Any]) -> str:
    """Return what happened to it."""
    if fact["kind"] == "status_changed":
        return f"{fact['previous'] or 'new'} → {fact['current']}"
    if fact["kind"] == "sla_breached":
        return f"{fact['uptime']} % < {fact['target']} %"
    return str(fact["title"])
