"""`statuspool-mock ctl`: a running mock, controlled from a shell.

Each topic is a module with its verbs, their options and their tables.
"""

import click

from statuspool_mock.cli.command import Group
from statuspool_mock.cli.ctl import (
    breakpoints,
    clock,
    events,
    faults,
    fleet,
    journal,
    monitors,
    mutants,
    outage_scripts,
    state,
    webhooks,
)


@click.group(cls=Group)
def ctl() -> None:
    """Control a running mock: its clock, outages, faults and state.

    Each API key has a sandbox of its own, and every command acts on the sandbox of the key that it
    is given. Durations are written 90s, 10m, 2h30m or 30d, and times in ISO 8601.

    Exit code 0: done; 1: a check failed; 2: it could not be done.
    """


for topic in (
    clock,
    monitors,
    outage_scripts,
    mutants,
    faults,
    breakpoints,
    journal,
    webhooks,
    state,
    events,
    fleet,
):
    for verb in topic.VERBS:
        ctl.add_command(verb)
