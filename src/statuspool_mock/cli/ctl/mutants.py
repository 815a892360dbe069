"""`ctl mutants`: the mutants of a running server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.completion import mutant_names
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table
from statuspool_mock.cli.ctl.verb import verb

if TYPE_CHECKING:
    from statuspool_mock.client import Control


@verb("mutants")
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME...]",
    shell_complete=mutant_names,
    help="Mutant to switch on. All others are switched off.",
)
@option("--none", "all_off", is_flag=True, help="Switch all mutants off.")
def mutants(control: "Control", *, names: tuple[str, ...], all_off: bool) -> Outcome:
    """List the active mutants, or switch them for all sandboxes of the server.

    The server must have been started with --switch-mutants. Those of a fleet cannot be switched.
    """
    if names and all_off:
        raise click.UsageError("expected names or --none, got both")
    found = control.switch_mutants(*names) if names or all_off else control.mutants()
    return Outcome([one for one in found["results"] if one["active"]], _mutants)


VERBS = (mutants,)


def _mutants(active: Any) -> Iterator[Line | Table]:
    rows = ((one["name"], one["wrong"]) for one in active)
    yield Table(("Name", "What it does wrong"), rows, empty="No mutant is active.")
