"""Long work in steps: generators that yield between short pieces of it and return the result."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]
"""Work that can be paused wherever it yields."""


def finish(steps: Steps[T]) -> T:
    """Do all of the work at once and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
