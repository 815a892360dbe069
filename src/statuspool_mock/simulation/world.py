"""One simulated world. Commands change it, `advance` moves its time, queries change nothing.

A world is the fold of its commands: the same seed and the same commands at the same instants give
the same world, byte for byte.
"""

from collections.abc import Sequence
from math import inf

from statuspool_mock.simulation import check_times, checks, monitor_updates
from statuspool_mock.simulation.commands import (
    Command,
    CreateIncident,
    CreateMonitor,
    DeleteMonitor,
    DeleteWebhook,
    DisableWebhook,
    EnableWebhook,
    NoteGone,
    NoteTrigger,
    RegisterWebhook,
)
from statuspool_mock.simulation.errors import (
    ClockRanBackwards,
    CommandRefused,
    ForeignMonitor,
    UnknownMonitor,
)
from statuspool_mock.simulation.facts import Fact
from statuspool_mock.simulation.history_queries import MonitorHistory
from statuspool_mock.simulation.kept_pages import KeptPages
from statuspool_mock.simulation.model import (
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
from statuspool_mock.simulation.recorder import Recorder
from statuspool_mock.simulation.scheduler import TransitionScheduler
from statuspool_mock.simulation.sla import Window, window_of
from statuspool_mock.simulation.steps import Steps, finish
from statuspool_mock.simulation.timeline import Timeline
from statuspool_mock.simulation.tracked_monitor import (
    KeptReading,
    MonitorSummary,
    TrackedMonitor,
    summarize,
)
from statuspool_mock.simulation.webhook_index import WebhookIndex
from statuspool_mock.simulation.world_state import ObservedStatus, WorldState

_INCIDENTS_IN_A_STEP = 100
_CHANGES_IN_A_STEP = 50


class World:
    """The monitors, history, incidents and webhooks of two teams, at one instant.

    `seed` determines every outage and response time; `started_at` is the instant at which the world
    begins.
    """

    def __init__(self, *, seed: int, started_at: int) -> None:
        self.seed = seed
        self.started_at = started_at
        self._now = started_at
        self._tracked: dict[str, TrackedMonitor] = {}
        self._pages = KeptPages()
        self._webhooks = WebhookIndex()
        self._timeline = Timeline()
        self._recorder = Recorder(seed=seed)
        self._scheduler = TransitionScheduler(self._timeline, self._recorder)

    @property
    def now(self) -> int:
        """The world's time, in seconds since 1970."""
        return self._now

    def image(self) -> WorldState:
        """Return everything that this world is."""
        tracked = [self._scheduler.tracked[ordinal] for ordinal in sorted(self._scheduler.tracked)]
        return WorldState(
            seed=self.seed,
            started_at=self.started_at,
            now=self._now,
            made=self._recorder.made,
            monitors=tuple(
                ObservedStatus(w.monitor, w.state, w.breached, w.window) for w in tracked
            ),
            incidents=tuple(self._recorder.incidents),
            webhooks=self._webhooks.all(),
        )

    @classmethod
    def from_image(cls, image: WorldState) -> "World":
        """Return a world that behaves as the one of which the image was taken."""
        return finish(cls.restoring(image))

    @classmethod
    def restoring(cls, image: WorldState) -> "Steps[World]":
        """Return the world of `from_image`, in steps."""
        world = cls(seed=image.seed, started_at=image.started_at)
        world._now = image.now
        world._recorder.made = image.made
        for number, incident in enumerate(image.incidents, start=1):
            world._recorder.incidents.add(incident)
            if number % _INCIDENTS_IN_A_STEP == 0:
                yield
        world._webhooks = WebhookIndex(image.webhooks)
        for monitor, state, breached, window in image.monitors:
            tracked = TrackedMonitor(monitor, state, breached, window=window)
            world._tracked[monitor.id] = tracked
            world._recorder.index.add(monitor.team, monitor.ordinal, tracked.status)
            world._scheduler.track(tracked, image.now)
            yield
        return world

    def dismantling(self) -> Steps[None]:
        """Give the memory of this world back in steps. It cannot be used any more."""
        self._timeline.clear()
        for parts in (self._tracked, self._scheduler.tracked):
            while parts:
                parts.popitem()
                yield
        yield from self._recorder.incidents.dismantling()

    def clone(self) -> "World":
        """Return an independent copy of this world.

        This costs a little for each monitor and incident; the values themselves are shared.
        """
        world = World(seed=self.seed, started_at=self.started_at)
        world._now = self._now
        world._webhooks = self._webhooks.copy()
        world._timeline = self._timeline.copy()
        world._recorder = self._recorder.copy()
        world._scheduler = self._scheduler.copy(world._timeline, world._recorder)
        world._tracked = {
            tracked.monitor.id: tracked for tracked in world._scheduler.tracked.values()
        }
        return world

    # Changes

    def apply(self, command: Command) -> Monitor | Incident | Webhook | None:
        """Carry out a command now and return what it created or changed.

        The next `advance` returns the facts. Raises `UnknownMonitor`, `ForeignMonitor`,
        `UnknownWebhook` or `CommandRefused`; then nothing has changed.
        """
        match command:
            case CreateMonitor():
                return self._create(command)
            case CreateIncident():
                return self._record_incident(command)
            case RegisterWebhook():
                number = self._recorder.next_number()
                return self._webhooks.register(
                    command, seed=self.seed, sequence=number, now=self._now
                )
            case NoteTrigger() | NoteGone() | EnableWebhook() | DisableWebhook() | DeleteWebhook():
                return self._webhooks.change(command)
            case DeleteMonitor():
                self._delete(self.monitor(command.monitor_id, team=command.team))
                return None
            case _:
                return self._change(command)

    def advance(self, *, to: int, most: int | None = None) -> list[Fact]:
        """Advance to an instant and return what happened, facts of earlier commands first.

        Costs a little for each change of state, and nothing for checks with the same outcome. With
        `most`, time stops at the instant at which that many changes are reached: `now` is then
        earlier than `to`, and the next advance continues. Raises `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        self._now = self._scheduler.advance(self._now, to=to, most=most, to_next=False)
        return self._recorder.drain()

    def advance_briefly(self, *, to: int, most: int) -> list[Fact]:
        """Advance by at most so many changes, even if that ends amid an instant.

        While `is_amid_instant`, nothing may be done with the world but to advance it further.
        Raises `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        self._now = self._scheduler.advance(
            self._now, to=to, most=most, to_next=False, splits_instant=True
        )
        return self._recorder.drain()

    @property
    def is_amid_instant(self) -> bool:
        """Whether something that is due now has not happened yet."""
        return self._scheduler.is_due(self._now)

    def advancing(
        self, *, to: int, most: int | None = None, to_next: bool = False
    ) -> Steps[list[Fact]]:
        """Return the facts of `advance`, or of `advance_to_next`, in steps.

        Between the steps the world may be amid an instant.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        earlier = self._recorder.drain() if to_next else []
        left = inf if most is None else most
        while True:
            ends_here = left <= 0 or (to_next and self._recorder.has_facts)
            if (ends_here or self._now >= to) and not self.is_amid_instant:
                return earlier + self._recorder.drain()
            self._now = self._scheduler.advance(
                self._now,
                to=self._now if ends_here else to,
                most=_CHANGES_IN_A_STEP if ends_here else int(min(left, _CHANGES_IN_A_STEP)),
                to_next=to_next,
                splits_instant=True,
            )
            left -= _CHANGES_IN_A_STEP
            yield

    def advance_to_next(self, *, before: int, most: int | None = None) -> list[Fact]:
        """Advance to the first instant after now at which something happens; return the facts.

        If nothing happens, time moves to `before`; with `most`, it may stop earlier, as in
        `advance`. Facts of earlier commands come first. Raises `ClockRanBackwards`.
        """
        if before < self._now:
            raise ClockRanBackwards(now=self._now, to=before)
        earlier = self._recorder.drain()
        self._now = self._scheduler.advance(self._now, to=before, most=most, to_next=True)
        return earlier + self._recorder.drain()

    def fast_forward(self, *, to: int) -> None:
        """Move time as `advance` does, without returning facts.

        This is faster over a long history of many monitors. Raises `ClockRanBackwards`.
        """
        if to < self._now:
            raise ClockRanBackwards(now=self._now, to=to)
        self._scheduler.fast_forward(self._now, to=to)
        self._now = to
        self._recorder.drain()

    def create_with_past(self, command: CreateMonitor, *, until: int) -> Monitor:
        """Create a monitor now, of which all commands and facts up to `until` are known: none.

        This is `apply`, and the share of the monitor in `fast_forward`, which has to reach `until`
        before anybody asks for anything. Raises `CommandRefused`.
        """
        tracked = self._created(command)
        self._scheduler.track_with_past(tracked, self._now, until=until)
        return tracked.monitor

    # Queries

    def monitor(self, monitor_id: str, *, team: Team) -> Monitor:
        """Return a monitor of this team. Raises `UnknownMonitor` or `ForeignMonitor`."""
        tracked = self._tracked.get(monitor_id)
        if tracked is None:
            raise UnknownMonitor(monitor_id)
        if tracked.monitor.team is not team:
            raise ForeignMonitor(monitor_id)
        return tracked.monitor

    def monitors(
        self, *, team: Team, status: Status | None = None, page: int = 1, limit: int = 20
    ) -> Page[Monitor]:
        """Return a page of the team's monitors by creation, all or those of exactly this status."""
        found, total = self._page(team, status, page=page, limit=limit)
        return Page([tracked.monitor for tracked in found], page, -(-total // limit), total)

    def summaries(
        self, *, team: Team, status: Status | None = None, page: int = 1, limit: int = 20
    ) -> Page[MonitorSummary]:
        """Return the same page as `monitors`, as summaries; it is kept while it is the same."""
        version, now = self._recorder.index.version, self._now
        wanted = (team, status, page, limit)
        kept = self._pages.find(wanted, version=version, now=now)
        if kept is not None:
            return kept
        found, total = self._page(team, status, page=page, limit=limit)
        made = Page([tracked.summary(now) for tracked in found], page, -(-total // limit), total)
        until = min((tracked.summary_until for tracked in found), default=inf)
        return self._pages.keep(wanted, made, version=version, until=until)

    def summary(self, monitor: Monitor) -> MonitorSummary:
        """Return the summary of a monitor."""
        tracked = self._tracked[monitor.id]
        return summarize(tracked.monitor, tracked.status, self._now)

    def status(self, monitor: Monitor) -> Status:
        """Return `paused`, or the state that the newest check found."""
        return self._tracked[monitor.id].status

    def last_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the newest check, or None if there was none yet."""
        return self.summary(monitor).last_check_at

    def next_check_at(self, monitor: Monitor) -> int | None:
        """Return the instant of the next check, or None if none is scheduled."""
        following = check_times.next_check(self._current(monitor).epochs, self._now + 1)
        return None if following is None else following[1]

    def reading(self, monitor: Monitor) -> Reading:
        """Return what the newest check found; a paused monitor keeps its last state.

        Time and response time are those of the newest row of the log.
        """
        return self._kept_reading(monitor).reading

    def _kept_reading(self, monitor: Monitor) -> KeptReading:
        return self._tracked[monitor.id].reading(self._now, self._read)

    def _read(self, monitor: Monitor, state: Status) -> tuple[Reading, Window]:
        window = window_of(self._timeline, monitor, self._now)
        newest = check_times.last_check(monitor.epochs, self._now)
        if newest is None:
            return Reading(state, None, None, window.uptime), window
        epoch, tick = newest
        end = len(epoch.regions)
        (row,) = checks.CheckRowGenerator(self._timeline, monitor).rows(
            epoch, tick, first=end - 1, end=end
        )
        return Reading(state, tick, row.response_time_ms, window.uptime), window

    def sla(self, monitor: Monitor) -> Sla:
        """Return the last 30 days, counted over the rows of the log."""
        window = self._kept_reading(monitor).window
        since = self._now - UPTIME_WINDOW_SECONDS
        count = self._recorder.incidents.count_since(monitor.id, since + 1)
        return Sla(window.uptime, monitor.sla_target, window.total, window.failed, count)

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

    def monitor_history(self, monitor: Monitor) -> MonitorHistory:
        """Return the history of a monitor up to now."""
        return MonitorHistory(self._timeline, self._current(monitor), self._now)

    def incidents_between(self, since: int, until: int, *, team: Team) -> Sequence[Incident]:
        """Return the team's incidents that overlap [since, until], oldest first.

        Resolved ones that began more than a day before are left out.
        """
        return self._recorder.incidents.lasting_between(team, since, until)

    def incidents(
        self, *, team: Team, monitor_id: str | None = None, resolved: bool | None = None
    ) -> Sequence[Incident]:
        """Return the team's incidents, newest first. An unknown monitor has none.

        Raises `ForeignMonitor`.
        """
        tracked = self._tracked.get(monitor_id or "")
        if tracked is not None and tracked.monitor.team is not team:
            raise ForeignMonitor(tracked.monitor.id)
        return self._recorder.incidents.newest_first(team, monitor_id=monitor_id, resolved=resolved)

    @property
    def monitor_count(self) -> int:
        """The number of monitors of both teams."""
        return len(self._tracked)

    @property
    def incident_count(self) -> int:
        """The number of incidents of both teams."""
        return len(self._recorder.incidents)

    @property
    def has_webhooks(self) -> bool:
        """Whether either team has registered an endpoint."""
        return len(self._webhooks) > 0

    def webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook of either team. Raises `UnknownWebhook`."""
        return self._webhooks.get(webhook_id)

    def webhooks(self, *, team: Team, active: bool | None = None) -> Sequence[Webhook]:
        """Return the team's webhooks by registration."""
        return self._webhooks.of_team(team, active=active)

    # Implementation

    def _current(self, monitor: Monitor) -> Monitor:
        """Return the current value of a monitor; the caller may hold an older one."""
        return self._tracked[monitor.id].monitor

    def _page(
        self, team: Team, status: Status | None, *, page: int, limit: int
    ) -> tuple[list[TrackedMonitor], int]:
        """Return a page of tracked monitors, and the total number on all pages."""
        ordinals, total = self._recorder.index.slice(
            team, status, offset=(page - 1) * limit, limit=limit
        )
        tracked = self._scheduler.tracked
        return [tracked[ordinal] for ordinal in ordinals], total

    def _create(self, command: CreateMonitor) -> Monitor:
        tracked = self._created(command)
        self._scheduler.check_now(tracked, self._now, first=True)
        self._recorder.settle()
        return tracked.monitor

    def _created(self, command: CreateMonitor) -> TrackedMonitor:
        ordinal = self._recorder.made + 1
        monitor = monitor_updates.created(command, seed=self.seed, ordinal=ordinal, now=self._now)
        if monitor.id in self._tracked:
            raise CommandRefused(f"A monitor with the id {monitor.id} already exists.")
        self._recorder.made = ordinal
        tracked = self._tracked[monitor.id] = TrackedMonitor(monitor=monitor)
        self._recorder.index.add(monitor.team, ordinal, tracked.status)
        return tracked

    def _delete(self, monitor: Monitor) -> None:
        tracked = self._tracked.pop(monitor.id)
        del self._scheduler.tracked[monitor.ordinal]
        self._recorder.index.remove(monitor.team, monitor.ordinal, tracked.status)
        self._recorder.incidents.remove_monitor(monitor.id)

    def _change(self, command: monitor_updates.Change) -> Monitor:
        old = self.monitor(command.monitor_id, team=command.team)
        new = monitor_updates.changed(old, command, now=self._now)
        tracked = self._tracked[old.id]
        before = tracked.status
        tracked.monitor = new
        self._recorder.index.move(new.team, new.ordinal, before, tracked.status)
        if new.revision != old.revision:
            outages = monitor_updates.outages_of(command)
            since = min((outage.start for outage in outages), default=self._now)
            self._timeline.carry_over(old, new, before=since)
            if since > self._now:
                self._scheduler.expect_change(tracked, start=since)
            elif outages:
                until = max(outage.end for outage in outages)
                self._scheduler.correct(tracked, since=since, until=until, now=self._now)
            else:
                self._scheduler.check_now(tracked, self._now)
            self._recorder.settle()
        return new

    def _record_incident(self, command: CreateIncident) -> Incident:
        monitor = self.monitor(command.monitor_id, team=command.team)
        return self._recorder.record_incident(
            monitor, command.title, command.description, at=self._now
        )
