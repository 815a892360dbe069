"""`statuspool-mock scenarios`: the names that `serve --scenario` takes."""

import click

from statuspool_mock.cli.command import Command


@click.command(cls=Command)
def scenarios() -> None:
    """List the scenarios that ship with the package."""
    from statuspool_mock import scenarios

    entries = scenarios.shipped()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        click.echo(f"{entry.name:<{width}}  {entry.title}")
