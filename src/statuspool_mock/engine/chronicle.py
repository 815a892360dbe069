"""What happened, written down: states, incidents, and the facts that are still to be told."""

from dataclasses import replace

from statuspool_mock.engine import dice, history
from statuspool_mock.engine.facts import Fact, IncidentOpened, IncidentResolved, StatusChanged
from statuspool_mock.engine.incidents import IncidentBook
from statuspool_mock.engine.model import Incident, Monitor, Status
from statuspool_mock.engine.roster import Roster
from statuspool_mock.engine.timeline import Timeline
from statuspool_mock.engine.watch import Watch


class Chronicle:
    """Takes down what checks find, and corrects itself where the past is scripted anew."""

    def __init__(self, *, seed: int, made: int = 0) -> None:
        self._seed = seed
        self.made = made
        """How many monitors, incidents and webhooks there have been; their numbers and ids."""
        self.roster = Roster()
        self.incidents = IncidentBook()
        self._facts: list[Fact] = []

    def copy(self) -> "Chronicle":
        """Return a chronicle that goes on by itself."""
        copy = Chronicle(seed=self._seed, made=self.made)
        copy.roster = self.roster.copy()
        copy.incidents = self.incidents.copy()
        copy._facts = self._facts.copy()
        return copy

    def next_number(self) -> int:
        """Return the number of a new monitor, incident or webhook."""
        self.made += 1
        return self.made

    def tell(self) -> list[Fact]:
        """Return the facts since this was last asked, in order."""
        facts, self._facts = self._facts, []
        return facts

    def note_state(self, watch: Watch, state: Status, *, at: int, first: bool = False) -> None:
        """Take down the state that a check found."""
        previous, before = watch.state, watch.status
        if previous is state:
            return
        watch.state = state
        monitor = watch.monitor
        self.roster.move(monitor.team, monitor.ordinal, before, watch.status)
        self._facts.append(
            StatusChanged(
                at=at,
                team=monitor.team,
                monitor_id=monitor.id,
                previous=None if first else previous,
                current=state,
            )
        )

    def note_incident(
        self, monitor: Monitor, state: Status, failing: tuple[str, ...], *, at: int
    ) -> None:
        """Open, widen or resolve the monitor's incident, as a check found it."""
        incident = self.incidents.open_automatic(monitor.id)
        if state is Status.DOWN and incident is None:
            found = self._found(monitor, started_at=at, regions=failing)
            self.incidents.write(found)
            self._facts.append(IncidentOpened(at=at, incident=found))
        elif state is Status.DOWN and incident is not None:
            more = tuple(r for r in failing if r not in incident.affected_regions)
            if more:
                affected = incident.affected_regions + more
                self.incidents.write(replace(incident, affected_regions=affected))
        elif incident is not None:
            incident = replace(incident, resolved_at=at)
            self.incidents.write(incident)
            self._facts.append(IncidentResolved(at=at, incident=incident))

    def record(self, incident: Incident) -> Incident:
        """Enter an incident that somebody wrote down by hand."""
        self.incidents.write(incident)
        self._facts.append(IncidentOpened(at=incident.started_at, incident=incident))
        return incident

    def correct(
        self, monitor: Monitor, timeline: Timeline, *, since: int, until: int, now: int
    ) -> None:
        """Make the incidents agree with checks that were changed in [since, until).

        Nothing is told of the past, but that an incident is open now or no longer is.
        """
        before = self.incidents.open_automatic(monitor.id)
        across = self.incidents.automatic_across(monitor.id, since)
        begin = since if across is None else across.started_at
        runs, end = history.runs_of_down(timeline, monitor, since=begin, until=until, now=now)
        old = self.incidents.automatic_between(monitor.id, begin, end)
        found = history.matched(runs, old)
        for incident in old:
            if incident not in found:
                self.incidents.strike(incident)
        for run, known in zip(runs, found, strict=True):
            self.incidents.write(self._as_run(monitor, run, known))
        self._tell_difference(before, self.incidents.open_automatic(monitor.id), now=now)

    def _as_run(self, monitor: Monitor, run: history.Run, known: Incident | None) -> Incident:
        incident = known or self._found(monitor, started_at=run.started_at, regions=run.regions)
        return replace(
            incident,
            started_at=run.started_at,
            resolved_at=run.resolved_at,
            affected_regions=run.regions,
        )

    def _tell_difference(
        self, before: Incident | None, after: Incident | None, *, now: int
    ) -> None:
        if before is not None and (after is None or after.id != before.id):
            still = self.incidents.get(before.sequence) or replace(before, resolved_at=now)
            self._facts.append(IncidentResolved(at=now, incident=still))
        if after is not None and (before is None or after.id != before.id):
            self._facts.append(IncidentOpened(at=now, incident=after))

    def _found(self, monitor: Monitor, *, started_at: int, regions: tuple[str, ...]) -> Incident:
        sequence = self.next_number()
        return Incident(
            id=dice.uuid_of(self._seed, "incident", sequence),
            sequence=sequence,
            monitor_id=monitor.id,
            team=monitor.team,
            title=f"{monitor.name} is down",
            started_at=started_at,
            affected_regions=regions,
            automatic=True,
        )
