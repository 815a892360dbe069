"""The exchanges of a sandbox: journal, coverage, and the states to replay them from."""

from typing import Any, NamedTuple

from statuspool_mock.exchanges import Coverage, Entry, Journal
from statuspool_mock.exchanges.exchange import CONTROL, OPERATION, STATUS
from statuspool_mock.sandbox.errors import Conflict
from statuspool_mock.sandbox.state import State

EXCHANGES_BETWEEN_BASES = 500


class ReplayBase(NamedTuple):
    """A state from which every exchange after exchange `number` can be replayed."""

    number: int
    wall: float
    state: State


class ExchangeHistory:
    """Records exchanges, and keeps the states from which they can be replayed.

    Exchanges are numbered from the one after `after`. If that is not 0, there were earlier ones
    elsewhere.
    """

    def __init__(self, *, most: int, after: int = 0) -> None:
        self.journal = Journal(most=most, after=after)
        self.coverage = Coverage()
        self._bases: list[ReplayBase] = []

    def record(self, entry: Entry, response: Any) -> None:
        """Record an exchange; `response` is the body of the response before it was serialized."""
        self.journal.write(entry)
        if entry[OPERATION] and not entry[CONTROL]:
            self.coverage.note(entry[OPERATION], entry[STATUS], response)

    def clear(self) -> None:
        """Forget every exchange."""
        self.journal.clear()
        self.coverage.clear()

    def close(self) -> None:
        """Forget everything; nothing will be recorded any more."""
        self.journal.clear()
        self.drop_bases()

    def drop_bases(self) -> None:
        """Drop all states to replay from, as none of them leads to the present one."""
        self._bases.clear()

    def add_base(self, wall: float, state: State) -> None:
        """Add the present state as one to replay from, and drop those that are out of reach."""
        first = self.journal.first
        self._bases = [base for base in self._bases if base.number >= first - 1]
        self._bases.append(ReplayBase(self.journal.written, wall, state))

    def oldest_base(self) -> ReplayBase:
        """Return the oldest state from which every later exchange is kept. Raises `Conflict`."""
        first = self.journal.first
        for base in self._bases:
            if base.number >= first - 1:
                return base
        raise Conflict(
            "There is nothing to replay from: the exchanges since the last saved state were too "
            "large to keep, or the world has too many monitors."
        )
