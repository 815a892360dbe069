"""`ctl scripts`, `play`, `step`, `stop`: named outages over a set of monitors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.clock import show_clock
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done, text
from statuspool_mock.cli.ctl.verb import given, verb
from statuspool_mock.cli.types import Integer, Number, OneOf

if TYPE_CHECKING:
    from statuspool_mock.client import Control


@verb("scripts")
def outage_scripts(control: "Control") -> Outcome:
    """List the outage scripts: named series of outages over several monitors."""
    return Outcome(control.outage_scripts(), _scripts)


@verb("play")
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="NAME...",
    help="Outage script to play, as listed by `ctl scripts`. Several run at the same time.",
)
@option("--tag", metavar="TAG", show_default="all monitors", help="Only monitors with this tag.")
@option(
    "--region",
    metavar="REGION",
    show_default="all regions",
    help="Region that fails. Affects only monitors that are checked from it.",
)
@option(
    "--pace",
    type=OneOf(["live", "time-lapse", "step"]),
    default="live",
    help="Pace of the clock: real time, faster, or stopped until `ctl step`.",
)
@option(
    "--rate",
    type=Number(),
    metavar="N",
    show_default="60",
    help="Seconds of the sandbox per real second, for --pace time-lapse.",
)
@option(
    "--seed",
    type=Integer(),
    default=0,
    metavar="N",
    help="Seed. The same seed gives the same outages.",
)
def play(
    control: "Control",
    *,
    names: tuple[str, ...],
    tag: str | None,
    region: str | None,
    **how: Any,
) -> Outcome:
    """Play outage scripts on the monitors."""
    choice = given(tag=tag, region=region)
    scripts = [{"name": name, **choice} for name in names]
    played = control.play(*scripts, **given(**how))
    stands = how["pace"] == "live" and control.clock.read()["mode"] == "frozen"
    return Outcome(played, _frozen_play if stands else _play)


@verb("step")
def step(control: "Control") -> Outcome:
    """Advance the clock to the next step of the outage scripts being played."""
    return Outcome(control.step(), show_clock)


@verb("stop")
def stop(control: "Control") -> Outcome:
    """Stop the outage scripts being played."""
    control.stop()
    return done()


VERBS = (outage_scripts, play, step, stop)


def _scripts(found: Any) -> Iterator[Line | Table]:
    rows = ((one["name"], one["about"]) for one in found)
    yield Table(("Name", "Description"), rows, empty="No outage scripts.")


def _frozen_play(play: Any) -> Iterator[Line | Table]:
    yield from _play(play)
    yield text(
        "The clock is frozen: `ctl step` advances to the next step, `ctl clock live` starts it."
    )


def _play(play: Any) -> Iterator[Line | Table]:
    names = ", ".join(play["scripts"])
    yield text(f"{names}, {play['pace']}, {play['start']} to {play['end']}")
    rows = ((step["at"], step["about"], "✓" if step["done"] else "") for step in play["steps"])
    yield Table(("At", "Step", "Done"), rows, empty="No steps.")
