"""`statuspool-mock fixtures`: a generated scenario file on stdout."""

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.output import write
from statuspool_mock.cli.types import SEED, Integer


@click.command(cls=Command)
@option(
    "--monitors",
    type=Integer(1, 100_000),
    default=50,
    metavar="N",
    help="Number of monitors to generate.",
)
@option(
    "--seed",
    type=Integer(0, SEED),
    default=0,
    metavar="N",
    help="Seed of the generated values. The same seed gives the same file.",
)
def fixtures(*, monitors: int, seed: int) -> None:
    """Print a scenario file with generated monitors.

    Redirect it to a file, and serve that with `statuspool-mock serve --scenario FILE`.
    """
    from statuspool_mock import scenarios

    write(scenarios.scenario_text(count=monitors, seed=seed))
