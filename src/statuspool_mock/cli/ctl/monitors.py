"""`ctl monitor`: monitors, and what is forced on them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, text
from statuspool_mock.cli.ctl.verb import given, topic, verb
from statuspool_mock.cli.types import Integer

if TYPE_CHECKING:
    from statuspool_mock.client import Control

monitor_argument = click.argument(
    "monitor",
    metavar="NAME-or-ID",
    help="Monitor: its id, its name, or a part of the name that no other has.",
)
region_option = option(
    "--region",
    "regions",
    multiple=True,
    metavar="REGION",
    show_default="all regions",
    help="Only checks from this region; repeatable.",
)


_duration_option = option(
    "--for",
    "lasting",
    metavar="DURATION",
    show_default="until released",
    help="How long to force it.",
)


@verb("list")
def list_all(control: "Control") -> Outcome:
    """List the monitors."""
    return Outcome(control.monitors.all(), _monitors)


@verb("show")
@monitor_argument
def show(control: "Control", *, monitor: str) -> Outcome:
    """Show a monitor with what is forced or scripted on it."""
    return Outcome(control.monitors.find(monitor), _monitor)


@verb("down")
@monitor_argument
@_duration_option
@region_option
def down(control: "Control", *, monitor: str, **how: Any) -> Outcome:
    """Make a monitor's checks fail."""
    return _forced(control.monitors.force_down, control, monitor, **how)


@verb("up")
@monitor_argument
@_duration_option
@region_option
def up(control: "Control", *, monitor: str, **how: Any) -> Outcome:
    """Make a monitor's checks succeed."""
    return _forced(control.monitors.force_up, control, monitor, **how)


@verb("degrade")
@monitor_argument
@_duration_option
@region_option
def degrade(control: "Control", *, monitor: str, **how: Any) -> Outcome:
    """Make a monitor's checks slow."""
    return _forced(control.monitors.force_degraded, control, monitor, **how)


def _forced(
    force: Callable[..., Any],
    control: "Control",
    monitor: str,
    *,
    lasting: str | None,
    regions: tuple[str, ...],
) -> Outcome:
    found = control.monitors.find(monitor)
    how = given(lasting=lasting, regions=list(regions) or None)
    return Outcome(force(found, **how), _monitor)


@verb("release")
@monitor_argument
def release(control: "Control", *, monitor: str) -> Outcome:
    """End what is forced on a monitor."""
    return Outcome(control.monitors.release(control.monitors.find(monitor)), _monitor)


@verb("pause")
@monitor_argument
def pause(control: "Control", *, monitor: str) -> Outcome:
    """Stop checking a monitor."""
    return Outcome(control.monitors.pause(control.monitors.find(monitor)), _monitor)


@verb("resume")
@monitor_argument
def resume(control: "Control", *, monitor: str) -> Outcome:
    """Check a paused monitor again."""
    return Outcome(control.monitors.resume(control.monitors.find(monitor)), _monitor)


@verb("outage")
@monitor_argument
@option("--from", "start", metavar="TIME", show_default="now", help="When it begins.")
@option("--to", "end", metavar="TIME", show_default="1h after --from", help="When it ends.")
@option(
    "--for",
    "lasting",
    metavar="DURATION",
    show_default="1h, unless --to is given",
    help="How long it lasts.",
)
@option(
    "--status-code",
    type=Integer(),
    metavar="N",
    show_default="502",
    help="HTTP status that checks get.",
)
@option(
    "--response-time-ms",
    type=Integer(),
    metavar="MS",
    show_default="simulated",
    help="Response time that checks measure.",
)
@option(
    "--error-message",
    metavar="TEXT",
    show_default="none",
    help="Error that checks report.",
)
@region_option
def outage(control: "Control", *, monitor: str, regions: tuple[str, ...], **outage: Any) -> Outcome:
    """Script an outage of a monitor, in the past or in the future."""
    found = control.monitors.find(monitor)
    outage["regions"] = list(regions) or None
    return Outcome(control.monitors.add_outage(found, **given(**outage)), _monitor)


@verb("heal")
@monitor_argument
def heal(control: "Control", *, monitor: str) -> Outcome:
    """End a monitor's scripted outages and cancel those in the future."""
    return Outcome(control.monitors.clear_outages(control.monitors.find(monitor)), _monitor)


VERBS = (
    topic(
        "monitor",
        "List monitors, and force or script outages of them.",
        list_all,
        show,
        down,
        up,
        degrade,
        release,
        pause,
        resume,
        outage,
        heal,
    ),
)


def _monitors(monitors: Any) -> Iterator[Line | Table]:
    rows = (
        (
            monitor["status"],
            monitor["name"],
            f"{monitor['uptime_30d']:.3f}",
            f"{monitor['interval_seconds']}s",
            monitor["id"],
        )
        for monitor in monitors
    )
    yield Table(("Status", "Name", "Uptime 30d", "Interval", "ID"), rows, empty="No monitors.")


def _monitor(monitor: Any) -> Iterator[Line | Table]:
    yield from _monitors([monitor])
    yield text(
        f"{monitor['url']}, last checked {monitor['last_check_at'] or 'never'}, "
        f"{monitor['behaviour']}, tags: {', '.join(monitor['tags']) or 'none'}"
    )
    if monitor["overlays"]:
        rows = (
            (
                "forced" if overlay["forced"] else "scripted",
                overlay["from"],
                overlay["to"] or "released",
                ", ".join(overlay["regions"] or ["all"]),
                overlay["status_code"],
                overlay["error_message"],
            )
            for overlay in monitor["overlays"]
        )
        yield Table(("Overlay", "From", "Until", "Regions", "Status", "Error message"), rows)
