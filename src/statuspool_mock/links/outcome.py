"""What became of a request that was given to the home of its world."""

from enum import Enum, auto

READS = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_BODY = READS | {"DELETE"}


class Outcome(Enum):
    """What became of a request at a home."""

    ANSWERED = auto()
    MOVED = auto()
    """Nothing has come of it, and nothing was answered: the next home may serve it."""
    UNKNOWN = auto()
    """Nothing was answered, but it may have taken effect."""
    CUT_SHORT = auto()
    """The response had begun, and cannot go on."""
