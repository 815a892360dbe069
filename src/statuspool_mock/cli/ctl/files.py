"""Files that verbs save."""

import json
from pathlib import Path
from typing import Any

import click

from statuspool_mock.cli.ctl.outcome import Outcome, text

file_argument = click.argument(
    "file", type=click.Path(path_type=Path), metavar="FILE", help="File to write."
)


def save(content: Any, file: Path, *, what: str) -> Outcome:
    """Write JSON that only the user can read."""
    from statuspool_mock.atomic_files import write_whole

    write_whole(file, json.dumps(content, ensure_ascii=False).encode())
    saved = {"file": str(file), "what": what}
    return Outcome(saved, lambda data: [text(f"Saved {data['what']} to {data['file']}.")])
