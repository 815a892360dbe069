"""Records what checks find: states, incidents, and the facts to publish."""

from functools import partial
from heapq import heappop, heappush

from statuspool_mock.simulation import downtime, prng
from statuspool_mock.simulation.evaluated_block import CheckOutcome
from statuspool_mock.simulation.facts import (
    Fact,
    IncidentOpened,
    IncidentResolved,
    SlaBreached,
    StatusChanged,
)
from statuspool_mock.simulation.incident_index import IncidentIndex
from statuspool_mock.simulation.model import Incident, Monitor, Status, incident_of
from statuspool_mock.simulation.monitor_index import MonitorIndex
from statuspool_mock.simulation.timeline import Timeline
from statuspool_mock.simulation.tracked_monitor import TrackedMonitor

# An advance makes tens of thousands of facts: of a tuple, a named tuple is made in less time.
_changed = partial(tuple.__new__, StatusChanged)
_opened = partial(tuple.__new__, IncidentOpened)
_ended = partial(tuple.__new__, IncidentResolved)

_FoundRun = tuple[int, int, Monitor, downtime.DowntimeRun, Incident | None]
"""When a run began, whose it is (the ordinal, the monitor), and its incident if there is one."""


class Recorder:
    """Records outcomes of checks, and corrects the record when the past is changed."""

    def __init__(self, *, seed: int, made: int = 0) -> None:
        self._seed = seed
        self._incident_id = prng.uuids_of(seed, "incident")
        self.made = made
        """How many monitors, incidents and webhooks were ever made; their ids follow from it."""
        self.index = MonitorIndex()
        self.incidents = IncidentIndex()
        self._facts: list[Fact] = []
        self._runs: list[_FoundRun] = []  # a heap
        self._moved: dict[
            int, tuple[TrackedMonitor, Status]
        ] = {}  # by ordinal, with the previous status

    def copy(self) -> "Recorder":
        """Return an independent copy."""
        copy = Recorder(seed=self._seed, made=self.made)
        copy.index = self.index.copy()
        copy.incidents = self.incidents.copy()
        copy._facts = self._facts.copy()
        return copy

    @property
    def has_facts(self) -> bool:
        """Whether there are facts to drain."""
        return bool(self._facts)

    def next_number(self) -> int:
        """Return the number of a new monitor, incident or webhook."""
        self.made += 1
        return self.made

    def drain(self) -> list[Fact]:
        """Return the facts since the last call, in order."""
        self.settle()
        facts, self._facts = self._facts, []
        return facts

    def record_check(
        self, tracked: TrackedMonitor, outcome: CheckOutcome, *, at: int, first: bool = False
    ) -> None:
        """Record the outcome of a check: the state, and an incident opened, widened or resolved."""
        state, failing = outcome
        before = tracked.state
        if state is not before:
            self.record_state(tracked, state, at=at, first=first)
        if state is Status.DOWN:
            monitor = tracked.monitor
            incident = self.incidents.open_automatic(monitor.id)
            if incident is None:
                found = self._found(monitor, started_at=at, regions=failing)
                self.incidents.add(found)
                self._facts.append(_opened((at, found)))
            elif failing != incident.affected_regions:
                self._widen(incident, failing)
        elif before is Status.DOWN:
            resolved = self.incidents.resolve_running(tracked.monitor.id, at)
            if resolved is not None:
                self._facts.append(_ended((at, resolved)))

    def _widen(self, incident: Incident, failing: tuple[str, ...]) -> None:
        more = tuple(region for region in failing if region not in incident.affected_regions)
        if more:
            affected = incident.affected_regions + more
            self.incidents.replace_incident(incident._replace(affected_regions=affected))

    def record_state(
        self, tracked: TrackedMonitor, state: Status, *, at: int, first: bool = False
    ) -> None:
        """Record the state that a check found, if it is another one."""
        previous = tracked.state
        if previous is state:
            return
        monitor = tracked.monitor
        if monitor.ordinal not in self._moved:
            self._moved[monitor.ordinal] = (tracked, tracked.status)
        tracked.state = state
        before = None if first else previous
        self._facts.append(_changed((at, monitor.team, monitor.id, before, state)))

    def settle(self) -> None:
        """Update the index. A monitor that has changed several times is moved once."""
        for ordinal, (tracked, before) in self._moved.items():
            self.index.move(tracked.monitor.team, ordinal, before, tracked.status)
        self._moved.clear()

    def record_breach(self, monitor: Monitor, uptime: float, *, at: int) -> None:
        """Record that uptime has fallen below the SLA target."""
        self._facts.append(
            SlaBreached(
                at=at,
                team=monitor.team,
                monitor_id=monitor.id,
                uptime=uptime,
                target=monitor.sla_target,
            )
        )

    def record_incident(
        self, monitor: Monitor, title: str, description: str | None, *, at: int
    ) -> Incident:
        """Record an incident that was created manually."""
        found = self._found(monitor, started_at=at, regions=monitor.regions)
        incident = found._replace(
            title=title,
            description=description,
            automatic=False,
        )
        self.incidents.add(incident)
        self._facts.append(IncidentOpened(at=at, incident=incident))
        return incident

    def correct(
        self, monitor: Monitor, timeline: Timeline, *, since: int, until: int, now: int
    ) -> None:
        """Make the incidents agree with checks that were changed in [since, until).

        No facts are recorded about the past, only about an incident that is or was open now.
        """
        before = self.incidents.open_automatic(monitor.id)
        across = self.incidents.open_automatic_at(monitor.id, since)
        begin = since if across is None else across.started_at
        runs, end = downtime.runs_of_down(timeline, monitor, since=begin, until=until, now=now)
        old = self.incidents.automatic_between(monitor.id, begin, end)
        found = downtime.matched(runs, old)
        kept = {incident.sequence for incident in found if incident is not None}
        self.incidents.remove_all([one for one in old if one.sequence not in kept])
        for run, known in zip(runs, found, strict=True):
            self._enter_run(monitor, run, known)
        self._record_difference(before, self.incidents.open_automatic(monitor.id), now=now)

    def find_downtime(
        self, monitor: Monitor, timeline: Timeline, *, since: int, until: int
    ) -> None:
        """Find the runs in which checks in [since, until] found a monitor down, for `add_runs`."""
        running = self.incidents.open_automatic(monitor.id)
        begin = since if running is None else running.started_at
        runs, _ = downtime.runs_of_down(timeline, monitor, since=begin, until=until + 1, now=until)
        for run in runs:
            known = running if run.started_at < since else None
            heappush(self._runs, (run.started_at, monitor.ordinal, monitor, run, known))

    def add_runs(self, *, until: int) -> None:
        """Add incidents for the runs found that began by `until`, in order of time.

        They are in a heap, since sorting them all at once would let no other thread run.
        """
        runs = self._runs
        while runs and runs[0][0] <= until:
            _, _, monitor, run, known = heappop(runs)
            self._enter_run(monitor, run, known)

    def _enter_run(
        self, monitor: Monitor, run: downtime.DowntimeRun, known: Incident | None
    ) -> None:
        began, resolved, regions = run
        if known is None:
            incident = self._found(monitor, started_at=began, regions=regions, resolved_at=resolved)
            self.incidents.add(incident)
            return
        changed = known._replace(started_at=began, resolved_at=resolved, affected_regions=regions)
        if self.incidents.get(known.sequence) is None:  # dropped meanwhile
            self.incidents.add(changed)
        else:
            self.incidents.replace_incident(changed)

    def _record_difference(
        self, before: Incident | None, after: Incident | None, *, now: int
    ) -> None:
        if before is not None and (after is None or after.id != before.id):
            still = self.incidents.get(before.sequence) or before.resolved(now)
            self._facts.append(IncidentResolved(at=now, incident=still))
        if after is not None and (before is None or after.id != before.id):
            self._facts.append(IncidentOpened(at=now, incident=after))

    def _found(
        self,
        monitor: Monitor,
        *,
        started_at: int,
        regions: tuple[str, ...],
        resolved_at: int | None = None,
    ) -> Incident:
        sequence = self.next_number()
        return incident_of(
            (
                self._incident_id(sequence),
                sequence,
                monitor.id,
                monitor.team,
                f"{monitor.name} is down",
                started_at,
                regions,
                True,
                None,
                resolved_at,
            )
        )
