"""What happened, written down: states, incidents, and the facts that are still to be told."""

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
from statuspool_mock.simulation.monitor_state import MonitorState
from statuspool_mock.simulation.timeline import Timeline


class Recorder:
    """Takes down what checks find, and corrects itself where the past is scripted anew."""

    def __init__(self, *, seed: int, made: int = 0) -> None:
        self._seed = seed
        self._incident_id = prng.uuids_of(seed, "incident")
        self.made = made
        """How many monitors, incidents and webhooks there have been; their numbers and ids."""
        self.index = MonitorIndex()
        self.incidents = IncidentIndex()
        self._facts: list[Fact] = []
        self._moved: dict[
            int, tuple[MonitorState, Status]
        ] = {}  # by ordinal, with the status before

    def copy(self) -> "Recorder":
        """Return a chronicle that goes on by itself."""
        copy = Recorder(seed=self._seed, made=self.made)
        copy.index = self.index.copy()
        copy.incidents = self.incidents.copy()
        copy._facts = self._facts.copy()
        return copy

    @property
    def has_news(self) -> bool:
        """Whether there are facts to tell."""
        return bool(self._facts)

    def next_number(self) -> int:
        """Return the number of a new monitor, incident or webhook."""
        self.made += 1
        return self.made

    def tell(self) -> list[Fact]:
        """Return the facts since this was last asked, in order."""
        self.settle()
        facts, self._facts = self._facts, []
        return facts

    def note(
        self, watch: MonitorState, finding: CheckOutcome, *, at: int, first: bool = False
    ) -> None:
        """Take down what a check found: the state, and an incident opened, wider or resolved."""
        state = finding.state
        was_down = watch.state is Status.DOWN
        if state is not watch.state:
            self.note_state(watch, state, at=at, first=first)
        if state is Status.DOWN:
            incident = self.incidents.open_automatic(watch.monitor.id)
            if incident is None:
                found = self._found(watch.monitor, started_at=at, regions=finding.failing)
                self.incidents.enter(found)
                self._facts.append(IncidentOpened(at, found))
            elif more := [r for r in finding.failing if r not in incident.affected_regions]:
                affected = (*incident.affected_regions, *more)
                self.incidents.rewrite(incident._replace(affected_regions=affected))
        elif was_down:
            incident = self.incidents.open_automatic(watch.monitor.id)
            if incident is not None:
                incident = incident.resolved(at)
                self.incidents.rewrite(incident)
                self._facts.append(IncidentResolved(at, incident))

    def note_state(
        self, watch: MonitorState, state: Status, *, at: int, first: bool = False
    ) -> None:
        """Take down the state that a check found, where it is another."""
        previous = watch.state
        if previous is state:
            return
        monitor = watch.monitor
        if monitor.ordinal not in self._moved:
            self._moved[monitor.ordinal] = (watch, watch.status)
        watch.state = state
        before = None if first else previous
        self._facts.append(StatusChanged(at, monitor.team, monitor.id, before, state))

    def settle(self) -> None:
        """Bring the roster up to date: who changed to and fro since the last time moves once."""
        for ordinal, (watch, before) in self._moved.items():
            self.index.move(watch.monitor.team, ordinal, before, watch.status)
        self._moved.clear()

    def note_breach(self, monitor: Monitor, uptime: float, *, at: int) -> None:
        """Take down that a check found uptime below the SLA target."""
        self._facts.append(
            SlaBreached(
                at=at,
                team=monitor.team,
                monitor_id=monitor.id,
                uptime=uptime,
                target=monitor.sla_target,
            )
        )

    def record(self, monitor: Monitor, title: str, description: str | None, *, at: int) -> Incident:
        """Enter an incident that somebody wrote down by hand."""
        found = self._found(monitor, started_at=at, regions=monitor.regions)
        incident = found._replace(
            title=title,
            description=description,
            automatic=False,
        )
        self.incidents.enter(incident)
        self._facts.append(IncidentOpened(at=at, incident=incident))
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
        runs, end = downtime.runs_of_down(timeline, monitor, since=begin, until=until, now=now)
        old = self.incidents.automatic_between(monitor.id, begin, end)
        found = downtime.matched(runs, old)
        for incident in old:
            if incident not in found:
                self.incidents.strike(incident)
        for run, known in zip(runs, found, strict=True):
            self._enter_run(monitor, run, known)
        self._record_difference(before, self.incidents.open_automatic(monitor.id), now=now)

    def found_between(
        self, monitor: Monitor, timeline: Timeline, *, since: int, now: int
    ) -> list[tuple[int, Monitor, downtime.DowntimeRun, Incident | None]]:
        """Return when and how checks from `since` on found a monitor down, to be entered.

        A run that an incident was opened for before comes with that incident.
        """
        running = self.incidents.open_automatic(monitor.id)
        begin = since if running is None else running.started_at
        runs, _ = downtime.runs_of_down(timeline, monitor, since=begin, until=now + 1, now=now)
        return [
            (run.started_at, monitor, run, running if run.started_at < since else None)
            for run in runs
        ]

    def enter(
        self, found: list[tuple[int, Monitor, downtime.DowntimeRun, Incident | None]]
    ) -> None:
        """Enter what was found of several monitors, in order of time as it would have happened."""
        found.sort(key=lambda one: (one[0], one[1].ordinal))
        for _, monitor, run, known in found:
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
        if known is None:
            self.incidents.enter(changed)
        else:
            self.incidents.rewrite(changed)

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
