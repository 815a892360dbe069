"""Runs commands in this process, one after the other, and prints what each left, as JSON.

A program of its own, so that the memory of all of them can be limited.
"""

import json
import resource
import sys

from tests.command_line import run


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    found = {name: run(*arguments) for name, arguments in json.load(sys.stdin).items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
