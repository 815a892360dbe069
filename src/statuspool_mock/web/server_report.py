"""What the processes of a server measure, as data that can be sent and added up."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from statuspool_mock.sandbox import Sandboxes
from statuspool_mock.web.request_log import RequestCounts


class ServerReport(NamedTuple):
    """What one process measures, or several together."""

    pids: Sequence[int]
    statuses: Sequence[tuple[str, int, int]]
    """Numbers of requests by operation and status."""
    durations: Mapping[str, Sequence[int]]
    """Numbers of requests in the buckets of a histogram, by operation."""
    seconds: Mapping[str, float]
    """The time that requests took, by operation."""
    deliveries: Mapping[str, int]
    """Numbers of webhook deliveries by result."""
    sandboxes: int
    damaged: int
    lag: float
    """The longest lag of an event loop, in seconds."""
    measures: Sequence[tuple[str, str, float]]
    """What else is measured: name, meaning, value."""


def report_of(
    counts: RequestCounts,
    sandboxes: Sandboxes,
    *,
    lag: Callable[[], float],
    deliveries: Mapping[str, int],
    measures: Callable[[], Iterable[tuple[str, str, float]]],
) -> ServerReport:
    """Return what this process measures."""
    return ServerReport(
        [os.getpid()],
        [(operation, status, count) for (operation, status), count in counts.statuses.items()],
        dict(counts.durations),
        dict(counts.seconds),
        dict(deliveries),
        len(sandboxes),
        len(sandboxes.damaged),
        lag(),
        list(measures()),
    )


def together(reports: Sequence[ServerReport]) -> ServerReport:
    """Return what several processes measure: sums, and the longest lag."""
    statuses, seconds, deliveries = Counter[tuple[str, int]](), dict[str, float](), Counter[str]()
    durations: dict[str, list[int]] = {}
    measures: dict[tuple[str, str], float] = {}
    for report in reports:
        for operation, status, count in report.statuses:
            statuses[operation, status] += count
        for operation, buckets in report.durations.items():
            before = durations.get(operation, [0] * len(buckets))
            durations[operation] = [sum(pair) for pair in zip(before, buckets, strict=True)]
            seconds[operation] = seconds.get(operation, 0.0) + report.seconds[operation]
        deliveries.update(report.deliveries)
        for name, meaning, value in report.measures:
            measures[name, meaning] = measures.get((name, meaning), 0.0) + value
    return ServerReport(
        [pid for report in reports for pid in report.pids],
        [(operation, status, count) for (operation, status), count in statuses.items()],
        durations,
        seconds,
        deliveries,
        sum(report.sandboxes for report in reports),
        sum(report.damaged for report in reports),
        max(report.lag for report in reports),
        [(name, meaning, value) for (name, meaning), value in measures.items()],
    )
