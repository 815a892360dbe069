"""Runs of consecutive checks that found a monitor down, from which incidents are made."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from statuspool_mock.simulation.model import Incident, Monitor, Status
from statuspool_mock.simulation.timeline import Timeline


class DowntimeRun(NamedTuple):
    """Consecutive checks that found a monitor down, until the check at `resolved_at`.

    `regions` failed in it, in the order in which they were found failing.
    """

    started_at: int
    resolved_at: int | None
    regions: tuple[str, ...]


def runs_of_down(
    timeline: Timeline, monitor: Monitor, *, since: int, until: int, now: int
) -> tuple[list[DowntimeRun], int]:
    """Return the runs from `since` on, and the instant up to which they are complete.

    The check before `since` must not have found the monitor down. From `until` on, the search ends
    at the first check with the same outcome.
    """
    runs: list[DowntimeRun] = []
    began: int | None = None
    regions: tuple[str, ...] = ()
    for tick, (state, failing) in timeline.changes(monitor, since=since, until=now):
        if state is Status.DOWN:
            if began is None:
                began, regions = tick, failing
            elif failing != regions:
                regions += tuple(region for region in failing if region not in regions)
            continue
        if began is not None:
            runs.append(DowntimeRun(began, tick, regions))
            began = None
        if tick >= until:
            return runs, tick
    if began is not None:
        runs.append(DowntimeRun(began, None, regions))
    return runs, now + 1


def matched(runs: Sequence[DowntimeRun], incidents: Sequence[Incident]) -> list[Incident | None]:
    """Return the incident of each run: the one with the same start, else one that overlaps it."""
    by_start = {incident.started_at: incident for incident in incidents}
    found = [by_start.pop(run.started_at, None) for run in runs]
    left = deque(by_start.values())  # in order, as the runs are
    for position, run in enumerate(runs):
        if found[position] is None:
            while left and _is_over(left[0], run.started_at):
                left.popleft()
            if left and _overlap(run, left[0]):
                found[position] = left.popleft()
    return found


def _is_over(incident: Incident, at: int) -> bool:
    return incident.resolved_at is not None and incident.resolved_at <= at


def _overlap(run: DowntimeRun, incident: Incident) -> bool:
    return (run.resolved_at is None or incident.started_at < run.resolved_at) and (
        incident.resolved_at is None or run.started_at < incident.resolved_at
    )
