"""`statuspool-mock scenarios`: what `serve --scenario` knows by name."""

import argparse
import sys

from statuspool_mock import seeding


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (every command takes them)
    """List the shipped scenarios."""
    entries = seeding.shipped()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        sys.stdout.write(f"{entry.name:<{width}}  {entry.title}\n")
    return 0
