"""The command line: one module or package for each command, with its options and output."""

from statuspool_mock.cli.program import main

__all__ = ["main"]
