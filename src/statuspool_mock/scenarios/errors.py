"""What makes a scenario unfit, in one message that names file, place, what came and what to do."""

from collections.abc import Sequence
from pathlib import Path


class ScenarioRejected(Exception):
    """A scenario cannot be used; the message says where, what came and what was expected."""

    def __init__(self, *, source: str | Path, path: Sequence[str | int] = (), problem: str) -> None:
        place = f"{source}: {written(path)}" if path else str(source)
        super().__init__(f"{place}: {problem}")
        self.source = str(source)
        self.path = tuple(path)


def written(path: Sequence[str | int]) -> str:
    """Return a path into a document as people write it: `monitors[3].url`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
