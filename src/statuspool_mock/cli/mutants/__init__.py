"""`statuspool-mock mutants`: the names that `serve --mutant` takes, and who finds them."""

import json
from itertools import groupby
from pathlib import Path

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.completion import mutant_names
from statuspool_mock.cli.output import write
from statuspool_mock.cli.server_options import MutantName
from statuspool_mock.cli.types import Integer, OneOf, OutputFile

_MATRIX = "Kill matrix"


@click.command(cls=Command)
@option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@option(
    "--matrix",
    "with_matrix",
    is_flag=True,
    section=_MATRIX,
    help="Run `verify` against every mutant, and print which clauses find which mutant. Exit code "
    "1: a mutant was not found, or the server without mutants has findings.",
)
@option(
    "--profile",
    type=OneOf(["quick", "standard"]),
    default="standard",
    section=_MATRIX,
    help="Profile of `verify`.",
)
@option(
    "--jobs",
    type=Integer(1, 64),
    default=2,
    metavar="N",
    section=_MATRIX,
    help="Number of mutants to verify at once.",
)
@option(
    "--only",
    type=MutantName(),
    multiple=True,
    metavar="NAME",
    show_default="all mutants",
    shell_complete=mutant_names,
    section=_MATRIX,
    help="Verify this mutant only; repeatable.",
)
@option(
    "--kills",
    "kills_file",
    type=OutputFile(),
    metavar="FILE",
    show_default="none",
    section=_MATRIX,
    help="Also write which mutants each clause finds, as JSON.",
)
def mutants(
    *,
    as_json: bool,
    with_matrix: bool,
    profile: str,
    jobs: int,
    only: tuple[str, ...],
    kills_file: Path | None,
) -> int:
    """List the ways in which `serve --mutant` can break the contract."""
    if with_matrix:
        from statuspool_mock.cli.mutants.matrix import print_matrix

        return print_matrix(profile, jobs=jobs, only=only, kills_file=kills_file)
    write(_as_json() if as_json else _as_table())
    return 0


def _as_json() -> str:
    from statuspool_mock.mutants import all_mutants

    listed = [
        {"name": m.name, "group": m.group, "wrong": m.wrong, "promise": m.promise}
        for m in all_mutants()
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _as_table() -> str:
    from statuspool_mock.mutants import all_mutants

    known = all_mutants()
    width = max(len(mutant.name) for mutant in known)
    lines = []
    for group, members in groupby(known, key=lambda mutant: mutant.group):
        lines += [group.capitalize(), *(f"  {m.name:<{width}}  {m.wrong}" for m in members), ""]
    lines.append(f"{len(known)} mutants. Serve one: statuspool-mock serve --mutant {known[0].name}")
    return "\n".join(lines) + "\n"
