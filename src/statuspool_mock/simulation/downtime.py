"""What a stretch of the past amounts to: the runs of down that its checks show."""

from collections.abc import Sequence
from typing import NamedTuple

from statuspool_mock.simulation.model import Incident, Monitor, Status
from statuspool_mock.simulation.timeline import Timeline


class DowntimeRun(NamedTuple):
    """Checks in a row that found a monitor down; `resolved_at` is that of the first that did not.

    `regions` failed in it, in the order in which they were found to.
    """

    started_at: int
    resolved_at: int | None
    regions: tuple[str, ...]


def runs_of_down(
    timeline: Timeline, monitor: Monitor, *, since: int, until: int, now: int
) -> tuple[list[DowntimeRun], int]:
    """Return the runs from `since` on, and the instant before which they are all there is.

    The check before `since` must not have found the monitor down. From `until` on the walk ends as
    soon as a check finds the same.
    """
    runs: list[DowntimeRun] = []
    is_open = False
    for tick, finding in timeline.findings(monitor, since=since):
        if tick > now:
            break
        state, failing = finding or timeline.newest_finding(monitor, tick)
        if state is Status.DOWN:
            if is_open:
                known = runs[-1].regions
                more = tuple(region for region in failing if region not in known)
                runs[-1] = runs[-1]._replace(regions=known + more)
            else:
                runs.append(DowntimeRun(tick, None, failing))
            is_open = True
            continue
        if is_open:
            runs[-1] = runs[-1]._replace(resolved_at=tick)
            is_open = False
        if tick >= until:
            return runs, tick
    return runs, now + 1


def matched(runs: Sequence[DowntimeRun], incidents: Sequence[Incident]) -> list[Incident | None]:
    """Return for each run the incident that it is: of the same start, else one it overlaps."""
    left = {incident.started_at: incident for incident in incidents}
    found = [left.pop(run.started_at, None) for run in runs]
    for position, run in enumerate(runs):
        if found[position] is None:
            found[position] = next((one for one in left.values() if _overlap(run, one)), None)
            if (taken := found[position]) is not None:
                del left[taken.started_at]
    return found


def _overlap(run: DowntimeRun, incident: Incident) -> bool:
    return (run.resolved_at is None or incident.started_at < run.resolved_at) and (
        incident.resolved_at is None or run.started_at < incident.resolved_at
    )
