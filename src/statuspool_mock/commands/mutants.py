"""`statuspool-mock mutants`: what `serve --mutant` knows by name."""

import argparse
import json
import sys
from importlib import import_module
from itertools import groupby

from statuspool_mock.mutants.catalog import CATALOG


def run(arguments: argparse.Namespace) -> int:
    """List the gallery by clause group, for people or for scripts."""
    if arguments.matrix:
        code: int = import_module("statuspool_mock.commands.matrix").run(arguments)
        return code
    if arguments.json:
        listed = [
            {"name": m.name, "group": m.group, "wrong": m.wrong, "promise": m.promise}
            for m in CATALOG
        ]
        text = json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
    else:
        text = _table()
    sys.stdout.buffer.write(text.encode())
    return 0


def _table() -> str:
    width = max(len(mutant.name) for mutant in CATALOG)
    lines = []
    for group, members in groupby(CATALOG, key=lambda mutant: mutant.group):
        lines += [group.capitalize(), *(f"  {m.name:<{width}}  {m.wrong}" for m in members), ""]
    lines.append(
        f"{len(CATALOG)} mutants. Serve one: statuspool-mock serve --mutant {CATALOG[0].name}"
    )
    return "\n".join(lines) + "\n"
