"""`statuspool-mock replay`: do again what a case file tells."""

import argparse
import json
import sys
from pathlib import Path

from statuspool_mock.replay import replay
from statuspool_mock.sandbox import InvalidInput, case_from


def run(arguments: argparse.Namespace) -> int:
    """Return 0 where every answer is the same, 1 where one differs, 2 for an unusable file."""
    try:
        case = case_from(json.loads(Path(arguments.file).read_text("utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        return _refuse(arguments.file, f"cannot be read as JSON: {error}")
    except InvalidInput as error:
        return _refuse(arguments.file, f"{error.field}: {error}")
    difference = replay(case)
    if difference is not None:
        sys.stdout.write(f"{difference}\n")
        return 1
    compared = sum(step.compared for step in case.steps)
    sys.stdout.write(f"The same again: {compared} answers, byte for byte.\n")
    return 0


def _refuse(file: str, why: str) -> int:
    sys.stderr.write(f"statuspool-mock replay: {file}: {why}\n")
    return 2
