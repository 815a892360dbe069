"""What a bystander makes of an exchange."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Whose doing it is, and whether it breaks the contract."""

    VIOLATION = "violation"
    """The server broke the contract."""
    CLIENT = "client"
    """The client did."""
    NOTE = "note"
    """Nobody did: the reference is silent, or leaves it open."""


class Observation(NamedTuple):
    """One thing that was seen. `rule` is the same for all of its sort."""

    kind: Kind
    rule: str
    message: str


def violation(rule: str, message: str) -> Observation:
    """Return what the server got wrong."""
    return Observation(Kind.VIOLATION, rule, message)


def mistake(rule: str, message: str) -> Observation:
    """Return what the client got wrong."""
    return Observation(Kind.CLIENT, rule, message)


def note(rule: str, message: str) -> Observation:
    """Return what is worth knowing and breaks nothing."""
    return Observation(Kind.NOTE, rule, message)
