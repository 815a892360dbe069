"""The outcomes of the checks in one block of a monitor's time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from statuspool_mock.simulation.model import Epoch, Status


class CheckOutcome(NamedTuple):
    """The outcome of a check: the monitor's state, and the regions that fail."""

    state: Status
    failing: tuple[str, ...]


WELL = CheckOutcome(Status.UP, ())


class EvaluatedBlock:
    """The outcomes of the checks in [start, end), and `failed_rows`, counted in one pass.

    `edges` are the instants, `start` first, from which `outcomes` hold.
    """

    __slots__ = (
        "_before",
        "_changes",
        "_edges",
        "_epoch",
        "_outcomes",
        "end",
        "failed_rows",
        "start",
    )

    def __init__(
        self, epoch: Epoch, edges: Sequence[int], outcomes: Sequence[CheckOutcome], *, end: int
    ) -> None:
        self.start = edges[0]
        self.end = end
        self._epoch = epoch
        self._edges = edges
        self._outcomes = outcomes
        before: list[tuple[int, int]] = []
        changes: list[tuple[int, CheckOutcome]] = []
        begin, interval = epoch.start, epoch.interval_seconds
        last, failed = None, 0
        ticks = self._ticks_before(edges[0])
        for outcome, edge in zip(outcomes, (*edges[1:], end), strict=True):
            before.append((ticks, failed))
            following = -((begin - edge) // interval) if edge > begin else 0
            if following > ticks:
                if outcome is not last and outcome != last:
                    changes.append((begin + ticks * interval, outcome))
                    last = outcome
                failed += (following - ticks) * len(outcome.failing)
                ticks = following
        self._before = before
        self._changes = changes
        self.failed_rows = failed

    def outcome_at(self, at: int) -> CheckOutcome:
        """Return the outcome of a check at an instant of this block."""
        return self._outcomes[bisect_right(self._edges, at) - 1]

    def next_edge(self, after: int) -> int:
        """Return the first instant after `after` at which an effect begins or ends."""
        index = bisect_right(self._edges, after)
        return self._edges[index] if index < len(self._edges) else self.end

    def changes_after(self, at: int) -> list[tuple[int, CheckOutcome]]:
        """Return instant and outcome of the checks after `at` whose outcome changes."""
        return self._changes[bisect_left(self._changes, at + 1, key=_instant) :]

    def failed_between(self, since: int, before: int) -> int:
        """Return how many rows fail in [since, before), which must lie in this block."""
        return self._failed_before(before) - self._failed_before(since)

    def _failed_before(self, at: int) -> int:
        index = bisect_right(self._edges, at) - 1
        ticks, failed = self._before[index]
        return failed + (self._ticks_before(at) - ticks) * len(self._outcomes[index].failing)

    def _ticks_before(self, at: int) -> int:
        begin, interval = self._epoch.start, self._epoch.interval_seconds
        return -((begin - at) // interval) if at > begin else 0


class QuietBlock(EvaluatedBlock):
    """A block in which no check fails or is slow, as most are."""

    __slots__ = ()

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.failed_rows = 0

    def outcome_at(self, at: int) -> CheckOutcome:  # noqa: ARG002 - as in other blocks
        """Return the outcome of a check that succeeds."""
        return WELL

    def next_edge(self, after: int) -> int:  # noqa: ARG002
        """Return the end."""
        return self.end

    def changes_after(self, at: int) -> list[tuple[int, CheckOutcome]]:  # noqa: ARG002
        """Return nothing."""
        return []

    def failed_between(self, since: int, before: int) -> int:  # noqa: ARG002
        """Return 0."""
        return 0


def _instant(change: tuple[int, CheckOutcome]) -> int:
    return change[0]
