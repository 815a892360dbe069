"""What clients asked of a world and what they were told, as a checker reads it."""

import math
from dataclasses import dataclass
from typing import Any

NEVER = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; without a response nobody knows whether, and when, it took effect."""

    name: str
    key: str | None = None
    """The object that it concerns; None for all of them."""
    value: Any = None
    result: Any = None
    began: float
    ended: float = NEVER

    @property
    def is_unknown(self):
        """Whether the response was lost."""
        return self.ended == NEVER

    def __str__(self):
        told = "response lost" if self.is_unknown else f"{self.result!r} at {self.ended:.6f}"
        return f"{self.name} {self.key or ''} {self.value or ''}: {self.began:.6f}, {told}"
