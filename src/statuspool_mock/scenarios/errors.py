"""The error of an invalid scenario, with file, place, expectation and value."""

from collections.abc import Sequence
from pathlib import Path


class ScenarioRejected(Exception):
    """A scenario is invalid; the message says where, what was expected and what was found."""

    def __init__(self, *, source: str | Path, path: Sequence[str | int] = (), problem: str) -> None:
        place = f"{source}: {path_text(path)}" if path else str(source)
        super().__init__(f"{place}: {problem}")
        self.source = str(source)
        self.path = tuple(path)


def path_text(path: Sequence[str | int]) -> str:
    """Return a path into a document in the usual notation: `monitors[3].url`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
