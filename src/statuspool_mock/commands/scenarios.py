"""`statuspool-mock scenarios`: what `serve --scenario` knows by name."""

import argparse
import sys

from statuspool_mock import scenarios


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (every command takes them)
    """List the shipped scenarios."""
    entries = scenarios.shipped()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        sys.stdout.write(f"{entry.name:<{width}}  {entry.title}\n")
    return 0
