"""`ctl reset`, `reload`, `snapshot`, `checkpoint`, `case`, `sandbox`: the state of sandboxes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.completion import scenario_names
from statuspool_mock.cli.ctl.clock import show_clock
from statuspool_mock.cli.ctl.files import file_argument, save
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, done, text
from statuspool_mock.cli.ctl.verb import topic, verb
from statuspool_mock.cli.types import InputFile, Integer

if TYPE_CHECKING:
    from statuspool_mock.client import Control

_name_argument = click.argument("name", metavar="NAME", help="Name of the checkpoint.")


@verb("reset")
@option(
    "--scenario",
    metavar="NAME",
    show_default="the server's",
    shell_complete=scenario_names,
    help="Start from another scenario that ships with the package.",
)
@option(
    "--seed", type=Integer(), metavar="N", show_default="the server's", help="Use another seed."
)
def reset(control: "Control", *, scenario: str | None, seed: int | None) -> Outcome:
    """Reset the sandbox to its scenario."""
    return Outcome(control.reset(scenario=scenario, seed=seed), show_clock)


@verb("reload")
@option("--reset", is_flag=True, help="Also reset the sandbox to it.")
def reload(control: "Control", *, reset: bool) -> Outcome:
    """Read the scenario of the server again.

    New sandboxes and those that are reset start from it. A fleet has to be started again instead.
    """
    return Outcome(control.reload(reset=reset), _reloaded)


@verb("save")
@file_argument
def save_snapshot(control: "Control", *, file: Path) -> Outcome:
    """Save the sandbox. The file contains webhook secrets."""
    return save(control.snapshot(), file, what="the sandbox, including webhook secrets,")


@verb("load")
@click.argument("file", type=InputFile(), metavar="FILE", help="File that `save` wrote.")
def load_snapshot(control: "Control", *, file: Path) -> Outcome:
    """Replace the sandbox by a saved one."""
    from statuspool_mock.bounded_documents import DocumentRejected, read_json

    try:
        snapshot = read_json(file)
    except DocumentRejected as error:
        raise DocumentRejected(f"{file} {error}") from None
    return Outcome(control.restore(snapshot), show_clock)


@verb("list")
def list_checkpoints(control: "Control") -> Outcome:
    """List the checkpoints."""
    return Outcome(control.checkpoints(), _checkpoints)


@verb("keep")
@_name_argument
def keep(control: "Control", *, name: str) -> Outcome:
    """Make a checkpoint of the sandbox as it is now."""
    return Outcome([control.keep(name)], _checkpoints)


@verb("rewind")
@_name_argument
def rewind(control: "Control", *, name: str) -> Outcome:
    """Go back to a checkpoint. The same random events will follow."""
    return Outcome(control.rewind(name), show_clock)


@verb("drop")
@_name_argument
def drop(control: "Control", *, name: str) -> Outcome:
    """Delete a checkpoint."""
    control.forget(name)
    return done()


@verb("case")
@file_argument
def case(control: "Control", *, file: Path) -> Outcome:
    """Save what happened as a case file, for `statuspool-mock replay`."""
    return save(control.case(), file, what="a case file")


@verb("list")
def list_sandboxes(control: "Control") -> Outcome:
    """List the open sandboxes."""
    return Outcome(control.sandboxes(), _sandboxes)


@verb("close")
@click.argument("name", metavar="NAME", help="Sandbox, as `ctl sandbox list` names it.")
def close_sandbox(control: "Control", *, name: str) -> Outcome:
    """Close a sandbox. Its state is lost; what is stored of a damaged one is kept."""
    control.close_sandbox(name)
    return done()


@verb("repair")
@click.argument("name", metavar="NAME", help="Sandbox that was found damaged.")
def repair_sandbox(control: "Control", *, name: str) -> Outcome:
    """Let a damaged sandbox go on with what can be read of its files.

    The damaged files are kept under another name in the folder of `serve --data`. A sandbox of a
    fleet cannot be repaired.
    """
    return Outcome(control.repair_sandbox(name), _repaired)


VERBS = (
    reset,
    reload,
    topic("snapshot", "Save the sandbox to a file, or load it.", save_snapshot, load_snapshot),
    topic(
        "checkpoint",
        "Make checkpoints and go back to them.",
        list_checkpoints,
        keep,
        rewind,
        drop,
    ),
    case,
    topic(
        "sandbox",
        "List, close and repair the sandboxes of the server.",
        list_sandboxes,
        close_sandbox,
        repair_sandbox,
    ),
)


def _reloaded(told: Any) -> Iterator[Line | Table]:
    also = ", and reset the sandbox to it" if told["reset"] else ""
    yield text(f"Read the scenario {told['scenario']} again{also}.")


def _checkpoints(found: Any) -> Iterator[Line | Table]:
    rows = ((one["name"], one["now"]) for one in found)
    yield Table(("Name", "At"), rows, empty="No checkpoints.")


def _sandboxes(listing: Any) -> Iterator[Line | Table]:
    rows = (
        (
            sandbox["name"],
            sandbox["now"],
            f"×{sandbox['rate']:g}",
            sandbox["monitors"],
            sandbox["exchanges"],
            f"{sandbox['idle_seconds']:.0f}s",
        )
        for sandbox in listing["results"]
    )
    titles = ("Name", "Clock", "Rate", "Monitors", "Exchanges", "Idle")
    yield Table(titles, rows, empty="No open sandboxes.")
    for damaged in listing["damaged"]:
        yield text(damaged["reason"])


def _repaired(repaired: Any) -> Iterator[Line | Table]:
    yield text(f"Repaired. The damaged files were kept as {repaired['kept_as']}.")
