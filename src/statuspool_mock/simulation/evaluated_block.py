"""A block of a monitor's time as the checks of one epoch see it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from statuspool_mock.simulation.model import Epoch, Status


class CheckOutcome(NamedTuple):
    """What a check finds: the monitor's state, and the regions that fail."""

    state: Status
    failing: tuple[str, ...]


WELL = CheckOutcome(Status.UP, ())


class EvaluatedBlock:
    """What checks find in [start, end), and the `failed_rows`: counted once, in one pass.

    `edges` are the instants, `start` first, from which `findings` hold.
    """

    __slots__ = (
        "_before",
        "_changes",
        "_edges",
        "_epoch",
        "_findings",
        "end",
        "failed_rows",
        "start",
    )

    def __init__(
        self, epoch: Epoch, edges: Sequence[int], findings: Sequence[CheckOutcome], *, end: int
    ) -> None:
        self.start = edges[0]
        self.end = end
        self._epoch = epoch
        self._edges = edges
        self._findings = findings
        before: list[tuple[int, int]] = []
        changes: list[tuple[int, CheckOutcome]] = []
        begin, interval = epoch.start, epoch.interval_seconds
        last, failed = None, 0
        ticks = self._ticks_before(edges[0])
        for finding, edge in zip(findings, (*edges[1:], end), strict=True):
            before.append((ticks, failed))
            following = (edge - begin + interval - 1) // interval if edge > begin else 0
            if following > ticks:
                if finding is not last and finding != last:
                    changes.append((begin + ticks * interval, finding))
                    last = finding
                failed += (following - ticks) * len(finding.failing)
                ticks = following
        self._before = before
        self._changes = changes
        self.failed_rows = failed

    def finding_at(self, at: int) -> CheckOutcome:
        """Return what a check at an instant of this stretch finds."""
        return self._findings[bisect_right(self._edges, at) - 1]

    def next_edge(self, after: int) -> int:
        """Return the first instant after `after` at which anything begins or ends."""
        index = bisect_right(self._edges, after)
        return self._edges[index] if index < len(self._edges) else self.end

    def changes_after(self, at: int) -> list[tuple[int, CheckOutcome]]:
        """Return instant and finding of the checks after `at` that find something else."""
        return self._changes[bisect_left(self._changes, at + 1, key=_instant) :]

    def failed_between(self, since: int, before: int) -> int:
        """Return how many rows fail in [since, before), which must lie in this stretch."""
        return self._failed_before(before) - self._failed_before(since)

    def _failed_before(self, at: int) -> int:
        index = bisect_right(self._edges, at) - 1
        ticks, failed = self._before[index]
        return failed + (self._ticks_before(at) - ticks) * len(self._findings[index].failing)

    def _ticks_before(self, at: int) -> int:
        begin, interval = self._epoch.start, self._epoch.interval_seconds
        return (at - begin + interval - 1) // interval if at > begin else 0


def _instant(change: tuple[int, CheckOutcome]) -> int:
    return change[0]
