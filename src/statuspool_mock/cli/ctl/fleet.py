"""`ctl fleet`: the servers that share a ledger, and where worlds are at home."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import option
from statuspool_mock.cli.ctl.outcome import Line, Outcome, Table, text
from statuspool_mock.cli.ctl.verb import verb

if TYPE_CHECKING:
    from statuspool_mock.client import Control


@verb("fleet")
@click.argument("words", nargs=-1, metavar="[move WORLD]", help="Move a world; show all without.")
@option(
    "--to",
    metavar="HOST:PORT",
    show_default="the one with the fewest worlds",
    help="Address of the replica that a world is moved to.",
)
def fleet(control: "Control", *, words: tuple[str, ...], to: str | None) -> Outcome:
    """Show the servers that share a ledger, and the worlds at home at each; or move a world.

    Requests to a world are held while it is moved.
    """
    match words:
        case () if to is None:
            return Outcome(control.fleet(), _fleet)
        case ("move", world):
            return Outcome(control.move_world(world, to=to), _moved)
        case _:
            raise click.UsageError(f"expected nothing or move WORLD, got {' '.join(words)!r}")


VERBS = (fleet,)


def _fleet(found: Any) -> Iterator[Line | Table]:
    ledger = found["ledger"]
    yield text(f"Ledger {ledger['address']}, round trip {ledger['round_trip_ms']:.1f} ms")
    rows = (
        (
            one["address"],
            f"{one['lease_seconds']:.1f} s" if one["reachable"] else "not reachable",
            len(one.get("worlds", ())),
            one.get("served", ""),
            one.get("forwarded", ""),
        )
        for one in found["replicas"]
    )
    yield Table(("Replica", "Lease", "Worlds", "Served", "Forwarded"), rows)
    homes = (
        (world["name"], one["address"], world["epoch"], world["waiting"])
        for one in found["replicas"]
        for world in one.get("worlds", ())
    )
    yield Table(("World", "Home", "Epoch", "Not stored yet"), homes, empty="No world has a home.")


def _moved(found: Any) -> Iterator[Line | Table]:
    yield text(f"World {found['world']} moved from {found['from']} to {found['to']}.")
