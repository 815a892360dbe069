"""Records what checks find: states, incidents, and the facts to publish."""

from collections.abc import Iterable
from heapq import merge

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
from statuspool_mock.simulation.model import Incident, Monitor, Status
from statuspool_mock.simulation.monitor_index import MonitorIndex
from statuspool_mock.simulation.timeline import Timeline
from statuspool_mock.simulation.tracked_monitor import TrackedMonitor

FoundRun = tuple[int, Monitor, downtime.DowntimeRun, Incident | None]
"""When a run began, whose it is, and its incident if there is one already."""


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
        state = outcome.state
        was_down = tracked.state is Status.DOWN
        if state is not tracked.state:
            self.record_state(tracked, state, at=at, first=first)
        if state is Status.DOWN:
            incident = self.incidents.open_automatic(tracked.monitor.id)
            if incident is None:
                found = self._found(tracked.monitor, started_at=at, regions=outcome.failing)
                self.incidents.add(found)
                self._facts.append(IncidentOpened(at, found))
            elif more := [r for r in outcome.failing if r not in incident.affected_regions]:
                affected = (*incident.affected_regions, *more)
                self.incidents.replace_incident(incident._replace(affected_regions=affected))
        elif was_down:
            incident = self.incidents.open_automatic(tracked.monitor.id)
            if incident is not None:
                incident = incident.resolved(at)
                self.incidents.replace_incident(incident)
                self._facts.append(IncidentResolved(at, incident))

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
        self._facts.append(StatusChanged(at, monitor.team, monitor.id, before, state))

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

    def downtime_between(
        self, monitor: Monitor, timeline: Timeline, *, since: int, now: int
    ) -> list[FoundRun]:
        """Return the runs in which checks from `since` on found a monitor down, for `add_runs`.

        A run that already has an incident is returned with it.
        """
        running = self.incidents.open_automatic(monitor.id)
        begin = since if running is None else running.started_at
        runs, _ = downtime.runs_of_down(timeline, monitor, since=begin, until=now + 1, now=now)
        return [
            (run.started_at, monitor, run, running if run.started_at < since else None)
            for run in runs
        ]

    def add_runs(self, found: Iterable[list[FoundRun]]) -> None:
        """Add incidents for the runs of several monitors, in order of time.

        They are merged, since sorting them all at once would let no other thread run.
        """
        for _, monitor, run, known in merge(*found, key=lambda one: (one[0], one[1].ordinal)):
            self._enter_run(monitor, run, known)

    def _enter_run(
        self, monitor: Monitor, run: downtime.DowntimeRun, known: Incident | None
    ) -> None:
        incident = known or self._found(monitor, started_at=run.started_at, regions=run.regions)
        changed = incident._replace(
            started_at=run.started_at,
            resolved_at=run.resolved_at,
            affected_regions=run.regions,
        )
        if self.incidents.get(incident.sequence) is None:  # new, or dropped meanwhile
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

    def _found(self, monitor: Monitor, *, started_at: int, regions: tuple[str, ...]) -> Incident:
        sequence = self.next_number()
        title = f"{monitor.name} is down"
        incident_id = self._incident_id(sequence)
        automatic = True
        return Incident(
            incident_id, sequence, monitor.id, monitor.team, title, started_at, regions, automatic
        )
