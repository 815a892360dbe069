"""`statuspool-mock spec`: the OpenAPI document on stdout."""

import argparse
import json
import sys

from statuspool_mock import contract, resources


def run(arguments: argparse.Namespace) -> int:
    """Print the document as it was written, or as JSON."""
    if arguments.json:
        text = json.dumps(contract.load().raw, indent=2, ensure_ascii=False) + "\n"
    else:
        text = resources.path("openapi/statuspool.yaml").read_text("utf-8")
    sys.stdout.buffer.write(text.encode())
    return 0
