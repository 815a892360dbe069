"""The result of checking an exchange: observations about the server or its client."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Who broke the contract, if anyone."""

    VIOLATION = "violation"
    """The server broke the contract."""
    CLIENT = "client"
    """The client broke the contract."""
    NOTE = "note"
    """Nobody did: the reference is silent about it or leaves it open."""


class Observation(NamedTuple):
    """One thing that a rule found. `rule` groups observations of the same sort."""

    kind: Kind
    rule: str
    message: str


def violation(rule: str, message: str) -> Observation:
    """Return a mistake of the server."""
    return Observation(Kind.VIOLATION, rule, message)


def mistake(rule: str, message: str) -> Observation:
    """Return a mistake of the client."""
    return Observation(Kind.CLIENT, rule, message)


def note(rule: str, message: str) -> Observation:
    """Return something that is allowed and still worth knowing."""
    return Observation(Kind.NOTE, rule, message)
