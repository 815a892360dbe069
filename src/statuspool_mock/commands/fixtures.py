"""`statuspool-mock fixtures`: a scenario file of made-up monitors on stdout."""

import argparse
import sys

from statuspool_mock import scenarios


def run(arguments: argparse.Namespace) -> int:
    """Print the file as bytes, the same on every machine."""
    text = scenarios.scenario_text(count=arguments.monitors, seed=arguments.seed)
    sys.stdout.buffer.write(text.encode())
    return 0
