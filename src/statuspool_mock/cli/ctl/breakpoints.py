"""`ctl breakpoints` and `ctl held`: hold requests, and edit their responses."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done, text
from statuspool_mock.cli.ctl.verb import given, topic, verb
from statuspool_mock.cli.types import InputFile, Integer, OneOf

if TYPE_CHECKING:
    from statuspool_mock.client import Control

_WHICH = "Which requests"


@verb("list")
def list_all(control: "Control") -> Outcome:
    """List the breakpoints that are not used up."""
    return Outcome(control.breakpoints.all(), _breakpoints)


@verb("add")
@option(
    "--operation",
    metavar="NAME",
    show_default="every operation",
    section=_WHICH,
    help="Only requests to this operation, such as listMonitors.",
)
@option(
    "--method",
    type=OneOf(["GET", "POST", "PUT", "DELETE"]),
    show_default="every method",
    section=_WHICH,
    help="Only requests with this method.",
)
@option(
    "--monitor",
    metavar="NAME-or-ID",
    show_default="any",
    section=_WHICH,
    help="Only requests with this monitor in their path.",
)
@option(
    "--role",
    type=OneOf(["full", "read-only", "rival"]),
    show_default="any",
    section=_WHICH,
    help="Only requests with a key of this role.",
)
@option(
    "--times",
    type=Integer(),
    metavar="N",
    show_default="1",
    help="Number of requests to hold.",
)
@option(
    "--hold-for",
    metavar="DURATION",
    show_default="60s",
    help="How long each is held, in real time. At most 10m.",
)
def add(control: "Control", *, monitor: str | None, **rule: Any) -> Outcome:
    """Hold the next requests that match, until `ctl held release`."""
    rule = given(**rule)
    if monitor is not None:
        rule["monitor_id"] = control.monitors.find(monitor)["id"]
    return Outcome([control.breakpoints.add(**rule)], _breakpoints)


@verb("remove")
@click.argument("breakpoint_id", metavar="ID", help="Breakpoint, as `ctl breakpoints list` says.")
def remove(control: "Control", *, breakpoint_id: str) -> Outcome:
    """Remove a breakpoint, and release what it holds."""
    control.breakpoints.remove(breakpoint_id)
    return done()


@verb("clear")
def clear(control: "Control") -> Outcome:
    """Remove all breakpoints, and release all requests."""
    control.breakpoints.clear()
    return done()


_held_argument = click.argument("held_id", metavar="ID", help="Request, as `ctl held list` says.")


@verb("list")
def list_held(control: "Control") -> Outcome:
    """List the requests that are held."""
    return Outcome(control.breakpoints.held(), _held)


@verb("show")
@_held_argument
def show(control: "Control", *, held_id: str) -> Outcome:
    """Show a held request and the response that it will get."""
    return Outcome(control.breakpoints.get(held_id), _whole)


@verb("release")
@_held_argument
@option("--status", type=Integer(), metavar="N", show_default="unchanged", help="Status to send.")
@option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    show_default="unchanged",
    help="Header to set; without a value, to remove. Repeatable.",
)
@option("--body", metavar="TEXT", show_default="unchanged", help="Body to send.")
@option(
    "--body-file",
    type=InputFile(),
    metavar="FILE",
    show_default="unchanged",
    help="File with the body to send.",
)
def release(
    control: "Control",
    *,
    held_id: str,
    status: int | None,
    headers: tuple[str, ...],
    body: str | None,
    body_file: Path | None,
) -> Outcome:
    """Send the response of a held request, edited or as it is."""
    if body_file is not None:
        body = body_file.read_text("utf-8")
    control.breakpoints.release(held_id, status=status, headers=_parsed(headers), body=body)
    return done()


def _parsed(headers: tuple[str, ...]) -> dict[str, str | None] | None:
    pairs = (header.partition(":") for header in headers)
    return {name.strip(): value.strip() or None for name, _, value in pairs} or None


VERBS = (
    topic("breakpoints", "Hold requests that match.", list_all, add, remove, clear),
    topic("held", "Show and release requests that are held.", list_held, show, release),
)


def _breakpoints(rules: Any) -> Iterator[Line | Table]:
    conditions = ("operation", "method", "monitor_id", "role")
    rows = (
        (
            rule["id"],
            ", ".join(str(rule[name]) for name in conditions if name in rule) or "every request",
            rule["times"],
            rule["hold_for"],
        )
        for rule in rules
    )
    yield Table(("ID", "Matches", "Requests", "Each for"), rows, empty="No breakpoints.")


def _held(found: Any) -> Iterator[Line | Table]:
    rows = (
        (one["id"], one["method"], one["path"], one["status"], one["breakpoint_id"], one["ends_at"])
        for one in found
    )
    titles = ("ID", "Method", "Path", "Status", "Breakpoint", "Until")
    yield Table(titles, rows, empty="No requests are held.")


def _whole(held: Any) -> Iterator[Line | Table]:
    yield from _held([held])
    firsts = {"request": f"{held['method']} {held['path']}", "response": str(held["status"])}
    for side, first in firsts.items():
        lines = [f"{name}: {value}" for name, value in held[f"{side}_headers"]]
        yield text("\n".join([first, *lines, "", held[f"{side}_body"]]))
