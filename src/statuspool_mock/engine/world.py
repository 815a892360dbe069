"""One simulated world: commands change it, one verb moves its time, queries only look.

A world is the fold of its commands: the same seed and the same commands at the same instants give
the same world, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from statuspool_mock.engine import checks, dice, plan, schedule
from statuspool_mock.engine.commands import (
    Command,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    RegisterWebhook,
)
from statuspool_mock.engine.errors import (
    ClockRanBackwards,
    CommandRefused,
    ForeignMonitor,
    UnknownMonitor,
)
from statuspool_mock.engine.facts import Fact, IncidentOpened, IncidentResolved, StatusChanged
from statuspool_mock.engine.incidents import IncidentBook
from statuspool_mock.engine.model import (
    UPTIME_WINDOW_SECONDS,
    Check,
    Incident,
    Monitor,
    Page,
    Reading,
    Sla,
    Status,
    Team,
    Webhook,
)
from statuspool_mock.engine.roster import Roster
from statuspool_mock.engine.timeline import Timeline


class _Watch:
    """What a world keeps of a monitor beside its configuration."""

    __slots__ = ("monitor", "state", "turn")

    def __init__(self, monitor: Monitor, state: Status) -> None:
        self.monitor = monitor
        self.state = state
        """What the newest check found: up, down or degraded."""
        self.turn = 0
        """Which of its entries in the queue of changes still counts."""

    @property
    def status(self) -> Status:
        return Status.PAUSED if self.monitor.paused else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """All that a world is, as values; the rest is derived. See `snapshot`."""

    seed: int
    started_at: int
    now: int
    made: int
    monitors: tuple[tuple[Monitor, Status], ...]
    """By creation, each with what its newest check found."""
    incidents: tuple[Incident, ...]
    webhooks: tuple[Webhook, ...]


class World:
    """Monitors, their history, incidents and webhooks of two teams, at one instant.

    `seed` decides every outage and response time; `started_at` is the instant at which it begins.
    """

    def __init__(self, *, seed: int, started_at: int) -> None:
        self.seed = seed
        self.started_at = started_at
        self._now = started_at
        self._watches: dict[str, _Watch] = {}
        self._ids: dict[int, str] = {}
        self._roster = Roster()
        self._incidents = IncidentBook()
        self._webhooks: list[Webhook] = []
        self._timeline = Timeline()
        self._changes: list[tuple[int, int, int]] = []  # (instant, ordinal, turn), a heap
        self._facts: list[Fact] = []
        self._made = 0

    @property
    def now(self) -> int:
        """The instant at which the world stands, in seconds since 1970."""
        return self._now

    def image(self) -> Image:
        """Return all that this world is."""
        watches = [self._watches[self._ids[ordinal]] for ordinal in sorted(self._ids)]
        return Image(
            seed=self.seed,
            started_at=self.started_at,
            now=self._now,
            made=self._made,
            monitors=tuple((watch.monitor, watch.state) for watch in watches),
            incidents=tuple(self._incidents),
            webhooks=tuple(self._webhooks),
        )

    @classmethod
    def from_image(cls, image: Image) -> "World":
        """Return the world of an image; it goes on as the pictured one would."""
        world = cls(seed=image.seed, started_at=image.started_at)
        world._now = image.now
        world._made = image.made
        for incident in image.incidents:
            world._incidents.write(incident)
        world._webhooks.extend(image.webhooks)
        for monitor, state in image.monitors:
            watch = _Watch(monitor, state)
            world._watches[monitor.id] = watch
            world._ids[monitor.ordinal] = monitor.id
            world._roster.add(monitor.team, monitor.ordinal, watch.status)
            world._await_change(watch)
        return world

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now and return what it made or changed.

        What happens because of it is told by the next `advance`. Raises `UnknownMonitor`,
        `ForeignMonitor` or `CommandRefused`; then nothing has changed.
        """
        match command:
            case CreateMonitor():
                return self._create(command)
            case CreateIncident():
                return self._record_incident(command)
            case RegisterWebhook():
                return self._register(command)
            case DeleteMonitor():
                self._delete(self.monitor(command.monitor_id, team=command.team))
                return None
            case _:
                monitor = self.monitor(command.monitor_id, team=command.team)
                return self._replan(monitor, plan.changed(monitor, command, now=self._now))

    def advance(self, *, to: int) -> list[Fact]:
        """Move time and return what happened, in order, facts of earlier commands first.

        Costs a little for each change of state, nothing for checks that find the same again.
        Raises `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        while self._changes and self._changes[0][0] <= to:
            at, ordinal, turn = heappop(self._changes)
            watch = self._watches.get(self._ids.get(ordinal, ""))
            if watch is not None and watch.turn == turn:
                self._now = at
                self._observe(watch)
        self._now = to
        facts, self._facts = self._facts, []
        return facts

    # Questions

    def monitor(self, monitor_id: str, *, team: Team) -> Monitor:
        """Return a monitor of this team. Raises `UnknownMonitor` or `ForeignMonitor`."""
        watch = self._watches.get(monitor_id)
        if watch is None:
            raise UnknownMonitor(monitor_id)
        if watch.monitor.team is not team:
            raise ForeignMonitor(monitor_id)
        return watch.monitor

    def monitors(
        self, *, team: Team, status: Status | None = None, page: int = 1, limit: int = 20
    ) -> Page[Monitor]:
        """Return a page of the team's monitors by creation, all or those of exactly this status."""
        ordinals, total = self._roster.slice(team, status, offset=(page - 1) * limit, limit=limit)
        found = [self._watches[self._ids[ordinal]].monitor for ordinal in ordinals]
        return Page(found, page, -(-total // limit), total)

    def status(self, monitor: Monitor) -> Status:
        """Return `paused`, or what the newest check found."""
        return self._watches[monitor.id].status

    def last_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the newest check, None where there was none yet."""
        newest = schedule.last_check(self._current(monitor).epochs, self._now)
        return None if newest is None else newest[1]

    def next_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the next check, None where none is scheduled."""
        following = schedule.next_check(self._current(monitor).epochs, self._now + 1)
        return None if following is None else following[1]

    def reading(self, monitor: Monitor) -> Reading:
        """Return what the newest check found; a paused monitor keeps its last state.

        Time and response time are those of the newest row of the log.
        """
        monitor = self._current(monitor)
        uptime, _, _ = self._uptime(monitor)
        state = self._watches[monitor.id].state
        newest = schedule.last_check(monitor.epochs, self._now)
        if newest is None:
            return Reading(state, None, None, uptime)
        epoch, tick = newest
        end = len(epoch.regions)
        (row,) = checks.Station(self._timeline, monitor).rows(epoch, tick, first=end - 1, end=end)
        return Reading(state, tick, row.response_time_ms, uptime)

    def sla(self, monitor: Monitor) -> Sla:
        """Return the last 30 days, counted over the very rows of the log."""
        uptime, total, failed = self._uptime(self._current(monitor))
        since = self._now - UPTIME_WINDOW_SECONDS
        count = self._incidents.count_since(monitor.id, since + 1)
        return Sla(uptime, monitor.sla_target, total, failed, count)

    def logs(
        self,
        monitor: Monitor,
        *,
        since: int | None = None,
        until: int | None = None,
        page: int = 1,
        limit: int = 20,
    ) -> Page[Check]:
        """Return a page of check rows in [since, until], oldest first; none lies in the future."""
        first = monitor.created_at if since is None else since
        last = self._now if until is None else min(until, self._now)
        return checks.page_of_rows(
            self._timeline, self._current(monitor), since=first, until=last, page=page, limit=limit
        )

    def incidents(
        self, *, team: Team, monitor_id: str | None = None, resolved: bool | None = None
    ) -> Sequence[Incident]:
        """Return the team's incidents, newest first. An unknown monitor has none.

        Raises `ForeignMonitor`.
        """
        watch = self._watches.get(monitor_id or "")
        if watch is not None and watch.monitor.team is not team:
            raise ForeignMonitor(watch.monitor.id)
        return self._incidents.newest_first(team, monitor_id=monitor_id, resolved=resolved)

    @property
    def incident_count(self) -> int:
        """How many incidents this world holds, of both teams."""
        return len(self._incidents)

    def webhooks(self, *, team: Team, active: bool | None = None) -> Sequence[Webhook]:
        """Return the team's webhooks by registration."""
        return [
            webhook
            for webhook in self._webhooks
            if webhook.team is team and (active is None or webhook.active is active)
        ]

    # How it is done

    def _current(self, monitor: Monitor) -> Monitor:
        """Return the monitor as it is now, where the caller holds an older value of it."""
        return self._watches[monitor.id].monitor

    def _uptime(self, monitor: Monitor) -> tuple[float, int, int]:
        """Return percentage, rows and failed rows; rounded down, so 100 means not one failure."""
        since = self._now - UPTIME_WINDOW_SECONDS + 1
        total = schedule.count_rows(monitor.epochs, since, self._now)
        if not total:
            return 100.0, 0, 0
        failed = self._timeline.failed_rows(monitor, since, self._now)
        return 100_000 * (total - failed) // total / 1000, total, failed

    def _next_ordinal(self) -> int:
        self._made += 1
        return self._made

    def _create(self, command: CreateMonitor) -> Monitor:
        ordinal = self._made + 1
        monitor = plan.created(command, seed=self.seed, ordinal=ordinal, now=self._now)
        if monitor.id in self._watches:
            raise CommandRefused(f"A monitor with the id {monitor.id} is there already.")
        self._made = ordinal
        watch = _Watch(monitor, Status.UP)
        self._watches[monitor.id] = watch
        self._ids[ordinal] = monitor.id
        self._roster.add(monitor.team, ordinal, watch.status)
        self._observe(watch, first=True)
        return monitor

    def _delete(self, monitor: Monitor) -> None:
        watch = self._watches.pop(monitor.id)
        del self._ids[monitor.ordinal]
        self._roster.remove(monitor.team, monitor.ordinal, watch.status)
        self._incidents.forget(monitor.id)

    def _replan(self, old: Monitor, new: Monitor) -> Monitor:
        watch = self._watches[old.id]
        before = watch.status
        watch.monitor = new
        self._roster.move(new.team, new.ordinal, before, watch.status)
        if new.revision != old.revision:
            self._observe(watch)
        return new

    def _observe(self, watch: _Watch, *, first: bool = False) -> None:
        """Take note of the newest check, then wait for the next that may differ."""
        monitor = watch.monitor
        newest = schedule.last_check(monitor.epochs, self._now)
        if newest is not None:
            epoch, tick = newest
            state, failing = self._timeline.state(monitor, epoch, tick)
            self._note_state(watch, state, tick, first=first)
            self._note_incident(watch, state, failing, tick)
        self._await_change(watch)

    def _await_change(self, watch: _Watch) -> None:
        watch.turn += 1
        change = self._timeline.next_change(watch.monitor, self._now)
        if change is not None:
            heappush(self._changes, (change, watch.monitor.ordinal, watch.turn))

    def _note_state(self, watch: _Watch, state: Status, tick: int, *, first: bool) -> None:
        previous, before = watch.state, watch.status
        if previous is state:
            return
        watch.state = state
        monitor = watch.monitor
        self._roster.move(monitor.team, monitor.ordinal, before, watch.status)
        self._facts.append(
            StatusChanged(
                at=tick,
                team=monitor.team,
                monitor_id=monitor.id,
                previous=None if first else previous,
                current=state,
            )
        )

    def _note_incident(
        self, watch: _Watch, state: Status, failing: tuple[str, ...], tick: int
    ) -> None:
        monitor = watch.monitor
        incident = self._incidents.open_automatic(monitor.id)
        if state is Status.DOWN and incident is None:
            incident = self._new_incident(
                monitor, f"{monitor.name} is down", None, failing, at=tick, automatic=True
            )
        elif state is Status.DOWN and incident is not None:
            more = tuple(r for r in failing if r not in incident.affected_regions)
            if more:
                affected = incident.affected_regions + more
                self._incidents.write(replace(incident, affected_regions=affected))
        elif incident is not None:
            incident = replace(incident, resolved_at=tick)
            self._incidents.write(incident)
            self._facts.append(IncidentResolved(at=tick, incident=incident))

    def _record_incident(self, command: CreateIncident) -> Incident:
        monitor = self.monitor(command.monitor_id, team=command.team)
        return self._new_incident(
            monitor,
            command.title,
            command.description,
            monitor.regions,
            at=self._now,
            automatic=False,
        )

    def _new_incident(
        self,
        monitor: Monitor,
        title: str,
        description: str | None,
        regions: tuple[str, ...],
        *,
        at: int,
        automatic: bool,
    ) -> Incident:
        sequence = self._next_ordinal()
        incident = Incident(
            id=dice.uuid_of(self.seed, "incident", sequence),
            sequence=sequence,
            monitor_id=monitor.id,
            team=monitor.team,
            title=title,
            description=description,
            started_at=at,
            affected_regions=regions,
            automatic=automatic,
        )
        self._incidents.write(incident)
        self._facts.append(IncidentOpened(at=at, incident=incident))
        return incident

    def _register(self, command: RegisterWebhook) -> Webhook:
        sequence = self._next_ordinal()
        webhook = Webhook(
            id=dice.uuid_of(self.seed, "webhook", sequence),
            team=command.team,
            url=command.url,
            events=command.events,
            secret=command.secret,
            created_at=self._now,
            verification_token=dice.key_of(self.seed, "verification", sequence).hex(),
        )
        self._webhooks.append(webhook)
        return webhook
